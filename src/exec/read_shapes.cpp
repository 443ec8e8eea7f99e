// Body of the shapes of reads. Called by selection, lookups and the facade.
#include <aurora/exec/read_shapes.hpp>

#include <aurora/index/extract.hpp>

#include <algorithm>
#include <functional>
#include <string_view>

namespace aurora::exec {

namespace {

using plan::FilterNode;
using plan::FilterOp;
using plan::Subject;
using Kind = FilterNode::Kind;

bool has_container(const FilterNode& node) {
  return std::any_of(node.operands.begin(), node.operands.end(), [](const EncodedValue& operand) {
    return operand.type() == Type::kList || operand.type() == Type::kObject;
  });
}

FieldUse use_of(const FilterNode& node) {
  if (has_container(node)) return FieldUse::kOther;
  switch (node.op) {
    case FilterOp::kEq:
    case FilterOp::kIsNull: return node.multi_valued ? FieldUse::kAmong : FieldUse::kEqual;
    case FilterOp::kIn: return FieldUse::kAmong;
    case FilterOp::kContainsAny:
    case FilterOp::kContainsAll: return node.multi_valued ? FieldUse::kAmong : FieldUse::kOther;
    case FilterOp::kContains: return node.multi_valued ? FieldUse::kAmong : FieldUse::kText;
    case FilterOp::kGt:
    case FilterOp::kGte:
    case FilterOp::kLt:
    case FilterOp::kLte:
    case FilterOp::kBetween:
    case FilterOp::kStartsWith: return FieldUse::kRange;
    case FilterOp::kEndsWith:
    case FilterOp::kMatches: return FieldUse::kText;
    default: return FieldUse::kOther;
  }
}

// A use of a field, borrowed from a query.
struct Part {
  const FieldPath* path = nullptr;
  FieldUse use = FieldUse::kOther;
  bool multi_valued = false;
  bool either = false;
};

bool is_indexable(FieldUse use) {
  return use == FieldUse::kEqual || use == FieldUse::kAmong || use == FieldUse::kRange;
}

// Every part of an `or` is a comparison that an index can serve.
bool is_served_in_parts(const FilterNode& node) {
  return std::all_of(node.children.begin(), node.children.end(), [](const FilterNode& child) {
    return child.kind == Kind::kCompare && child.subject == Subject::kPath && is_indexable(use_of(child));
  });
}

// What the filter compares. Below `not`, and below an `or` that is not all of the filter, nothing helps.
template <class Visit>
void walk(const FilterNode& node, bool helps, bool is_root, const Visit& visit) {
  switch (node.kind) {
    case Kind::kAnd:
      for (const auto& child : node.children) walk(child, helps, false, visit);
      return;
    case Kind::kOr: {
      const bool served = helps && is_root && is_served_in_parts(node);
      for (const auto& child : node.children) {
        if (served)
          visit(Part{&child.path, use_of(child), child.multi_valued, true});
        else
          walk(child, false, false, visit);
      }
      return;
    }
    case Kind::kNot: return walk(node.children.front(), false, false, visit);
    case Kind::kCompare:
    case Kind::kValidate:
      if (node.subject == Subject::kPath)
        visit(Part{&node.path, helps && node.kind == Kind::kCompare ? use_of(node) : FieldUse::kOther,
                   node.multi_valued, false});
      return;
    default: return;
  }
}

template <class Visit>
void walk(const DocumentQuery& query, const Visit& visit) {
  walk(query.filter->root(), true, true, visit);
  // Only one term is found in the order of an index, and only a limit makes that worth while.
  if (query.order.size() != 1 || !query.limit || query.distinct || query.search) return;
  const auto& term = query.order.front();
  if (term.score || term.subject != Subject::kPath || term.nulls_first == term.descending) return;
  visit(Part{&term.path, FieldUse::kOrder, false, false});
}

std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

std::uint64_t hash_of(const Part& part) {
  const std::hash<std::string_view> text;
  auto hash = mixed(part.path->field + 0x9e3779b97f4a7c15ull);
  if (part.path->field == kOpenFields) hash = mixed(hash ^ text(part.path->name));
  for (const auto& name : part.path->rest) hash = mixed(hash ^ text(name));
  return mixed(hash + (static_cast<std::uint64_t>(part.use) << 1 | (part.either ? 1u : 0u)));
}

bool is_by_primary_key(const DocumentQuery& query) {
  const auto& root = query.filter->root();
  if (root.kind != Kind::kCompare || root.subject != Subject::kPath || root.op != FilterOp::kEq || !root.path.rest.empty())
    return false;
  const auto* primary = query.collection->primary();
  return primary != nullptr && primary->id == root.path.field;
}

std::uint32_t newest_index(const CollectionDef& collection) {
  std::uint32_t newest = 0;
  for (const auto& index : collection.indexes) newest = std::max(newest, index.id);
  return newest;
}

}  // namespace

ReadShapes::Entry& ReadShapes::entry_of(Stripe& stripe, const CollectionDef& collection) {
  auto& entries = stripe.entries;
  auto at = std::find_if(entries.begin(), entries.end(),
                         [&](const Entry& entry) { return entry.collection == collection.id; });
  if (at == entries.end()) {
    if (entries.size() == kCollections / kStripes)
      entries.erase(std::min_element(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.reads.reads < b.reads.reads;
      }));
    entries.emplace_back().collection = collection.id;
    at = entries.end() - 1;
  }
  // A reader of an older snapshot says nothing about newer indexes.
  if (collection.version > at->version) {
    std::vector<IndexUse> uses;
    for (const auto& index : collection.indexes) {
      const auto known = std::find_if(at->reads.indexes.begin(), at->reads.indexes.end(),
                                      [&](const IndexUse& use) { return use.index == index.id; });
      uses.push_back(known != at->reads.indexes.end() ? *known : IndexUse{index.id, 0, at->reads.reads});
    }
    at->reads.indexes = std::move(uses);
    at->version = collection.version;
    at->newest_index = newest_index(collection);
  }
  return *at;
}

