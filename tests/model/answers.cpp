// Bodies of the questions, as plainly as they can be written.
// Called by the model test.
#include "model/answers.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace aurora::testing {

namespace {

double number_of(const Value& value) {
  return value.if_int() != nullptr ? static_cast<double>(*value.if_int()) : *value.if_float();
}

List without_nulls(const List& values) {
  List kept;
  for (const auto& value : values)
    if (!value.is_null()) kept.push_back(value);
  return kept;
}

Value sum_of(const List& values) {
  std::int64_t ints = 0;
  double floats = 0;
  bool all_ints = true;
  for (const auto& value : values) {
    if (value.if_int() != nullptr)
      ints += *value.if_int();
    else
      all_ints = false;
    floats += number_of(value);
  }
  return all_ints ? Value(ints) : Value(floats);
}

Value average_of(const List& values) {
  if (values.empty()) return {};
  return Value(number_of(sum_of(values)) / static_cast<double>(values.size()));
}

Value extreme_of(const List& values, int sign) {
  Value best;
  for (const auto& value : values)
    if (best.is_null() || twin_compare(value, best) * sign > 0) best = value;
  return best;
}

Value deviation_of(const List& values) {
  if (values.size() < 2) return {};
  const double mean = number_of(average_of(values));
  double squares = 0;
  for (const auto& value : values) squares += (number_of(value) - mean) * (number_of(value) - mean);
  return Value(std::sqrt(squares / static_cast<double>(values.size() - 1)));
}

Value percentile_of(List values, double p) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end(), [](const Value& a, const Value& b) { return twin_compare(a, b) < 0; });
  const double place = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const auto above = static_cast<std::size_t>(std::ceil(place));
  const double low = number_of(values[below]), high = number_of(values[above]);
  return Value(low + (high - low) * (place - std::floor(place)));
}

std::int64_t distinct_in(const List& values) {
  List seen;
  for (const auto& value : values)
    if (std::none_of(seen.begin(), seen.end(), [&](const Value& s) { return twin_compare(s, value) == 0; }))
      seen.push_back(value);
  return static_cast<std::int64_t>(seen.size());
}

List column(const std::vector<Object>& rows, const std::string& path) {
  List values;
  for (const auto& row : rows) values.push_back(twin_value(row, path));
  return values;
}

struct Path {
  std::string text;
  bool numeric = false;
};

