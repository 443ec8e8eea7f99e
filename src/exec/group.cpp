// Body of groupBy. Called by queries.
#include <aurora/exec/group.hpp>

#include "exec/aggregate_columns.hpp"
#include "exec/collective_shape.hpp"
#include "exec/group_index.hpp"
#include "exec/group_parts.hpp"
#include "exec/written_order.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

using aql::Literal;
using aql::Selection;
using plan::Bindings;

constexpr std::array<std::string_view, 6> kArguments{"field", "fields", "interval", "having", "orderBy", "limit"};
constexpr std::array<std::string_view, 6> kParts{"key", "keys", "timestamp", "count", "aggregate", "nodes"};

class GroupBy final : public Consumer {
 public:
  explicit GroupBy(const ConsumerContext& context) : context_(context) {}

  Status compile(const Selection& selection) {
    AURORA_TRY(check_arguments(selection.arguments, kArguments, "'groupBy'", context_.bindings));
    AURORA_TRY(compile_fields(selection));
    AURORA_ASSIGN(const auto parts, expand_selections(selection.selections, context_.collection.name,
                                                      context_.bindings, context_.fragments));
    if (!selection.has_selections)
      return fail(selection.name.at, "'groupBy' needs a selection, like { key count }");
    for (const auto* part : parts) AURORA_TRY(compile_part(*part));
    AURORA_TRY(compile_having(selection));
    AURORA_TRY(compile_order(selection));
    AURORA_ASSIGN(const auto limit, count_argument(selection.arguments, "limit", context_.bindings));
    limit_ = limit.value_or(UINT64_MAX);
    return {};
  }

  Status add(const Row& row) override {
    auto& group = group_of(row.record.view());
    ++group.count;
    AURORA_TRY(add_parts(group, row));
    return check_memory();
  }

  Result<bool> add_indexed(IndexedMatches& matches) override {
    GroupWalk walk{{}, interval_};
    for (const auto& field : fields_) {
      if (field.sid) return false;
      walk.paths.push_back(&field.path);
    }
    std::vector<ItemColumns> columns;
    walk.counts_only = true;
    for (const auto& part : parts_) {
      if (part.kind == Part::Kind::kNodes) return false;
      if (part.kind != Part::Kind::kAggregate) continue;
      auto found = ItemColumns::find(part.items, matches);
      if (!found) return false;
      walk.counts_only = walk.counts_only && found->fields().empty();
      columns.push_back(*std::move(found));
    }
    AURORA_ASSIGN(const bool done, for_each_group(matches, walk, [&](IndexedGroup& found) -> Status {
      auto& group = open_group(std::move(found.keys), fields_.size() * sizeof(Value));
      group.count = found.count;
      std::size_t at = 0;
      for (const auto& part : parts_) {
        if (part.kind != Part::Kind::kAggregate) continue;
        auto& accumulator = group.accumulators[at];
        bytes_ -= accumulator.memory_bytes();
        accumulator.add(part.items, columns[at++], found.ordinals, found.count);
        bytes_ += accumulator.memory_bytes();
      }
      return check_memory();
    }));
    if (!done) groups_.clear();
    if (!done) bytes_ = 0;
    return done;
  }

  Result<bool> exchange(const Row* before, const Row* after) override {
    if (ordered_ || untyped_) return false;
    const auto old_record = before != nullptr ? before->record.view() : RecordView();
    const auto record = after != nullptr ? after->record.view() : RecordView();
    const bool stays = before != nullptr && after != nullptr && name_of(old_record) == name_of(record);
    if (before != nullptr) {
      auto& group = group_of(old_record);
      if (!exchange_parts(group, &old_record, stays ? &record : nullptr)) return false;
      if (!stays && --group.count == 0) close_group(name_of(old_record));
    }
    if (after != nullptr && !stays) {
      auto& group = group_of(record);
      ++group.count;
      if (!exchange_parts(group, nullptr, &record)) return false;
    }
    AURORA_TRY(check_memory());
    return true;
  }

