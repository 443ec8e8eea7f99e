// Body of ttl.hpp. Called by selection, unique checks and the removal of expired documents.
#include <aurora/schema/ttl.hpp>

#include <aurora/schema/duration.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace aurora {

namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;

std::int64_t floor_days(std::int64_t micros) {
  return micros / kDayMicros - (micros % kDayMicros < 0 ? 1 : 0);
}

// `now` that many calendar months ago; the last day of a shorter month stands for later ones.
std::int64_t months_before(std::int64_t now, std::int64_t months) {
  using namespace std::chrono;
  const auto days_since = floor_days(now);
  const year_month_day day{sys_days{days{days_since}}};
  // A calendar of 32,767 years bounds it from below.
  if (months > (static_cast<int>(day.year()) + 32'000) * 12LL)
    return std::numeric_limits<std::int64_t>::min();
  const auto month = year_month{day.year(), day.month()} - std::chrono::months{months};
  const year_month_day_last last{month.year() / month.month() / std::chrono::last};
  const auto cut = month / std::min(day.day(), last.day());
  return sys_days{cut}.time_since_epoch().count() * kDayMicros + (now - days_since * kDayMicros);
}

std::int64_t expired_until(const TtlRule& rule, DateTime now) {
  const auto length = parse_duration(rule.after_text).value_or(Duration{rule.after_micros, 0});
  if (!length.is_fixed()) return months_before(now.micros, length.months);
  std::int64_t until = 0;
  return __builtin_sub_overflow(now.micros, length.micros, &until)
             ? std::numeric_limits<std::int64_t>::min()
             : until;
}

// The last day whose first instant is not behind `micros`.
std::int32_t last_day(std::int64_t micros) {
  return static_cast<std::int32_t>(
      std::max<std::int64_t>(floor_days(micros), std::numeric_limits<std::int32_t>::min()));
}

}  // namespace

const IndexDef* ttl_index(const CollectionDef& collection) noexcept {
  return collection.ttl ? collection.index_on(collection.ttl->field) : nullptr;
}

Value ttl_threshold(const CollectionDef& collection, DateTime now) noexcept {
  const auto until = expired_until(*collection.ttl, now);
  const auto* field = collection.find(collection.ttl->field.field);
  const auto* type = field != nullptr ? &field->type : nullptr;
  for (const auto& name : collection.ttl->field.rest) {
    if (type == nullptr) break;
    const auto part = std::find_if(type->fields.begin(), type->fields.end(),
                                   [&](const FieldDef& each) { return each.name == name; });
    type = part == type->fields.end() ? nullptr : &part->type;
  }
  if (type != nullptr && type->type == FieldType::kDate) return Value(Date{last_day(until)});
  return Value(DateTime(until));
}

bool is_expired(const CollectionDef& collection, RecordView record, DateTime now) noexcept {
  if (!collection.ttl) return false;
  const auto value = read_path(collection, collection.ttl->field, record);
  if (value.is_null()) return false;
  return compare(value, ttl_threshold(collection, now).scalar_view()) <= 0;
}

}  // namespace aurora
