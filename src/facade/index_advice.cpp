// Body of the advice on indexes. Called by optimize.cpp.
//
//   shapes that examine much for little ──► fields that no index serves ──► single or compound ──► merged ──► tried
#include "index_advice.hpp"

#include <aurora/aql/parser.hpp>
#include <aurora/base/try.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/schema/alter.hpp>
#include <aurora/schema/ttl.hpp>
#include <aurora/value.hpp>

#include <algorithm>
#include <map>

namespace aurora::facade {

namespace {

using exec::FieldUse;
using exec::ReadShape;
using exec::ShapeField;
using Names = std::vector<std::string>;

// Down to so few documents a read, looking at them costs as much as an index (the planner thinks so, too).
constexpr std::uint64_t kFewDocuments = 64;
constexpr std::size_t kMostParts = 4;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void add_once(Names& names, const std::string& name) {
  if (!contains(names, name)) names.push_back(name);
}

std::string listed(const Names& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + ("'" + names[i] + "'");
  return text;
}

std::string counted(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

// An index that is missing, with the figures of the reads that miss it.
struct Lack {
  Names fields;
  bool orders = false;                     // wanted for its order by some, which takes an index of just these fields
  bool filters = false;
  std::uint64_t reads = 0, examined = 0, returned = 0;

  void take(const Lack& other) {
    orders = orders || other.orders;
    filters = filters || other.filters;
    reads += other.reads;
    examined += other.examined;
    returned += other.returned;
  }
};

class Advisor {
 public:
  Advisor(const Catalog& catalog, const CollectionDef& collection, const exec::CollectionReads& reads)
      : catalog_(catalog), collection_(collection), reads_(reads) {}

  IndexAdvice advise() {
    IndexAdvice advice;
    advice.reads = reads_.reads;
    const auto name = "collection '" + collection_.name + "'";
    if (reads_.reads == 0) {
      advice.summary = "nothing is recorded for " + name +
                       ": run its queries first; reads by primary key alone are not recorded";
      return advice;
    }
    propose(advice.proposals);
    find_unused(advice.unused);
    advice.summary = counted(reads_.reads, "read") + " of " + name + ": " +
                     (advice.proposals.empty() ? "none lacked an index"
                                               : counted(advice.proposals.size(), "proposal")) +
                     ", " + std::to_string(advice.unused.size()) +
                     (advice.unused.size() == 1 ? " index" : " indexes") + " unused";
    return advice;
  }

 private:
  // ---- what is missing

  [[nodiscard]] std::optional<FieldPath> now_called(FieldPath path) const {
    if (path.field == kOpenFields) return path;
    const auto* field = collection_.find(path.field);
    if (field == nullptr) return std::nullopt;   // dropped since
    path.name = field->name;
    return path;
  }

  [[nodiscard]] static bool is_wasteful(const ReadShape& shape) {
    return shape.examined / kFewDocuments > shape.reads && shape.examined / 2 >= shape.returned;
  }

  // An index made after these reads, on a field of theirs: what they would examine now is not known yet.
  [[nodiscard]] bool is_outdated(const ReadShape& shape, const Names& fields) const {
    return std::any_of(collection_.indexes.begin(), collection_.indexes.end(), [&](const IndexDef& index) {
      return index.id > shape.newest_index && index.kind != IndexKind::kSearch &&
             std::any_of(index.paths.begin(), index.paths.end(),
                         [&](const FieldPath& path) { return contains(fields, path.text()); });
    });
  }

  // The fields among those compared that some index finds documents by.
  [[nodiscard]] Names served(const Names& equal, const Names& range) const {
    Names found;
    for (const auto& index : collection_.indexes) {
      if (index.kind == IndexKind::kSearch) continue;
      for (const auto& path : index.paths) {
        const auto text = path.text();
        const bool is_equal = contains(equal, text);
        if (!is_equal && !contains(range, text)) break;
        found.push_back(text);
        if (!is_equal) break;
      }
    }
    return found;
  }

  [[nodiscard]] bool is_ordered_by(const std::string& field) const {
    return std::any_of(collection_.indexes.begin(), collection_.indexes.end(), [&](const IndexDef& index) {
      return index.kind != IndexKind::kSearch && index.paths.size() == 1 && index.paths.front().text() == field;
    });
  }

  // An index that binds fields, and then orders: it must be of all these, the order last.
  [[nodiscard]] bool is_ordered_by(const Names& equal, const std::string& order) const {
    return std::any_of(collection_.indexes.begin(), collection_.indexes.end(), [&](const IndexDef& index) {
      return index.kind != IndexKind::kSearch && index.paths.size() == equal.size() + 1 &&
             index.paths.back().text() == order &&
             std::all_of(index.paths.begin(), index.paths.end() - 1,
                         [&](const FieldPath& path) { return contains(equal, path.text()); });
    });
  }

  // The most frequent first: the beginning of a compound index serves those who compare only that.
  void sort_by_weight(Names& fields) {
    std::sort(fields.begin(), fields.end(), [&](const std::string& a, const std::string& b) {
      return weight_[a] != weight_[b] ? weight_[a] > weight_[b] : a < b;
    });
    if (fields.size() > kMostParts - 1) fields.resize(kMostParts - 1);
  }

  void examine(const ReadShape& shape) {
    Names all, equal, range, order, lists, either, among;
    for (const auto& field : shape.fields) {
      const auto path = now_called(field.path);
      if (!path) return;
      const auto text = path->text();
      add_once(all, text);
      const bool compares =
          field.use == FieldUse::kEqual || field.use == FieldUse::kAmong || field.use == FieldUse::kRange;
      if (field.use == FieldUse::kOrder) order.push_back(text);
      if (!compares) continue;
      if (field.either)
        add_once(either, text);
      else
        add_once(field.use == FieldUse::kRange ? range : equal, text);
      if (field.use == FieldUse::kAmong) add_once(among, text);
      if (field.multi_valued) add_once(lists, text);
    }
    if (is_outdated(shape, all)) return;
    Lack lack{{}, false, true, shape.reads, shape.examined, shape.returned};
    if (!either.empty()) {
      const auto known = served(either, {});
      for (const auto& field : either)
        if (!contains(known, field)) add(lack, {field});
      return;
    }
    if (equal.empty() && range.empty()) {
      lack.orders = true;
      lack.filters = false;
      if (!order.empty() && !is_ordered_by(order.front())) add(lack, order);
      return;
    }
    std::erase_if(range, [&](const std::string& field) { return contains(equal, field); });
    // Every field is bound to one value: an index that goes on with the order finds the first rows at once.
    if (!order.empty() && range.empty() && among.empty() && lists.empty() && !contains(equal, order.front())) {
      auto fields = equal;
      sort_by_weight(fields);
      if (!is_ordered_by(equal, order.front())) {
        fields.push_back(order.front());
        lack.orders = true;
        return add(lack, std::move(fields));
      }
    }
    const auto known = served(equal, range);
    const auto is_known = [&](const std::string& field) { return contains(known, field); };
    std::erase_if(equal, is_known);
    std::erase_if(range, is_known);
    // A field that may hold a list is no part of a compound index.
    for (const auto& field : lists)
      if (contains(equal, field) || contains(range, field)) add(lack, {field});
    const auto is_list = [&](const std::string& field) { return contains(lists, field); };
    std::erase_if(equal, is_list);
    std::erase_if(range, is_list);
    sort_by_weight(equal);
    if (!range.empty()) equal.push_back(range.front());   // equalities, then at most one range
    if (!equal.empty()) add(lack, std::move(equal));
  }

  void add(Lack lack, Names fields) {
    lack.fields = std::move(fields);
    const auto same = std::find_if(lacks_.begin(), lacks_.end(),
                                   [&](const Lack& other) { return other.fields == lack.fields; });
    if (same != lacks_.end())
      same->take(lack);
    else
      lacks_.push_back(std::move(lack));
  }

  // One that another begins with is not needed beside it.
  void merge() {
    std::stable_sort(lacks_.begin(), lacks_.end(),
                     [](const Lack& a, const Lack& b) { return a.fields.size() > b.fields.size(); });
    std::vector<Lack> kept;
    for (auto& lack : lacks_) {
      const auto longer = std::find_if(kept.begin(), kept.end(), [&](const Lack& other) {
        return !lack.orders && other.fields.size() > lack.fields.size() &&
               std::equal(lack.fields.begin(), lack.fields.end(), other.fields.begin());
      });
      if (longer != kept.end())
        longer->take(lack);
      else
        kept.push_back(std::move(lack));
    }
    std::stable_sort(kept.begin(), kept.end(), [](const Lack& a, const Lack& b) {
      return a.examined - a.returned > b.examined - b.returned;
    });
    lacks_ = std::move(kept);
  }

  void propose(std::vector<IndexProposal>& proposals) {
    for (const auto& shape : reads_.shapes)
      for (const auto& field : shape.fields)
        if (const auto path = now_called(field.path); path && (field.use == FieldUse::kEqual || field.use == FieldUse::kAmong))
          weight_[path->text()] += shape.reads;
    for (const auto& shape : reads_.shapes)
      if (is_wasteful(shape)) examine(shape);
    merge();
    for (auto& lack : lacks_) {
      auto text = index_text(lack.fields);
      const auto plan = planned(text);
      if (!plan || plan->built_indexes.size() != 1) continue;   // no index can be made on such a field
      IndexProposal proposal;
      proposal.kind = lack.fields.size() == 1 ? ProposalKind::kSingle : ProposalKind::kCompound;
      proposal.reads = lack.reads;
      proposal.rows_examined = lack.examined;
      proposal.rows_returned = lack.returned;
      proposal.reason = reason(lack);
      proposal.aql = std::move(text);
      proposal.fields = std::move(lack.fields);
      proposals.push_back(std::move(proposal));
    }
  }

  static std::string reason(const Lack& lack) {
    const std::string use = lack.filters && lack.orders ? "compared and ordered by "
                            : lack.orders               ? "ordered by "
                                                        : "compared ";
    return counted(lack.reads, "read") + " " + use + listed(lack.fields) + " without an index for it: " +
           counted(lack.examined, "row") + " examined, " + std::to_string(lack.returned) + " returned, about " +
           std::to_string(lack.examined / std::max<std::uint64_t>(lack.returned, 1)) + " for each";
  }

  // ---- texts

  [[nodiscard]] std::string index_text(const Names& fields) const {
    std::string text = "schema { alter collection " + collection_.name + " { @@index(fields: [";
    for (const auto& field : fields) {
      if (&field != &fields.front()) text += ", ";
      append_json_string(text, field);
    }
    return text + "]) } }";
  }

  // What an alter would do; nothing when it would be refused.
  [[nodiscard]] std::optional<AlterPlan> planned(const std::string& text) const {
    const auto document = aql::parse(text);
    if (!document) return std::nullopt;
    DefinitionIds ids{UINT32_MAX / 2, UINT32_MAX / 2};   // of a trial that is thrown away
    auto plan = plan_alter(collection_, document->operations.front().schema.front(), text, ids);
    return plan ? std::optional(*std::move(plan)) : std::nullopt;
  }

  // Empty when no text drops this index and nothing else.
  [[nodiscard]] std::string drop_text(const IndexDef& index) const {
    if (index.from_rule || index.paths.size() != 1 || !index.paths.front().rest.empty()) return {};
    const auto* field = collection_.find(index.paths.front().field);
    const bool plain = field != nullptr && !field->validation && !field->relation && !field->search && !field->computed &&
                       !field->unique && !field->primary && field->type.text().find('{') == std::string::npos;
    if (!plain) return {};
    auto text = "schema { alter collection " + collection_.name + " { modify " + field->name + ": " + field->type.text() +
                (field->type.required ? "!" : "");
    if (field->default_is_now)
      text += " = \"now\"";
    else if (field->default_value)
      text += " = " + to_json(*field->default_value);
    text += " } }";
    const auto plan = planned(text);
    const bool drops_it = plan && plan->built_indexes.empty() && plan->checked.empty() &&
                          plan->dropped_indexes == std::vector<std::uint32_t>{index.id};
    return drops_it ? text : std::string();
  }

  // ---- what is not used

  // Relations look for documents by it, and are not recorded.
  [[nodiscard]] bool serves_relations(const IndexDef& index) const {
    const auto& path = index.paths.front();
    const auto* field = collection_.find(path.field);
    if (field != nullptr && field->relation) return true;
    return std::any_of(catalog_.collections().begin(), catalog_.collections().end(), [&](const auto& other) {
      return std::any_of(other->fields.begin(), other->fields.end(), [&](const FieldDef& each) {
        return each.relation && each.relation->to == collection_.name && each.relation->key == path.text();
      });
    });
  }

  void find_unused(std::vector<UnusedIndex>& unused) const {
    const auto* expiring = ttl_index(collection_);
    for (const auto& index : collection_.indexes) {
      if (index.kind != IndexKind::kOrdered || &index == expiring || serves_relations(index)) continue;
      const auto use = std::find_if(reads_.indexes.begin(), reads_.indexes.end(),
                                    [&](const exec::IndexUse& each) { return each.index == index.id; });
      if (use == reads_.indexes.end() || use->uses > 0 || use->since == reads_.reads) continue;
      auto& found = unused.emplace_back();
      found.name = index.name;
      for (const auto& path : index.paths) found.fields.push_back(path.text());
      found.aql = drop_text(index);
      found.reason = "not used by any of " + counted(reads_.reads - use->since, "recorded read");
      if (found.aql.empty())
        found.reason += index.from_rule ? "; a rule cannot be dropped alone, only with its fields"
                                        : "; state its field anew with modify, without @indexed, to drop it";
    }
  }

  const Catalog& catalog_;
  const CollectionDef& collection_;
  const exec::CollectionReads& reads_;
  std::map<std::string, std::uint64_t> weight_;   // reads that compare a field for equality
  std::vector<Lack> lacks_;
};

}  // namespace

IndexAdvice advise(const Catalog& catalog, const CollectionDef& collection, const exec::CollectionReads& reads) {
  return Advisor(catalog, collection, reads).advise();
}

}  // namespace aurora::facade
