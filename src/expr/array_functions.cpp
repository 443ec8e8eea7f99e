// Lists: sum avg count first last pluck sort unique slice. Called by the evaluator.
#include "expr/function.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <cmath>

namespace aurora::expr {

namespace {

struct Total {
  Wide whole = 0;
  double real = 0;
  bool has_float = false;
  std::size_t count = 0;  // of the numbers; nulls are skipped
};

Result<Total> total_of(Call& call) {
  AURORA_ASSIGN(const auto* list, call.list(0));
  Total total;
  for (const auto& value : *list) {
    if (value.is_null()) continue;
    ++total.count;
    if (const auto* whole = value.if_int()) {
      total.whole += *whole;
    } else if (const auto* real = value.if_float()) {
      total.has_float = true;
      total.real += *real;
    } else {
      return call.wrong_kind("a list of numbers", value);
    }
  }
  return total;
}

Result<Value> finite(Call& call, double number) {
  if (std::isfinite(number)) return Value(number);
  return call.fail("the result is not a finite number");
}

Result<Value> sum(Call& call) {
  AURORA_ASSIGN(const auto total, total_of(call));
  if (total.has_float) return finite(call, static_cast<double>(total.whole) + total.real);
  if (total.whole > INT64_MAX || total.whole < INT64_MIN)
    return call.fail("the result does not fit an Int");
  return Value(static_cast<std::int64_t>(total.whole));
}

Result<Value> average(Call& call) {
  AURORA_ASSIGN(const auto total, total_of(call));
  if (total.count == 0) return Value();
  return finite(call,
                (static_cast<double>(total.whole) + total.real) / static_cast<double>(total.count));
}

Result<Value> count(Call& call) {
  AURORA_ASSIGN(const auto* list, call.list(0));
  return Value(list->size());
}

Result<Value> first(Call& call) {
  AURORA_ASSIGN(auto* list, call.list(0));
  return list->empty() ? Value() : std::move(list->front());
}

Result<Value> last(Call& call) {
  AURORA_ASSIGN(auto* list, call.list(0));
  return list->empty() ? Value() : std::move(list->back());
}

Value member(const Value& value, std::string_view path) {
  const auto dot = path.find('.');
  const auto* object = value.if_object();
  const auto* found = object != nullptr ? object->find(path.substr(0, dot)) : nullptr;
  if (found == nullptr) return {};
  return dot == std::string_view::npos ? *found : member(*found, path.substr(dot + 1));
}

Result<Value> pluck(Call& call) {
  AURORA_ASSIGN(auto* list, call.list(0));
  AURORA_ASSIGN(const auto* path, call.text(1));
  for (auto& value : *list) {
    if (!value.is_null() && value.if_object() == nullptr)
      return call.wrong_kind("a list of objects", value);
    value = member(value, *path);
  }
  return Value(std::move(*list));
}

Result<Value> sort(Call& call) {
  AURORA_ASSIGN(auto* list, call.list(0));
  std::stable_sort(list->begin(), list->end(),
                   [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  return Value(std::move(*list));
}

// Keeps first occurrences, in order n log n: indexes sorted by value, ties by place.
Result<Value> unique(Call& call) {
  AURORA_ASSIGN(auto* list, call.list(0));
  std::vector<std::size_t> places(list->size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return compare((*list)[a], (*list)[b]) < 0;
  });
  places.erase(std::unique(places.begin(), places.end(),
                           [&](std::size_t a, std::size_t b) { return (*list)[a] == (*list)[b]; }),
               places.end());
  std::sort(places.begin(), places.end());
  List kept;
  kept.reserve(places.size());
  for (const auto place : places) kept.push_back(std::move((*list)[place]));
  return Value(std::move(kept));
}

Result<Value> slice(Call& call) {
  AURORA_ASSIGN(auto* list, call.list(0));
  AURORA_ASSIGN(const auto wanted, call.count(1));
  const auto start = std::min(wanted, list->size());
  auto length = list->size() - start;
  if (call.has(2)) {
    AURORA_ASSIGN(const auto most, call.count(2));
    length = std::min(length, most);
  }
  const auto from = list->begin() + static_cast<std::ptrdiff_t>(start);
  return Value(List(std::make_move_iterator(from),
                    std::make_move_iterator(from + static_cast<std::ptrdiff_t>(length))));
}

constexpr std::array kFunctions{
    define("sum", sum, Parameter{"list"}),
    define("avg", average, Parameter{"list"}),
    define("count", count, Parameter{"list"}),
    define("first", first, Parameter{"list"}),
    define("last", last, Parameter{"list"}),
    define("pluck", pluck, Parameter{"list"}, Parameter{"field"}),
    define("sort", sort, Parameter{"list"}),
    define("unique", unique, Parameter{"list"}),
    define("slice", slice, Parameter{"list"}, Parameter{"start"}, Parameter{"length", true}),
};

}  // namespace

std::span<const Function> array_functions() noexcept { return kFunctions; }

}  // namespace aurora::expr
