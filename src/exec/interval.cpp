// Body of intervals. Called by groups and downsampling.
#include <aurora/exec/interval.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/index/extract.hpp>

#include <chrono>

namespace aurora::exec {

DateTime interval_start(DateTime instant, const Duration& length) noexcept {
  const auto floor_to = [](std::int64_t value, std::int64_t step) {
    const auto rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
  };
  constexpr std::int64_t kDay = 86'400'000'000;
  constexpr std::int64_t kWeek = 7 * kDay;
  if (length.is_fixed()) {
    // 1970-01-01 was a Thursday: whole weeks are counted from the Monday before it.
    const std::int64_t origin = length.micros % kWeek == 0 ? -3 * kDay : 0;
    return DateTime(origin + floor_to(instant.micros - origin, length.micros));
  }
  using namespace std::chrono;
  const sys_days day{days(floor_to(instant.micros, kDay) / kDay)};
  const year_month_day date(day);
  const auto month_number = static_cast<std::int64_t>(static_cast<int>(date.year())) * 12 +
                            (static_cast<unsigned>(date.month()) - 1);
  const auto start = floor_to(month_number, length.months);
  const auto year_number = floor_to(start, 12) / 12;
  const year_month_day first{year(static_cast<int>(year_number)),
                             month(static_cast<unsigned>(start - year_number * 12) + 1), std::chrono::day(1)};
  return DateTime(sys_days(first).time_since_epoch().count() * kDay);
}

Value interval_of(ValueView value, const Duration& length) noexcept {
  if (value.is_null()) return {};
  constexpr std::int64_t kDay = 86'400'000'000;
  const auto instant =
      value.type() == Type::kDate ? DateTime(value.date_value().days * kDay) : value.datetime_value();
  return Value(interval_start(instant, length));
}

Result<std::optional<Duration>> interval_argument(const aql::Selection& selection, const CollectionDef& collection,
                                                  const FieldPath* path, const plan::Bindings& bindings) {
  const auto argument = find_argument(selection.arguments, {"interval"}, bindings);
  AURORA_ASSIGN(const auto text, text_argument(selection.arguments, {"interval"}, bindings));
  if (!text) return std::optional<Duration>();
  const auto interval = parse_duration(*text);
  if (!interval || !interval->is_positive())
    return bindings.error(argument.get()->at, ErrorCode::kInvalidQuery,
                          "'" + *text + "' is no interval; write a number and a unit of s m h d w mo y");
  const auto* type = path == nullptr ? nullptr : type_at(collection, *path);
  if (type == nullptr || (type->type != FieldType::kDateTime && type->type != FieldType::kDate))
    return bindings.error(argument.get()->at, ErrorCode::kInvalidQuery,
                          "an interval needs a field of type DateTime or Date, but '" +
                              (path == nullptr ? "_sid" : path->text()) + "' holds " +
                              (path == nullptr ? "Uuid" : type == nullptr ? "anything" : type->text()));
  return interval;
}

}  // namespace aurora::exec
