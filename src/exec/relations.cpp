// The end of a statement: references checked, deletes followed. Called by mutations and the document calls; calls
// key search. Runs inside the commit pipeline, so nothing can come between the check and the commit; a transaction
// is told of every set of documents looked for (on_read) and validated against them.
#include <aurora/exec/relations.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/document_write.hpp>

#include "relation_parts.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace aurora::exec {

namespace {

Error foreign_key(std::string message) {
  return Error(ErrorCode::kValidationError, "foreign key: " + std::move(message));
}

void add_keys(const KeyField& field, const RecordRef& record, Keys& keys) {
  if (!record) return;
  visit_keys(field, record.view(), [&](std::string key, ValueView value) {
    keys.try_emplace(std::move(key), value);
    return true;
  });
}

// The keys that `change` took away.
void add_lost(const KeyField& field, const Change& change, Keys& lost) {
  if (!change.before) return;
  Keys before;
  Keys after;
  add_keys(field, change.before, before);
  add_keys(field, change.after, after);
  for (auto& [key, value] : before)
    if (!after.contains(key)) lost.try_emplace(key, std::move(value));
}

std::vector<Value> values_of(const Keys& keys) {
  std::vector<Value> values;
  values.reserve(keys.size());
  for (const auto& [key, value] : keys) values.push_back(value);
  return values;
}

std::vector<std::string> names_of(const Keys& keys) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const auto& [key, value] : keys) names.push_back(key);
  return names;
}

class Enforcement {
 public:
  explicit Enforcement(WriteView& view) : view_(view) {}

  Status run(Savepoint since) {
    auto changes = view_.changes_since(since);
    AURORA_TRY(follow(changes));
    if (wrote_) {
      AURORA_TRY(view_.check_unique(since));
      changes = view_.changes_since(since);
    }
    AURORA_TRY(check_written(changes));
    return check_restricted();
  }

 private:
  // Keys that may not go while something refers to them.
  struct Restricted {
    RelationSides sides;
    Keys lost;
    bool changed = false;   // by an update of the key, not by a delete
  };

  Result<RelationSides> sides_of(const Reference& reference) const {
    const auto from = view_.catalog().find(reference.from);
    return relation_sides(from, *from->find(reference.field), view_.catalog().find(reference.to),
                          ErrorCode::kInternal);
  }