/// A path to scalars; empty when the schema has none.
Path pick_path(Generator& random, const TwinSchema& schema) {
  for (int tries = 0; tries < 20; ++tries) {
    const auto& field = schema.fields[random.below(schema.fields.size())];
    if (field.kind == Kind::kObject) return {field.name + ".x", true};
    if (is_scalar(field.kind)) return {field.name, field.kind == Kind::kInt || field.kind == Kind::kFloat};
  }
  return {};
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

/// aggregate { … } over `rows`.
Question ask_aggregate(Generator& random, const Twin& twin, const std::vector<Object>& rows) {
  static constexpr std::array kAny = {"count", "countDistinct", "min", "max", "first", "last"};
  static constexpr std::array kNumeric = {"sum", "avg", "stddev", "percentile"};
  Object expected;
  std::string text = "{";
  for (std::uint64_t i = 0, count = 1 + random.below(4); i < count; ++i) {
    const auto alias = "a" + std::to_string(i);
    const auto path = pick_path(random, twin.schema);
    if (path.text.empty() || random.one_in(5)) {
      text += " " + alias + ": count";
      expected.set(alias, Value(static_cast<std::int64_t>(rows.size())));
      continue;
    }
    const auto values = without_nulls(column(rows, path.text));
    const std::string name = path.numeric && random.one_in(2) ? kNumeric[random.below(kNumeric.size())]
                                                              : kAny[random.below(kAny.size())];
    static constexpr std::array kShares = {0.0, 0.25, 0.5, 0.9, 1.0};
    const double p = kShares[random.below(kShares.size())];
    text += " " + alias + ": " + name + "(field: " + quoted(path.text) +
            (name == "percentile" ? ", p: " + to_json(Value(p)) : "") + ")";
    Value value;
    if (name == "count") value = Value(static_cast<std::int64_t>(values.size()));
    if (name == "countDistinct") value = Value(distinct_in(values));
    if (name == "min" || name == "max") value = extreme_of(values, name == "min" ? -1 : 1);
    if (name == "first" && !values.empty()) value = values.front();
    if (name == "last" && !values.empty()) value = values.back();
    if (name == "sum") value = sum_of(values);
    if (name == "avg") value = average_of(values);
    if (name == "stddev") value = deviation_of(values);
    if (name == "percentile") value = percentile_of(values, p);
    expected.set(alias, std::move(value));
  }
  return {text + " }", Value(std::move(expected))};
}

struct TwinGroup {
  List keys;
  std::vector<Object> rows;
};

int compare_keys(const List& a, const List& b) { return twin_compare(Value(a), Value(b)); }

/// groupBy(…) { … } over `rows`.
Question ask_groups(Generator& random, const Twin& twin, const std::vector<Object>& rows) {
  std::vector<std::string> paths;
  for (std::uint64_t i = 0, count = 1 + random.below(2); i < count; ++i)
    if (const auto path = pick_path(random, twin.schema); !path.text.empty()) paths.push_back(path.text);
  if (paths.empty()) return {};
  std::vector<TwinGroup> groups;
  for (const auto& row : rows) {
    List keys;
    for (const auto& path : paths) keys.push_back(twin_value(row, path));
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const TwinGroup& group) { return compare_keys(group.keys, keys) == 0; });
    if (found == groups.end()) found = groups.insert(groups.end(), TwinGroup{keys, {}});
    found->rows.push_back(row);
  }
  std::string arguments = paths.size() == 1 ? "field: " + quoted(paths[0]) : "fields: [";
  if (paths.size() > 1) {
    for (const auto& path : paths) arguments += quoted(path) + " ";
    arguments += "]";
  }
  const auto by_key = [](const TwinGroup& a, const TwinGroup& b) { return compare_keys(a.keys, b.keys) < 0; };
  std::sort(groups.begin(), groups.end(), by_key);
  if (random.one_in(3)) {
    const bool descending = random.one_in(2);
    arguments += std::string(", orderBy: {count: ") + (descending ? "DESC}" : "ASC}");
    std::stable_sort(groups.begin(), groups.end(), [&](const TwinGroup& a, const TwinGroup& b) {
      return descending ? a.rows.size() > b.rows.size() : a.rows.size() < b.rows.size();
    });
  } else if (random.one_in(4)) {
    arguments += ", orderBy: {key: DESC}";
    std::reverse(groups.begin(), groups.end());
  }
  if (random.one_in(3)) {
    const auto least = random.below(4);
    arguments += ", having: {count: {gt: " + std::to_string(least) + "}}";
    std::erase_if(groups, [&](const TwinGroup& group) { return group.rows.size() <= least; });
  }
  if (random.one_in(3)) {
    const auto most = random.below(5);
    arguments += ", limit: " + std::to_string(most);
    if (groups.size() > most) groups.resize(most);
  }
  // The same aggregate is asked of every group: one seed for all.
  const auto seed = random.below(UINT64_MAX);
  const bool aggregates = random.one_in(2), nodes = random.one_in(2);
  const auto limit = random.below(4);
  std::string selection = paths.size() == 1 ? "{ key count" : "{ keys count";
  Generator sample(seed);
  if (aggregates) selection += " aggregate " + ask_aggregate(sample, twin, {}).selection;
  if (nodes) selection += " nodes(limit: " + std::to_string(limit) + ")";
  List expected;
  for (const auto& group : groups) {
    Object one;
    paths.size() == 1 ? one.set("key", group.keys[0]) : one.set("keys", Value(group.keys));
    one.set("count", Value(static_cast<std::int64_t>(group.rows.size())));
    Generator same(seed);
    if (aggregates) one.set("aggregate", ask_aggregate(same, twin, group.rows).expected);
    if (nodes) {
      List shown;
      for (std::size_t i = 0; i < group.rows.size() && i < limit; ++i) shown.push_back(Value(twin.shown(group.rows[i])));
      one.set("nodes", Value(std::move(shown)));
    }
    expected.push_back(Value(std::move(one)));
  }
  return {"groupBy(" + arguments + ") " + selection + " }", Value(std::move(expected))};
}

