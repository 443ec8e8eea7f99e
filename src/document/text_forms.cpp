// Text forms of Uuid, Date, Time and DateTime: strict readers and the one way each is written.
// Called by validation, JSON and the expression functions; calls <chrono>'s calendar.
#include <aurora/value.hpp>

#include <algorithm>
#include <array>

namespace aurora {

namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;

[[nodiscard]] constexpr std::int32_t days_of(int year, unsigned month, unsigned day) noexcept {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

constexpr std::int32_t kFirstDay = days_of(1, 1, 1);
constexpr std::int32_t kLastDay = days_of(9999, 12, 31);
constexpr std::int64_t kFirstMicro = kFirstDay * kMicrosPerDay;
constexpr std::int64_t kLastMicro = (kLastDay + 1) * kMicrosPerDay - 1;

[[nodiscard]] int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads fixed-width fields from the front of a text; the first miss makes every later call miss
// too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }

  int digits(std::size_t count) noexcept {
    if (!ok_ || rest_.size() < count) return miss();
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return miss();
      number = number * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return number;
  }

  // The character taken, when it is one of `choices`.
  char one_of(std::string_view choices) noexcept {
    if (!ok_ || rest_.empty() || choices.find(rest_.front()) == std::string_view::npos) {
      miss();
      return '\0';
    }
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  // Micros of an optional fraction: '.' and at least one digit, what is finer than micros cut.
  std::int64_t fraction() noexcept {
    if (!ok_ || rest_.empty() || rest_.front() != '.') return 0;
    rest_.remove_prefix(1);
    std::int64_t micros = 0;
    std::int64_t unit = kMicrosPerSecond / 10;
    std::size_t read = 0;
    for (; read < rest_.size() && rest_[read] >= '0' && rest_[read] <= '9'; ++read) {
      micros += (rest_[read] - '0') * unit;
      unit /= 10;
    }
    if (read == 0) miss();
    rest_.remove_prefix(read);
    return micros;
  }

 private:
  int miss() noexcept {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

[[nodiscard]] std::optional<std::int32_t> scan_date(Scanner& in) noexcept {
  const int year = in.digits(4);
  in.one_of("-");
  const int month = in.digits(2);
  in.one_of("-");
  const int day = in.digits(2);
  if (!in.ok() || year < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

[[nodiscard]] std::optional<std::int64_t> scan_time(Scanner& in, int last_second) noexcept {
  const int hour = in.digits(2);
  in.one_of(":");
  const int minute = in.digits(2);
  in.one_of(":");
  const int second = in.digits(2);
  const std::int64_t fraction = in.fraction();
  if (!in.ok() || hour > 23 || minute > 59 || second > last_second) return std::nullopt;
  return ((hour * 60 + minute) * 60 + std::min(second, 59)) * kMicrosPerSecond + fraction;
}

[[nodiscard]] std::optional<std::int64_t> scan_offset(Scanner& in) noexcept {
  const char sign = in.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z') return 0;
  const int hours = in.digits(2);
  in.one_of(":");
  const int minutes = in.digits(2);
  if (!in.ok() || hours > 23 || minutes > 59) return std::nullopt;
  const std::int64_t micros = (hours * 60 + minutes) * 60 * kMicrosPerSecond;
  return sign == '-' ? -micros : micros;
}

void append_digits(std::string& out, std::int64_t number, std::size_t width) {
  std::array<char, 20> digits{};
  for (std::size_t i = width; i-- > 0; number /= 10)
    digits[i] = static_cast<char>('0' + number % 10);
  out.append(digits.data(), width);
}

// Days outside the years 0001 to 9999 are nobody's value; they are written as the nearest end.
void append_date(std::string& out, std::int64_t days) {
  const auto within = static_cast<int>(std::clamp<std::int64_t>(days, kFirstDay, kLastDay));
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(within))};
  append_digits(out, static_cast<int>(date.year()), 4);
  out.push_back('-');
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  append_digits(out, static_cast<unsigned>(date.day()), 2);
}

void append_time(std::string& out, std::int64_t micros) {
  const std::int64_t within = std::clamp<std::int64_t>(micros, 0, kMicrosPerDay - 1);
  const std::int64_t seconds = within / kMicrosPerSecond;
  append_digits(out, seconds / 3600, 2);
  out.push_back(':');
  append_digits(out, seconds / 60 % 60, 2);
  out.push_back(':');
  append_digits(out, seconds % 60, 2);
  const std::int64_t fraction = within % kMicrosPerSecond;
  if (fraction == 0) return;
  out.push_back('.');
  append_digits(out, fraction, 6);
  out.resize(out.find_last_not_of('0') + 1);
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at++] != '-') return std::nullopt;
    }
    const int high = hex_digit(text[at++]);
    const int low = hex_digit(text[at++]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return uuid;
}

std::string Uuid::text() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(36, '-');
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    out[at++] = kDigits[byte >> 4];
    out[at++] = kDigits[byte & 0xF];
  }
  return out;
}

std::optional<Date> Date::parse(std::string_view text) noexcept {
  Scanner in(text);
  const auto days = scan_date(in);
  if (!days || !in.done()) return std::nullopt;
  return Date{*days};
}

std::string Date::text() const {
  std::string out;
  append_date(out, days);
  return out;
}

std::optional<Time> Time::parse(std::string_view text) noexcept {
  Scanner in(text);
  const auto micros = scan_time(in, 59);
  if (!micros || !in.done()) return std::nullopt;
  return Time{*micros};
}

std::string Time::text() const {
  std::string out;
  append_time(out, micros);
  return out;
}

std::optional<DateTime> DateTime::parse(std::string_view text) noexcept {
  Scanner in(text);
  const auto days = scan_date(in);
  in.one_of("Tt ");
  const auto time = scan_time(in, 60);
  const auto offset = scan_offset(in);
  if (!days || !time || !offset || !in.done()) return std::nullopt;
  const std::int64_t micros = *days * kMicrosPerDay + *time - *offset;
  if (micros < kFirstMicro || micros > kLastMicro) return std::nullopt;
  return DateTime(micros);
}

std::string DateTime::text() const {
  const std::int64_t within = std::clamp(micros, kFirstMicro, kLastMicro);
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::microseconds(within));
  std::string out;
  out.reserve(27);
  append_date(out, days.count());
  out.push_back('T');
  append_time(out, within - days.count() * kMicrosPerDay);
  out.push_back('Z');
  return out;
}

}  // namespace aurora