  Status append(std::string& out) override {
    std::vector<const Group*> shown;
    for (const auto& group : groups_) {
      AURORA_ASSIGN(const bool kept, is_kept(group));
      if (kept) shown.push_back(&group);
    }
    AURORA_TRY(sort(shown));
    if (shown.size() > limit_) shown.resize(limit_);
    shown_ = shown.size();
    AURORA_TRY(find_lookups(shown));
    out += '[';
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (i > 0) out += ',';
      AURORA_TRY(append_group(out, *shown[i]));
    }
    out += ']';
    return {};
  }

  std::vector<FieldId> reads() const override {
    std::vector<FieldId> fields;
    for (const auto& field : fields_) fields.push_back(field.path.field);
    for (const auto& part : parts_)
      for (const auto& item : part.items) fields.push_back(item.path.field);
    return fields;
  }

  bool needs_order() const override { return ordered_; }
  Step step() const override {
    std::string fields;
    for (const auto& field : fields_) fields += (fields.empty() ? "" : ", ") + (field.sid ? "_sid" : field.path.text());
    if (!interval_text_.empty()) fields += " by " + interval_text_;
    return {"Group", fields, shown_};
  }

 private:
  struct GroupField {
    FieldPath path;
    bool sid = false;
  };

  Error fail(aql::Offset at, std::string message) const { return context_.bindings.error(at, ErrorCode::kInvalidQuery, std::move(message)); }

  Status add_field(std::string_view name, aql::Offset at) {
    GroupField field;
    if (field.sid = name == "_sid"; !field.sid) {
      auto path = resolve_path(context_.collection, name);
      if (!path) return fail(at, path.error().message());
      field.path = *std::move(path);
      untyped_ = untyped_ || !has_one_form(type_at(context_.collection, field.path));
    }
    fields_.push_back(std::move(field));
    return {};
  }

  Status compile_fields(const Selection& selection) {
    const auto one = find_argument(selection.arguments, {"field"}, context_.bindings);
    const auto many = find_argument(selection.arguments, {"fields"}, context_.bindings);
    if ((one.get() == nullptr) == (many.get() == nullptr))
      return fail(selection.name.at, "'groupBy' needs either 'field' or 'fields'");
    if (one.get() != nullptr) {
      AURORA_ASSIGN(const auto name, text_argument(selection.arguments, {"field"}, context_.bindings));
      AURORA_TRY(add_field(name.value_or(""), one.get()->at));
    } else {
      if (many.get()->kind != Literal::Kind::kList || many.get()->items.empty())
        return fail(many.get()->at, "'fields' is a list of field names");
      for (const auto& item : many.get()->items) {
        AURORA_ASSIGN(const auto name, resolve(item, context_.bindings));
        if (name.if_string() == nullptr) return fail(item.at, "'fields' is a list of field names");
        AURORA_TRY(add_field(*name.if_string(), item.at));
      }
    }
    const auto& first = fields_.front();
    AURORA_ASSIGN(interval_, interval_argument(selection, context_.collection, first.sid ? nullptr : &first.path,
                                               context_.bindings));
    AURORA_ASSIGN(const auto text, text_argument(selection.arguments, {"interval"}, context_.bindings));
    interval_text_ = text.value_or("");
    if (interval_ && fields_.size() != 1) return fail(selection.name.at, "an interval goes with one field");
    return {};
  }

  Status compile_part(const Selection& selection) {
    const auto& name = selection.name.text;
    Part part;
    part.key = json_key(selection.key());
    part.name = selection.key();
    if (name == "key" || name == "timestamp" || name == "keys" || name == "count")
      AURORA_TRY(check_leaf(selection, context_.bindings));
    if (name == "key" || name == "timestamp") {
      if (fields_.size() != 1) return fail(selection.at, "several fields give 'keys', a list, not 'key'");
      if (name == "timestamp" && !interval_) return fail(selection.at, "'timestamp' goes with an interval; this is 'key'");
      part.kind = Part::Kind::kKey;
    } else if (name == "keys") {
      part.kind = Part::Kind::kKeys;
    } else if (name == "count") {
      part.kind = Part::Kind::kCount;
    } else if (name == "aggregate") {
      part.kind = Part::Kind::kAggregate;
      AURORA_TRY(check_aggregate(selection, context_.bindings));
      AURORA_ASSIGN(const auto items, expand_selections(selection.selections, context_.collection.name,
                                                        context_.bindings, context_.fragments));
      AURORA_ASSIGN(part.items, compile_aggregate(context_.collection, items, context_.bindings));
      for (const auto& item : part.items)
        ordered_ = ordered_ || item.function == AggregateFunction::kFirst || item.function == AggregateFunction::kLast;
    } else if (name == "nodes") {
      part.kind = Part::Kind::kNodes;
      ordered_ = true;
      constexpr std::array<std::string_view, 1> kNodeArguments{"limit"};
      AURORA_TRY(check_arguments(selection.arguments, kNodeArguments, "'nodes'", context_.bindings));
      AURORA_ASSIGN(const auto limit, count_argument(selection.arguments, "limit", context_.bindings));
      part.limit = limit.value_or(UINT64_MAX);
      AURORA_ASSIGN(part.projection, node_projection(selection));
    } else {
      return fail(selection.name.at, "unknown part '" + name + "' of a group" + did_you_mean(name, kParts));
    }
    parts_.push_back(std::move(part));
    return {};
  }

  Result<Projection> node_projection(const Selection& selection) const {
    if (!selection.has_selections) return Projection::all_fields(context_.collection, context_.bindings);
    AURORA_ASSIGN(const auto fields, expand_selections(selection.selections, context_.collection.name,
                                                       context_.bindings, context_.fragments));
    return Projection::compile(context_.collection, fields,
                               {context_.view.catalog(), context_.bindings, context_.fragments, false, context_.search});
  }

  Result<Measure> measure_named(const aql::Name& name) const {
    Measure measure;
    if (name.text == "count") return measure;
    if (name.text == "key" || name.text == "keys" || name.text == "timestamp") {
      measure.kind = Measure::Kind::kKey;
      return measure;
    }
    std::vector<std::string_view> known{"count", "key"};
    for (std::size_t i = 0; i < parts_.size(); ++i)
      for (std::size_t j = 0; j < parts_[i].items.size(); ++j) {
        if (parts_[i].items[j].name == name.text) return Measure{Measure::Kind::kAggregate, i, j};
        known.emplace_back(parts_[i].items[j].name);
      }
    return fail(name.at, "unknown name '" + name.text + "' of a group" + did_you_mean(name.text, known));
  }

  Status compile_having(const Selection& selection) {
    const auto having = find_argument(selection.arguments, {"having"}, context_.bindings);
    if (having.get() == nullptr) return {};
    if (having.get()->kind != Literal::Kind::kObject)
      return fail(having.get()->at, "'having' is an object like { count: { gt: 2 } }");
    for (const auto& member : having.get()->members) {
      if (member.name.text == "aggregate" && member.value->kind == Literal::Kind::kObject) {
        for (const auto& inner : member.value->members) AURORA_TRY(add_condition(inner));
      } else {
        AURORA_TRY(add_condition(member));
      }
    }
    return {};
  }

  Status add_condition(const aql::LiteralMember& member) {
    AURORA_ASSIGN(const auto measure, measure_named(member.name));
    AURORA_ASSIGN(auto tests, read_group_tests(*member.value, context_.bindings));
    having_.push_back({measure, std::move(tests)});
    return {};
  }

  Status compile_order(const Selection& selection) {
    const auto order = find_argument(selection.arguments, {"orderBy"}, context_.bindings);
    if (order.get() == nullptr) return {};
    AURORA_ASSIGN(const auto terms, read_order(*order.get(), context_.bindings, false));
    for (const auto& term : terms) {
      AURORA_ASSIGN(const auto measure, measure_named(aql::Name{term.name, term.at}));
      order_.push_back({measure, term.descending, term.nulls_first.value_or(!term.descending)});
    }
    return {};
  }

  Value key_value(const GroupField& field, RecordView record) const {
    const auto value = field.sid ? record.sid_view() : read_path(context_.collection, field.path, record);
    // The two zeros are one group, shown as an index would tell it.
    if (value.type() == Type::kFloat && value.float_value() == 0) return Value(0.0);
    return interval_ ? interval_of(value, *interval_) : Value(value);
  }

  std::string name_of(RecordView record) const {
    std::string name;
    for (const auto& field : fields_) append_key(name, key_value(field, record));
    return name;
  }

  // Opened when it is the first of its group.
  Group& group_of(RecordView record) {
    const auto [at, fresh] = index_.try_emplace(name_of(record), groups_.size());
    if (!fresh) return groups_[at->second];
    std::vector<Value> keys;
    for (const auto& field : fields_) keys.push_back(key_value(field, record));
    return open_group(std::move(keys), at->first.size());
  }

  // The last group takes its place.
  void close_group(const std::string& name) {
    const auto at = index_.find(name);
    const auto place = at->second;
    for (const auto& accumulator : groups_[place].accumulators) bytes_ -= accumulator.memory_bytes();
    bytes_ -= 2 * name.size() + sizeof(Group) + fields_.size() * sizeof(Value) + 64;
    index_.erase(at);
    if (place + 1 < groups_.size()) {
      groups_[place] = std::move(groups_.back());
      std::string moved;
      for (const auto& key : groups_[place].keys) append_key(moved, key);
      index_[moved] = place;
    }
    groups_.pop_back();
  }

  bool exchange_parts(Group& group, const RecordView* before, const RecordView* after) {
    std::size_t aggregate = 0;
    for (const auto& part : parts_) {
      if (part.kind != Part::Kind::kAggregate) continue;
      auto& accumulator = group.accumulators[aggregate++];
      const auto bytes = accumulator.memory_bytes();
      if (!accumulator.exchange(part.items, context_.collection, before, after)) return false;
      bytes_ += accumulator.memory_bytes() - bytes;
    }
    return true;
  }

  // `name_bytes`: of the key as text.
  Group& open_group(std::vector<Value> keys, std::size_t name_bytes) {
    auto& group = groups_.emplace_back(make_group(std::move(keys)));
    // The key as text and as values, and what the accumulators hold from the start.
    bytes_ += 2 * name_bytes + sizeof(Group) + fields_.size() * sizeof(Value) + 64;
    for (const auto& accumulator : group.accumulators) bytes_ += accumulator.memory_bytes();
    return group;
  }

  Status check_memory() const {
    if (bytes_ <= context_.memory_bytes) return {};
    return Error(ErrorCode::kLimitExceeded, "the groups need more than " + std::to_string(context_.memory_bytes) +
                                                " bytes (max_sort_bytes); group by less, or filter more");
  }

  Group make_group(std::vector<Value> keys) const {
    Group group;
    group.keys = std::move(keys);
    for (const auto& part : parts_) {
      if (part.kind == Part::Kind::kAggregate) group.accumulators.emplace_back(part.items);
      if (part.kind == Part::Kind::kNodes) group.nodes.emplace_back();
    }
    return group;
  }

  Status add_parts(Group& group, const Row& row) {
    std::size_t aggregate = 0;
    std::size_t nodes = 0;
    for (const auto& part : parts_) {
      if (part.kind == Part::Kind::kAggregate) {
        auto& accumulator = group.accumulators[aggregate++];
        const auto before = accumulator.memory_bytes();
        accumulator.add(part.items, context_.collection, row.record.view());
        bytes_ += accumulator.memory_bytes() - before;
      } else if (part.kind == Part::Kind::kNodes) {
        auto& list = group.nodes[nodes++];
        if (list.size() >= part.limit) continue;
        list.push_back(row);
        bytes_ += row.record.memory_bytes();
      }
    }
    return {};
  }

  Result<Value> measured(const Measure& measure, const Group& group) const {
    switch (measure.kind) {
      case Measure::Kind::kCount: return Value(static_cast<std::int64_t>(group.count));
      case Measure::Kind::kKey:
        return group.keys.size() == 1 ? group.keys.front() : Value(List(group.keys.begin(), group.keys.end()));
      case Measure::Kind::kAggregate: break;
    }
    std::size_t aggregate = 0;
    for (std::size_t i = 0; i < measure.part; ++i) aggregate += parts_[i].kind == Part::Kind::kAggregate ? 1 : 0;
    return group.accumulators[aggregate].value(parts_[measure.part].items[measure.item], measure.item);
  }

  Result<bool> is_kept(const Group& group) const {
    for (const auto& condition : having_) {
      AURORA_ASSIGN(const auto value, measured(condition.measure, group));
      for (const auto& test : condition.tests) {
        AURORA_ASSIGN(const bool met, meets(test, value, context_.bindings));
        if (!met) return false;
      }
    }
    return true;
  }

  Status sort(std::vector<const Group*>& groups) const {
    std::vector<std::pair<std::vector<Value>, const Group*>> rows;
    for (const auto* group : groups) {
      std::vector<Value> values;
      for (const auto& term : order_) {
        AURORA_ASSIGN(auto value, measured(term.measure, *group));
        values.push_back(std::move(value));
      }
      rows.emplace_back(std::move(values), group);
    }
    std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
      for (std::size_t i = 0; i < order_.size(); ++i) {
        const auto& left = a.first[i];
        const auto& right = b.first[i];
        if (left.is_null() != right.is_null()) return left.is_null() == order_[i].nulls_first;
        const auto relation = compare(left, right);
        if (relation != 0) return (relation < 0) != order_[i].descending;
      }
      return keys_before(*a.second, *b.second);
    });
    for (std::size_t i = 0; i < rows.size(); ++i) groups[i] = rows[i].second;
    return {};
  }

  // For the nodes of all groups together, so that a key they share is looked for once.
  Status find_lookups(const std::vector<const Group*>& shown) {
    std::size_t nodes = 0;
    for (auto& part : parts_) {
      if (part.kind != Part::Kind::kNodes) continue;
      const auto at = nodes++;
      if (part.projection.lookups().empty()) continue;
      std::vector<RecordView> records;
      for (const auto* group : shown)
        for (const auto& row : group->nodes[at]) records.push_back(row.record.view());
      AURORA_ASSIGN(part.lookups, LookupResults::find(context_.view, part.projection, records, context_.settings));
      if (context_.explanation != nullptr) part.lookups.explain(*context_.explanation);
      part.next_row = 0;
    }
    return {};
  }

  Status append_group(std::string& out, const Group& group) {
    out += '{';
    std::size_t aggregate = 0;
    std::size_t nodes = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      auto& part = parts_[i];
      if (i > 0) out += ',';
      out += part.key;
      switch (part.kind) {
        case Part::Kind::kKey: append_json(out, group.keys.front()); break;
        case Part::Kind::kKeys: append_json(out, Value(List(group.keys.begin(), group.keys.end()))); break;
        case Part::Kind::kCount: out += std::to_string(group.count); break;
        case Part::Kind::kAggregate:
          AURORA_TRY(group.accumulators[aggregate++].append(out, part.items, context_.bindings));
          break;
        case Part::Kind::kNodes: AURORA_TRY(append_nodes(out, part, group.nodes[nodes++])); break;
      }
    }
    out += '}';
    return {};
  }

  Status append_nodes(std::string& out, Part& part, const std::vector<Row>& rows) const {
    out += '[';
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i > 0) out += ',';
      AURORA_TRY(part.projection.append(out, context_.collection, rows[i].record.view(),
                                        {{}, &part.lookups, part.next_row++, rows[i].score}));
    }
    out += ']';
    return {};
  }

  const ConsumerContext context_;
  std::vector<GroupField> fields_;
  std::optional<Duration> interval_;
  std::string interval_text_;
  std::vector<Part> parts_;
  std::vector<Condition> having_;
  std::vector<OrderTerm> order_;
  std::uint64_t limit_ = UINT64_MAX;
  std::uint64_t shown_ = 0;
  bool ordered_ = false;
  bool untyped_ = false;           // equal keys may be shown differently
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<Group> groups_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<Consumer>> make_group(const Selection& selection, const ConsumerContext& context) {
  auto group = std::make_unique<GroupBy>(context);
  AURORA_TRY(group->compile(selection));
  return std::unique_ptr<Consumer>(std::move(group));
}

}  // namespace aurora::exec