/// One windowed value of each row.
List windowed(const std::string& function, const List& values, std::size_t size, const TwinOrder& order) {
  List result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto begin = function == "cumSum" ? 0 : i + 1 - std::min(size, i + 1);
    const auto window = without_nulls(List(values.begin() + static_cast<std::ptrdiff_t>(begin),
                                           values.begin() + static_cast<std::ptrdiff_t>(i + 1)));
    Value value;
    if (function == "rollingSum" || function == "cumSum") value = sum_of(window);
    if (function == "rollingAvg") value = average_of(window);
    if (function == "rollingMin") value = extreme_of(window, -1);
    if (function == "rollingMax") value = extreme_of(window, 1);
    if (function == "lag" && i >= size) value = values[i - size];
    if (function == "lead" && i + size < values.size()) value = values[i + size];
    if (function == "rowNumber") value = Value(static_cast<std::int64_t>(i + 1));
    if (function == "rank") {
      const auto before = [&](const Value& a, const Value& b) {
        if (a.is_null() != b.is_null()) return a.is_null() == order.nulls_first.value_or(!order.descending);
        const int relation = twin_compare(a, b);
        return order.descending ? relation > 0 : relation < 0;
      };
      value = Value(1 + static_cast<std::int64_t>(std::count_if(
                            values.begin(), values.end(), [&](const Value& v) { return before(v, values[i]); })));
    }
    result.push_back(std::move(value));
  }
  return result;
}

}  // namespace

Question ask_many(Generator& random, const Twin& twin, const TwinQuery& query) {
  auto all = query;
  all.limit.reset();
  all.offset = 0;
  all.distinct.clear();
  const auto rows = twin.select(all);
  Object expected;
  std::string text = "{ totalCount";
  expected.set("totalCount", Value(static_cast<std::int64_t>(rows.size())));
  if (random.below(3) > 0) {
    auto asked = ask_aggregate(random, twin, rows);
    text += " aggregate " + asked.selection;
    expected.set("aggregate", std::move(asked.expected));
  }
  for (std::uint64_t i = 0, count = random.below(3); i < count; ++i) {
    auto asked = ask_groups(random, twin, rows);
    if (asked.selection.empty()) continue;
    const auto alias = "g" + std::to_string(i);
    text += " " + alias + ": " + asked.selection;
    expected.set(alias, std::move(asked.expected));
  }
  if (random.one_in(3)) {
    text += " nodes";
    List shown;
    for (const auto& row : twin.select(query)) shown.push_back(Value(twin.shown(row)));
    expected.set("nodes", Value(std::move(shown)));
  }
  return {text + " }", Value(std::move(expected))};
}

Question ask_windows(Generator& random, const Twin& twin, const TwinQuery& query) {
  static constexpr std::array kFunctions = {"rollingMin", "rollingMax", "lag",        "lead",  "rank",
                                            "rowNumber",  "rollingAvg", "rollingSum", "cumSum"};
  auto all = query;
  all.limit.reset();
  all.offset = 0;
  const auto rows = twin.select(all);
  const auto from = std::min(query.offset, rows.size());
  const auto to = query.limit ? std::min(rows.size(), from + *query.limit) : rows.size();
  List expected;
  for (auto i = from; i < to; ++i) expected.push_back(Value(twin.shown(rows[i])));
  std::string text = "{";
  for (const auto& field : twin.schema.fields) text += " " + field.name;
  for (std::uint64_t n = 0, count = 1 + random.below(3); n < count; ++n) {
    const auto path = pick_path(random, twin.schema);
    if (path.text.empty()) break;
    const std::string function = kFunctions[random.below(path.numeric ? 9 : 6)];
    const auto size = 1 + random.below(random.one_in(3) ? 40 : 5);
    const auto alias = "w" + std::to_string(n);
    text += " " + alias + ": windowFunc(field: " + quoted(path.text) + ", function: " + quoted(function) +
            ", windowSize: " + std::to_string(size) + ")";
    TwinOrder order;
    if (!query.order.empty()) order.descending = query.order.front().descending;
    for (const auto& term : query.order)
      if (term.path == path.text) order = term;
    const auto values = windowed(function, column(rows, path.text), size, order);
    for (auto i = from; i < to; ++i) expected[i - from].if_object()->set(alias, values[i]);
  }
  return {text + " }", Value(std::move(expected))};
}

bool nearly_equal(const Value& a, const Value& b) {
  if (a.type() != b.type()) return false;
  if (const auto* x = a.if_float()) {
    const double y = *b.if_float();
    return std::abs(*x - y) <= 1e-9 * std::max({1.0, std::abs(*x), std::abs(y)});
  }
  if (const auto* list = a.if_list())
    return std::equal(list->begin(), list->end(), b.if_list()->begin(), b.if_list()->end(), nearly_equal);
  if (const auto* object = a.if_object())
    return std::equal(object->begin(), object->end(), b.if_object()->begin(), b.if_object()->end(),
                      [](const auto& x, const auto& y) { return x.name == y.name && nearly_equal(x.value, y.value); });
  return a == b;
}

}  // namespace aurora::testing