ReadShape* ReadShapes::find(Entry& entry, std::uint64_t hash) {
  for (std::size_t i = 0; i < entry.slots.size(); ++i) {
    auto& slot = entry.slots[i];
    if (slot.hash != hash) continue;
    ++slot.weight;
    slot.last = entry.reads.reads;
    return &entry.reads.shapes[i];
  }
  return nullptr;
}

// A shape and its slot come together or not at all.
ReadShape& ReadShapes::make(Entry& entry, std::uint64_t hash, std::vector<ShapeField> fields) {
  if (entry.slots.size() < kShapes) {
    auto& shape = entry.reads.shapes.emplace_back();
    try {
      entry.slots.push_back({hash, 1, entry.reads.reads});
    } catch (...) {
      entry.reads.shapes.pop_back();
      throw;
    }
    shape.fields = std::move(fields);
    return shape;
  }
  const auto least = std::min_element(entry.slots.begin(), entry.slots.end(), [](const Slot& a, const Slot& b) {
    return a.weight != b.weight ? a.weight < b.weight : a.last < b.last;
  });
  *least = {hash, least->weight + 1, entry.reads.reads};
  auto& shape = entry.reads.shapes[static_cast<std::size_t>(least - entry.slots.begin())];
  shape = ReadShape();
  shape.fields = std::move(fields);
  return shape;
}

void ReadShapes::add(Entry& entry, ReadShape& shape, bool index_used, std::uint64_t examined, std::uint64_t returned) {
  if (shape.newest_index != entry.newest_index) {
    shape.newest_index = entry.newest_index;
    shape.reads = shape.examined = shape.returned = 0;
  }
  shape.index_used = index_used;
  ++shape.reads;
  shape.examined += examined;
  shape.returned += returned;
}

void ReadShapes::note_use(Entry& entry, std::uint32_t index) {
  for (auto& use : entry.reads.indexes)
    if (use.index == index) ++use.uses;
}

void ReadShapes::record(const DocumentQuery& query, std::span<const std::string> indexes, std::uint64_t examined,
                        std::uint64_t returned) {
  const auto& collection = *query.collection;
  if (collection.system || is_by_primary_key(query)) return;
  std::uint64_t hash = 0;   // a sum: the order in which conditions are written makes no difference
  walk(query, [&](const Part& part) { hash += hash_of(part); });
  auto& stripe = stripes_[collection.id % kStripes];
  const std::lock_guard lock(stripe.mutex);
  auto& entry = entry_of(stripe, collection);
  ++entry.reads.reads;
  for (const auto& name : indexes)
    for (const auto& index : collection.indexes)
      if (index.name == name) note_use(entry, index.id);
  if (query.only_index != nullptr) return;   // a forced index is its user's decision, and tells nothing of others
  auto* shape = find(entry, hash);
  if (shape == nullptr) {
    std::vector<ShapeField> fields;
    walk(query, [&](const Part& part) {
      ShapeField field{*part.path, part.use, part.multi_valued, part.either};
      const bool known = std::find(fields.begin(), fields.end(), field) != fields.end();
      if (!known && fields.size() < kFields) fields.push_back(std::move(field));
    });
    shape = &make(entry, hash, std::move(fields));
  }
  add(entry, *shape, !indexes.empty(), examined, returned);
}

void ReadShapes::record_keys(const CollectionDef& collection, const FieldPath& path, const IndexDef* index,
                             std::uint64_t examined, std::uint64_t returned) {
  if (collection.system || (index != nullptr && index->kind == IndexKind::kPrimary)) return;
  const Part part{&path, FieldUse::kEqual, is_multi_valued(collection, path), false};
  const auto hash = hash_of(part);
  auto& stripe = stripes_[collection.id % kStripes];
  const std::lock_guard lock(stripe.mutex);
  auto& entry = entry_of(stripe, collection);
  ++entry.reads.reads;
  if (index != nullptr) note_use(entry, index->id);
  auto* shape = find(entry, hash);
  if (shape == nullptr) {
    shape = &make(entry, hash, {{path, part.use, part.multi_valued, false}});
  }
  add(entry, *shape, index != nullptr, examined, returned);
}

CollectionReads ReadShapes::of(CollectionId collection) const {
  const auto& stripe = stripes_[collection % kStripes];
  const std::lock_guard lock(stripe.mutex);
  for (const auto& entry : stripe.entries)
    if (entry.collection == collection) return entry.reads;
  return {};
}

}  // namespace aurora::exec
