// Body of downsample. Called by queries for every matching document.
#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/group.hpp>
#include <aurora/schema/path.hpp>

#include "aggregate_columns.hpp"
#include "group_index.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace aurora::exec {

namespace {

using aql::Literal;
using aql::Selection;

constexpr std::array<std::string_view, 5> kArguments{"field", "interval", "aggregation", "values", "p"};

class Downsample final : public Consumer {
 public:
  explicit Downsample(const ConsumerContext& context) : context_(context) {}

  Status compile(const Selection& selection) {
    AURORA_TRY(check_arguments(selection.arguments, kArguments, "'downsample'", context_.bindings));
    AURORA_TRY(compile_field(selection));
    AURORA_TRY(compile_values(selection));
    return compile_columns(selection);
  }

  // A document without an instant belongs to no interval.
  Status add(const Row& row) override {
    const auto record = row.record.view();
    const auto start = interval_of(read_path(context_.collection, path_, record), interval_);
    if (start.is_null()) return {};
    auto [at, fresh] = buckets_.try_emplace(start.if_datetime()->micros, items_);
    auto& bucket = at->second;
    const auto before = fresh ? 0 : bucket.values.memory_bytes();
    ++bucket.count;
    bucket.values.add(items_, context_.collection, record);
    bytes_ += bucket.values.memory_bytes() - before + (fresh ? sizeof(Bucket) + 64 : 0);
    return check_memory();
  }

  Result<bool> add_indexed(IndexedMatches& matches) override {
    const auto columns = ItemColumns::find(items_, matches);
    if (!columns) return false;
    const std::optional<Duration> interval(interval_);
    AURORA_ASSIGN(const bool done, for_each_group(matches, {{&path_}, interval, columns->fields().empty()},
                                                  [&](IndexedGroup& group) -> Status {
      if (group.keys.front().is_null()) return {};
      auto& bucket = buckets_.try_emplace(group.keys.front().if_datetime()->micros, items_).first->second;
      bucket.count = group.count;
      bucket.values.add(items_, *columns, group.ordinals, group.count);
      bytes_ += bucket.values.memory_bytes() + sizeof(Bucket) + 64;
      return check_memory();
    }));
    if (!done) {
      buckets_.clear();
      bytes_ = 0;
    }
    return done;
  }

  Status append(std::string& out) override {
    out += '[';
    for (const auto& [start, bucket] : buckets_) {
      out += out.back() == '[' ? "{" : ",{";
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto& column = columns_[i];
        out += (i > 0 ? "," : "") + column.key;
        if (column.kind == Column::Kind::kTimestamp) {
          append_json(out, Value(DateTime(start)));
        } else if (column.kind == Column::Kind::kCount) {
          out += std::to_string(bucket.count);
        } else {
          const auto& item = items_[column.item];
          auto value = bucket.values.value(item, column.item);
          if (!value)
            return context_.bindings.error(item.at, value.error().code(), value.error().message());
          append_json(out, *value);
        }
      }
      out += '}';
    }
    out += ']';
    return {};
  }

  std::vector<FieldId> reads() const override {
    std::vector<FieldId> fields{path_.field};
    for (const auto& item : items_) fields.push_back(item.path.field);
    return fields;
  }

  bool needs_order() const override { return ordered_; }
  Step step() const override {
    return {"Group", path_.text() + " by " + interval_text_ + ": " + aggregate_text(items_), buckets_.size()};
  }

 private:
  Status check_memory() const {
    if (bytes_ <= context_.memory_bytes) return {};
    return Error(ErrorCode::kLimitExceeded, "the intervals need more than " +
                                                std::to_string(context_.memory_bytes) +
                                                " bytes (max_sort_bytes); make them longer, or filter more");
  }

  struct Column {
    enum class Kind : std::uint8_t { kTimestamp, kCount, kValue };
    Kind kind = Kind::kValue;
    std::string key;
    std::size_t item = 0;                 // kValue
  };

  struct Bucket {
    explicit Bucket(const std::vector<AggregateItem>& items) : values(items) {}
    std::uint64_t count = 0;
    Accumulator values;
  };

  Error fail(aql::Offset at, std::string message) const {
    return context_.bindings.error(at, ErrorCode::kInvalidQuery, std::move(message));
  }

  Status compile_field(const Selection& selection) {
    AURORA_ASSIGN(const auto field, text_argument(selection.arguments, {"field"}, context_.bindings));
    if (!field) return fail(selection.name.at, "'downsample' needs 'field', the field that holds the time");
    const bool sid = *field == "_sid";
    if (!sid) {
      auto path = resolve_path(context_.collection, *field);
      if (!path)
        return fail(find_argument(selection.arguments, {"field"}, context_.bindings).get()->at, path.error().message());
      path_ = *std::move(path);
    }
    AURORA_ASSIGN(const auto interval, interval_argument(selection, context_.collection, sid ? nullptr : &path_,
                                                         context_.bindings));
    if (!interval) return fail(selection.name.at, "'downsample' needs 'interval', like \"5m\"");
    interval_ = *interval;
    AURORA_ASSIGN(const auto text, text_argument(selection.arguments, {"interval"}, context_.bindings));
    interval_text_ = text.value_or("");
    return {};
  }