  // Level by level: what goes because of `changes`, then what goes because of that.
  Status follow(const std::vector<Change>& changes) {
    std::vector<Change> level;   // inserts take no key away
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(level),
                 [](const Change& change) { return static_cast<bool>(change.before); });
    while (!level.empty()) {
      std::vector<Change> next;
      std::set<CollectionId> collections;
      for (const auto& change : level) collections.insert(change.collection);
      for (const auto id : collections) {
        const auto collection = view_.catalog().find(id);
        if (!collection) continue;
        for (const auto& reference : view_.catalog().references_to(collection->name))
          AURORA_TRY(follow_reference(reference, level, next));
      }
      level = std::move(next);
    }
    return {};
  }

  Status follow_reference(const Reference& reference, const std::vector<Change>& level, std::vector<Change>& next) {
    AURORA_ASSIGN(const auto sides, sides_of(reference));
    Keys deleted;
    Keys changed;
    for (const auto& change : level)
      if (change.collection == sides.to.collection->id) add_lost(sides.to, change, change.after ? changed : deleted);
    AURORA_ASSIGN(deleted, missing_keys(view_, sides.to, deleted));
    AURORA_ASSIGN(changed, missing_keys(view_, sides.to, changed));
    const auto& relation = *sides.field->relation;
    // A reference that need not be met may stay behind when its key changes.
    if (!changed.empty() && relation.check) restricted_.push_back({sides, std::move(changed), true});
    if (deleted.empty()) return {};
    if (relation.on_delete == OnDelete::kRestrict) {
      restricted_.push_back({sides, std::move(deleted), false});
      return {};
    }
    AURORA_ASSIGN(const auto referrers, referring(sides, deleted));
    for (const auto& [ordinal, record] : referrers) {
      RecordRef after;
      if (relation.on_delete == OnDelete::kCascade) {
        AURORA_TRY(view_.erase(*sides.from.collection, ordinal));
      } else {
        AURORA_TRY(let_go(sides, ordinal, record, deleted));
        AURORA_ASSIGN(after, view_.record(sides.from.collection->id, ordinal));
      }
      wrote_ = true;
      next.push_back({sides.from.collection->id, ordinal, record, std::move(after)});
    }
    return {};
  }

  Result<std::map<Ordinal, RecordRef>> referring(const RelationSides& sides, const Keys& keys) {
    const auto names = names_of(keys);
    std::map<Ordinal, RecordRef> referrers;
    view_.on_read(sides.from.collection->id, key_filter(sides.from, values_of(keys)));
    AURORA_TRY(find_by_keys(view_, sides.from, names, true, nullptr,
                            [&](std::size_t, Ordinal ordinal, const RecordRef& record) {
                              referrers.try_emplace(ordinal, record);
                              return true;
                            }));
    return referrers;
  }

  // SET_NULL: the field becomes null; of a list only the elements that refer go.
  Status let_go(const RelationSides& sides, Ordinal ordinal, const RecordRef& record, const Keys& gone) {
    const auto& collection = *sides.from.collection;
    const auto held = read_field(collection, *sides.field, record.view());
    Value left;
    if (held.type() == Type::kList) {
      List kept;
      const auto list = held.list();
      for (std::uint32_t i = 0; i < list.size(); ++i)
        if (list[i].is_null() || !gone.contains(join_key(sides.from, list[i]))) kept.emplace_back(list[i]);
      left = Value(std::move(kept));
    }
    Object changed;
    changed.set(sides.field->name, std::move(left));
    auto checked = check_update(collection, std::move(changed), view_.now());
    if (!checked)
      return checked.error().with_prefix("foreign key: onDelete SET_NULL in collection '" + collection.name + "': ");
    AURORA_ASSIGN(auto merged, merge_record(collection, record.view(), *checked, view_.max_document_bytes()));
    return view_.replace(collection, ordinal, std::move(merged));
  }

  // References that the statement wrote and that were not there before.
  Status check_written(const std::vector<Change>& changes) {
    std::map<CollectionId, std::vector<const Change*>> by_collection;
    for (const auto& change : changes)
      if (change.after) by_collection[change.collection].push_back(&change);
    for (const auto& [id, written] : by_collection) {
      const auto collection = view_.catalog().find(id);
      if (!collection) continue;
      for (const auto& field : collection->fields)
        if (field.relation && field.relation->check) AURORA_TRY(check_field(collection, field, written));
    }
    return {};
  }

  Status check_field(const Catalog::Entry& collection, const FieldDef& field,
                     const std::vector<const Change*>& written) {
    const auto& relation = *field.relation;
    const auto target = view_.catalog().find(relation.to);
    RelationSides sides;
    if (target) {
      AURORA_ASSIGN(sides, relation_sides(collection, field, target, ErrorCode::kInternal));
    } else {
      sides.from = KeyField{collection, plan::Subject::kPath, FieldPath{field.id, field.name, {}}, std::nullopt};
    }
    Keys wanted;
    Keys before;
    for (const auto* change : written) {
      before.clear();
      add_keys(sides.from, change->before, before);
      visit_keys(sides.from, change->after.view(), [&](std::string key, ValueView value) {
        if (!before.contains(key)) wanted.try_emplace(std::move(key), value);
        return true;
      });
    }
    if (wanted.empty()) return {};
    const auto refers = "field '" + field.name + "' of collection '" + collection->name + "' refers to ";
    if (!target) {
      const auto missing = view_.catalog().require(relation.to);
      return foreign_key(refers + "'" + relation.to + "', but: " + missing.error().message());
    }
    AURORA_ASSIGN(const auto missing, missing_keys(view_, sides.to, wanted));
    if (missing.empty()) return {};
    return foreign_key(refers + shown(missing.begin()->second) + ", but no document of collection '" + relation.to +
                       "' has that '" + relation.key + "'");
  }

  Status check_restricted() {
    for (const auto& [sides, lost, changed] : restricted_) {
      AURORA_ASSIGN(const auto referrers, referring(sides, lost));
      if (referrers.empty()) continue;
      Keys held;
      add_keys(sides.from, referrers.begin()->second, held);
      const auto named = std::find_if(held.begin(), held.end(), [&](const auto& key) { return lost.contains(key.first); });
      const auto count = referrers.size();
      return foreign_key("the document of collection '" + sides.to.collection->name + "' with '" + sides.to.name() +
                         "' " + shown(named->second) + " cannot be " + (changed ? "given another key" : "deleted") +
                         ": " + std::to_string(count) + (count == 1 ? " document" : " documents") +
                         " of collection '" + sides.from.collection->name + "' " +
                         (count == 1 ? "refers" : "refer") + " to it by '" + sides.field->name + "'" +
                         (changed ? "" : " (onDelete: RESTRICT)"));
    }
    return {};
  }

  WriteView& view_;
  std::vector<Restricted> restricted_;
  bool wrote_ = false;
};

}  // namespace

Result<RelationSides> relation_sides(Catalog::Entry collection, const FieldDef& field, Catalog::Entry target,
                                     ErrorCode code) {
  RelationSides sides;
  sides.field = &field;
  sides.from.collection = std::move(collection);
  sides.from.path = FieldPath{field.id, field.name, {}};
  AURORA_ASSIGN(sides.to, key_field(std::move(target), field.relation->key, code));
  match_types(sides.from, sides.to);
  return sides;
}

Result<Keys> missing_keys(WriteView& view, const KeyField& field, const Keys& keys) {
  Keys missing;
  if (keys.empty()) return missing;
  view.on_read(field.collection->id, key_filter(field, values_of(keys)));
  const auto* index = key_index(field, true);
  if (index != nullptr && index->kind != IndexKind::kOrdered) {
    for (const auto& [key, value] : keys) {
      AURORA_ASSIGN(const auto holder, view.holder(*field.collection, *index, key, UINT32_MAX));
      if (!holder) missing.emplace(key, value);
    }
    return missing;
  }
  const auto names = names_of(keys);
  missing = keys;
  AURORA_TRY(find_by_keys(view, field, names, true, nullptr, [&](std::size_t place, Ordinal, const RecordRef&) {
    missing.erase(names[place]);
    return !missing.empty();
  }));
  return missing;
}

std::string shown(const Value& value) {
  constexpr std::size_t kLongest = 80;
  auto text = to_json(value);
  if (text.size() <= kLongest) return text;
  auto end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  return text.substr(0, end) + "…";
}

Status end_statement(WriteView& view, Savepoint since) {
  AURORA_TRY(view.check_unique(since));
  if (!view.catalog().has_relations()) return {};
  return Enforcement(view).run(since);
}

}  // namespace aurora::exec
