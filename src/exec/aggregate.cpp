// Body of the aggregates. Called by queries and groups for every document.
#include <aurora/exec/aggregate.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace aurora::exec {

namespace {

using aql::Selection;
using plan::Bindings;

constexpr std::array<std::string_view, 10> kFunctions{"count", "countDistinct", "sum",  "avg",    "min",
                                                      "max",   "first",         "last", "stddev", "percentile"};
constexpr std::array kKinds{AggregateFunction::kCount,  AggregateFunction::kCountDistinct, AggregateFunction::kSum,
                            AggregateFunction::kAvg,    AggregateFunction::kMin,           AggregateFunction::kMax,
                            AggregateFunction::kFirst,  AggregateFunction::kLast,          AggregateFunction::kStddev,
                            AggregateFunction::kPercentile};

bool needs_numbers(AggregateFunction function) {
  return function == AggregateFunction::kSum || function == AggregateFunction::kAvg ||
         function == AggregateFunction::kStddev || function == AggregateFunction::kPercentile;
}

Result<double> read_p(const aql::Literal* literal, aql::Offset at, const Bindings& bindings) {
  if (literal == nullptr)
    return bindings.error(at, ErrorCode::kInvalidQuery, "'percentile' needs 'p', a number from 0 to 1");
  const double p = literal->kind == aql::Literal::Kind::kInt     ? static_cast<double>(literal->integer)
                   : literal->kind == aql::Literal::Kind::kFloat ? literal->number
                                                                 : -1;
  if (!(p >= 0 && p <= 1))
    return bindings.error(literal->at, ErrorCode::kInvalidQuery, "'p' is a number from 0 to 1");
  return p;
}

Result<AggregateItem> compile_item(const CollectionDef& collection, const Selection& selection,
                                   const Bindings& bindings) {
  const auto& name = selection.name.text;
  const auto found = std::find(kFunctions.begin(), kFunctions.end(), name);
  if (selection.kind != Selection::Kind::kField || found == kFunctions.end())
    return bindings.error(selection.at, ErrorCode::kInvalidQuery,
                          "unknown aggregate '" + name + "'" + did_you_mean(name, kFunctions));
  if (selection.has_selections)
    return bindings.error(selection.at, ErrorCode::kInvalidQuery, "'" + name + "' has no parts to select");
  constexpr std::array<std::string_view, 2> kNames{"field", "p"};
  AURORA_TRY(check_arguments(selection.arguments, std::span(kNames).first(name == "percentile" ? 2 : 1),
                             "'" + name + "'", bindings));
  AURORA_ASSIGN(const auto field, text_argument(selection.arguments, {"field"}, bindings));
  AggregateItem item;
  if (field) {
    const auto at = find_argument(selection.arguments, {"field"}, bindings).get()->at;
    const auto p = find_argument(selection.arguments, {"p"}, bindings);
    AURORA_ASSIGN(item, make_aggregate_item(collection, name, *field, at, p.get(), bindings));
  } else if (name != "count") {
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery, "'" + name + "' needs the argument 'field'");
  }
  if (!field) item.text = name;
  item.key = json_key(selection.key());
  item.name = selection.key();
  item.at = selection.name.at;
  return item;
}

double as_double(ValueView value) {
  return value.type() == Type::kInt ? static_cast<double>(value.int_value()) : value.float_value();
}

// Linear interpolation between the closest ranks (the method of NumPy's and PostgreSQL's percentile_cont).
double interpolate(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  const double position = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  if (below + 1 >= values.size()) return values.back();
  const double part = position - static_cast<double>(below);
  const double step = values[below + 1] - values[below];
  return std::isfinite(step) ? values[below] + step * part : std::lerp(values[below], values[below + 1], part);
}

}  // namespace

Status check_aggregate(const Selection& aggregate, const Bindings& bindings) {
  if (!aggregate.arguments.empty())
    return bindings.error(aggregate.arguments.front().name.at, ErrorCode::kInvalidQuery,
                          "'aggregate' takes no arguments");
  if (!aggregate.has_selections)
    return bindings.error(aggregate.name.at, ErrorCode::kInvalidQuery, "'aggregate' needs a selection, like { count }");
  return {};
}

Result<std::vector<AggregateItem>> compile_aggregate(const CollectionDef& collection,
                                                     const std::vector<const Selection*>& selections,
                                                     const Bindings& bindings) {
  std::vector<AggregateItem> items;
  for (const auto* selection : selections) {
    AURORA_ASSIGN(auto item, compile_item(collection, *selection, bindings));
    items.push_back(std::move(item));
  }
  return items;
}

Status check_numeric(const CollectionDef& collection, const FieldPath& path, bool sid, std::string_view function,
                     aql::Offset at, const Bindings& bindings) {
  const auto* type = sid ? nullptr : type_at(collection, path);
  while (type != nullptr && type->type == FieldType::kList) type = type->element.get();
  const bool number = !sid && (type == nullptr || type->type == FieldType::kInt || type->type == FieldType::kFloat ||
                               type->type == FieldType::kAny || type->type == FieldType::kJson);
  if (number) return {};
  return bindings.error(at, ErrorCode::kInvalidQuery,
                        "'" + std::string(function) + "' needs numbers, but '" + (sid ? "_sid" : path.text()) +
                            "' holds " + (type != nullptr ? type->text() : "Uuid"));
}