  Status compile_values(const Selection& selection) {
    const auto& bindings = context_.bindings;
    AURORA_ASSIGN(const auto function,
                  word_argument(selection.arguments, "aggregation", aggregate_functions(), bindings));
    if (!function) return fail(selection.name.at, "'downsample' needs 'aggregation', like \"avg\"");
    const auto p = find_argument(selection.arguments, {"p"}, bindings);
    if (p.get() != nullptr && *function != "percentile") return fail(p.get()->at, "'p' goes with \"percentile\"");
    ordered_ = *function == "first" || *function == "last";
    const auto values = find_argument(selection.arguments, {"values"}, bindings);
    constexpr std::string_view kShape = "'values' is a list of field names, like [\"temp\"]";
    if (values.get() == nullptr) return fail(selection.name.at, "'downsample' needs 'values': " + std::string(kShape));
    const auto& list = *values.get();
    const std::span<const Literal> names = list.kind == Literal::Kind::kList ? std::span<const Literal>(list.items)
                                                                             : std::span(&list, 1);
    if (names.empty()) return fail(list.at, std::string(kShape));
    for (const auto& name : names) {
      const auto argument = plan::whole_argument(&name, bindings);
      const auto* literal = argument.get();
      if (literal == nullptr || literal->kind != Literal::Kind::kString) return fail(name.at, std::string(kShape));
      AURORA_ASSIGN(auto item, make_aggregate_item(context_.collection, *function, literal->text, literal->at,
                                                   p.get(), bindings));
      if (item.name == "timestamp" || item.name == "count")
        return fail(literal->at, "every row has its own '" + item.name + "', so a field of that name cannot be a value");
      const bool twice = std::any_of(items_.begin(), items_.end(),
                                     [&](const AggregateItem& other) { return other.name == item.name; });
      if (twice) return fail(literal->at, "'" + item.name + "' is among 'values' twice");
      items_.push_back(std::move(item));
    }
    return {};
  }

  // Without a selection: timestamp, count, the values. With one: those chosen, under their aliases.
  Status compile_columns(const Selection& selection) {
    if (!selection.has_selections) {
      add_column(Column::Kind::kTimestamp, "timestamp");
      add_column(Column::Kind::kCount, "count");
      for (std::size_t i = 0; i < items_.size(); ++i) add_column(Column::Kind::kValue, items_[i].name, i);
      return {};
    }
    AURORA_ASSIGN(const auto parts, expand_selections(selection.selections, context_.collection.name,
                                                      context_.bindings, context_.fragments));
    for (const auto* part : parts) AURORA_TRY(compile_column(*part));
    return {};
  }

  Status compile_column(const Selection& part) {
    const auto& name = part.name.text;
    const auto item = std::find_if(items_.begin(), items_.end(),
                                   [&](const AggregateItem& each) { return each.name == name; });
    const bool own = name == "timestamp" || name == "count";
    if (part.kind != Selection::Kind::kField || (!own && item == items_.end())) {
      std::vector<std::string_view> known{"timestamp", "count"};
      for (const auto& each : items_) known.emplace_back(each.name);
      return fail(part.at, "unknown column '" + name + "' of 'downsample'" + did_you_mean(name, known));
    }
    if (part.has_selections || !part.arguments.empty())
      return fail(part.at, "the column '" + name + "' takes no arguments and has no parts");
    if (own)
      add_column(name == "count" ? Column::Kind::kCount : Column::Kind::kTimestamp, part.key());
    else
      add_column(Column::Kind::kValue, part.key(), static_cast<std::size_t>(item - items_.begin()));
    return {};
  }

  void add_column(Column::Kind kind, std::string_view name, std::size_t item = 0) {
    columns_.push_back({kind, json_key(name), item});
  }

  const ConsumerContext context_;
  FieldPath path_;
  Duration interval_;
  std::string interval_text_;
  std::vector<AggregateItem> items_;
  std::vector<Column> columns_;
  bool ordered_ = false;
  std::map<std::int64_t, Bucket> buckets_;   // by start
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<Consumer>> make_downsample(const Selection& selection, const ConsumerContext& context) {
  auto downsample = std::make_unique<Downsample>(context);
  AURORA_TRY(downsample->compile(selection));
  return std::unique_ptr<Consumer>(std::move(downsample));
}

}  // namespace aurora::exec
