// Body of time_zone.hpp over ICU, which has the IANA database inside. Called by cron.
#include <aurora/schema/time_zone.hpp>

#include <aurora/base/nearest.hpp>

#include <string>
#include <vector>

#include <unicode/strenum.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

namespace aurora {

struct TimeZone::Rules {
  std::unique_ptr<icu::TimeZone> zone;
};

namespace {

std::string nearest_zone(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> all(
      icu::TimeZone::createTimeZoneIDEnumeration(UCAL_ZONE_TYPE_ANY, nullptr, nullptr, status));
  if (U_FAILURE(status) || !all) return {};
  std::vector<std::string> names;
  while (const auto* next = all->snext(status)) {
    std::string text;
    names.push_back(next->toUTF8String(text));
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return did_you_mean(name, views);
}

}  // namespace

Result<TimeZone> TimeZone::named(std::string_view name) {
  const auto id = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString canonical;
  UBool is_system = 0;
  icu::TimeZone::getCanonicalID(id, canonical, is_system, status);
  // Those of ICU's own making, as "GMT+2", are names of no place.
  if (U_FAILURE(status) || !is_system || canonical == icu::UnicodeString("Etc/Unknown"))
    return Error(ErrorCode::kInvalidInput, "there is no time zone \"" + std::string(name) +
                                               "\"; zones are named as \"UTC\" or \"Europe/Oslo\"" + nearest_zone(name));
  auto rules = std::make_shared<Rules>();
  rules->zone.reset(icu::TimeZone::createTimeZone(id));
  if (!rules->zone) return Error(ErrorCode::kLimitExceeded, "out of memory");
  return TimeZone(std::move(rules));
}

std::int64_t TimeZone::offset_at(std::int64_t seconds) const {
  constexpr double kMillis = 1'000;
  std::int32_t raw = 0;
  std::int32_t saved = 0;
  UErrorCode status = U_ZERO_ERROR;
  rules_->zone->getOffset(static_cast<UDate>(seconds) * kMillis, /*local=*/0, raw, saved, status);
  return U_FAILURE(status) ? 0 : (raw + saved) / 1'000;
}

}  // namespace aurora