std::span<const std::string_view> aggregate_functions() noexcept { return kFunctions; }

std::string aggregate_text(const std::vector<AggregateItem>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + item.text;
  return text;
}

Result<AggregateItem> make_aggregate_item(const CollectionDef& collection, std::string_view function,
                                          std::string_view field, aql::Offset at, const aql::Literal* p,
                                          const Bindings& bindings) {
  AggregateItem item;
  item.key = json_key(field);
  item.name = field;
  item.text.append(function).append("(").append(field).append(")");
  item.at = at;
  item.function = kKinds[static_cast<std::size_t>(std::find(kFunctions.begin(), kFunctions.end(), function) -
                                                  kFunctions.begin())];
  if (item.function == AggregateFunction::kCount) item.function = AggregateFunction::kCountField;
  item.sid = field == "_sid";
  if (!item.sid) {
    auto path = resolve_path(collection, field);
    if (!path) return bindings.error(at, path.error().code(), path.error().message());
    item.path = *std::move(path);
  }
  if (needs_numbers(item.function))
    AURORA_TRY(check_numeric(collection, item.path, item.sid, function, at, bindings));
  if (item.function == AggregateFunction::kPercentile) {
    AURORA_ASSIGN(item.p, read_p(p, at, bindings));
  }
  return item;
}

Accumulator::Accumulator(const std::vector<AggregateItem>& items) : cells_(items.size()) {
  bytes_ = items.size() * sizeof(Cell);
}

void Accumulator::keep(Cell& cell, ValueView value) {
  const bool is_long = value.type() == Type::kString || value.type() == Type::kList || value.type() == Type::kObject;
  bytes_ -= cell.value_bytes;
  cell.value_bytes = is_long ? value.encoded().size() : 0;
  bytes_ += cell.value_bytes;
  // The two zeros are equal, and an index holds one of them: the answer must not tell which was met.
  const bool zero = value.type() == Type::kFloat && value.float_value() == 0;
  cell.value = zero ? Value(0.0) : Value(value);
}

void Accumulator::add_value(const AggregateItem& item, Cell& cell, ValueView value) {
  if (value.is_null()) return;
  if (needs_numbers(item.function) && !is_number(value.type())) return;
  ++cell.count;
  switch (item.function) {
    case AggregateFunction::kCount:
    case AggregateFunction::kCountField: break;
    case AggregateFunction::kCountDistinct: {
      std::string key;
      append_key(key, value);
      const auto size = key.size() + 48;
      if (cell.keys.insert(std::move(key)).second) bytes_ += size;
      break;
    }
    case AggregateFunction::kSum:
    case AggregateFunction::kAvg: cell.sum.add(value); break;
    case AggregateFunction::kStddev: {
      const long double x = as_double(value);
      const long double delta = x - cell.mean;
      cell.mean += delta / static_cast<long double>(cell.count);
      cell.squares += delta * (x - cell.mean);
      break;
    }
    case AggregateFunction::kMin:
      if (cell.count == 1 || compare(value, EncodedValue(cell.value).view()) < 0) keep(cell, value);
      break;
    case AggregateFunction::kMax:
      if (cell.count == 1 || compare(value, EncodedValue(cell.value).view()) > 0) keep(cell, value);
      break;
    case AggregateFunction::kFirst:
      if (cell.count == 1) keep(cell, value);
      break;
    case AggregateFunction::kLast: keep(cell, value); break;
    case AggregateFunction::kPercentile:
      cell.values.push_back(as_double(value) + 0.0);   // one zero
      bytes_ += sizeof(double);
      break;
  }
}

void Accumulator::add(const std::vector<AggregateItem>& items, const CollectionDef& collection, RecordView record) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    if (item.function == AggregateFunction::kCount)
      ++cells_[i].count;
    else
      add_value(item, cells_[i], item.sid ? record.sid_view() : read_path(collection, item.path, record));
  }
}

Result<Value> Accumulator::value(const AggregateItem& item, std::size_t index) const {
  const auto& cell = cells_[index];
  switch (item.function) {
    case AggregateFunction::kCount:
    case AggregateFunction::kCountField: return Value(static_cast<std::int64_t>(cell.count));
    case AggregateFunction::kCountDistinct: return Value(static_cast<std::int64_t>(cell.keys.size()));
    case AggregateFunction::kSum: return cell.sum.sum(item.name);
    case AggregateFunction::kAvg: return cell.sum.average();
    case AggregateFunction::kStddev: {
      if (cell.count < 2) return Value();
      const auto deviation = static_cast<double>(std::sqrt(cell.squares / static_cast<long double>(cell.count - 1)));
      if (std::isfinite(deviation)) return Value(deviation);
      return Error(ErrorCode::kTypeError, "the deviation '" + item.name + "' is outside the range of Float");
    }
    case AggregateFunction::kPercentile:
      return cell.values.empty() ? Value() : Value(interpolate(cell.values, item.p));
    default: return cell.value;
  }
}

Status Accumulator::append(std::string& out, const std::vector<AggregateItem>& items, const Bindings& bindings) const {
  out += '{';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    auto result = value(items[i], i);
    if (!result) return bindings.error(items[i].at, result.error().code(), result.error().message());
    out += items[i].key;
    append_json(out, *result);
  }
  out += '}';
  return {};
}

}  // namespace aurora::exec
