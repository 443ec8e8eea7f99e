// Values: what a field can hold. `Value` owns its content, `ValueView` borrows it from a record.
// Public; includes only std. Text forms, order and kinds are those of the AQL reference, "Types and
// values".
#pragma once

#include <aurora/result.hpp>

#include <array>
#include <chrono>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace aurora {

/// The kinds of value, in the order in which values of different kinds sort
/// (kInt and kFloat are one class, compared numerically and exactly).
enum class Type : std::uint8_t {
  kNull,
  kBool,
  kInt,
  kFloat,
  kString,
  kUuid,
  kDate,
  kTime,
  kDateTime,
  kList,
  kObject,
};

[[nodiscard]] std::string_view to_string(Type type) noexcept;

/// A UUID of any RFC 9562 version, as 16 bytes in network order.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// Reads 8-4-4-4-12 hexadecimal digits of either case; nothing else.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text) noexcept;
  /// Lower-case 8-4-4-4-12.
  [[nodiscard]] std::string text() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// A calendar day (proleptic Gregorian), as days since 1970-01-01. Years 0001 to 9999.
struct Date {
  std::int32_t days = 0;

  [[nodiscard]] static std::optional<Date> parse(std::string_view text) noexcept;
  [[nodiscard]] std::string text() const;  ///< YYYY-MM-DD

  friend auto operator<=>(const Date&, const Date&) = default;
};

/// A time of day, as microseconds since midnight.
struct Time {
  std::int64_t micros = 0;

  /// HH:MM:SS with up to any number of fraction digits (finer than microseconds is cut).
  [[nodiscard]] static std::optional<Time> parse(std::string_view text) noexcept;
  [[nodiscard]] std::string text() const;  ///< HH:MM:SS[.ffffff without trailing zeros]

  friend auto operator<=>(const Time&, const Time&) = default;
};

/// An instant, as microseconds since 1970-01-01T00:00:00Z. Years 0001 to 9999.
struct DateTime {
  std::int64_t micros = 0;

  DateTime() = default;
  explicit constexpr DateTime(std::int64_t micros_since_epoch) : micros(micros_since_epoch) {}
  explicit DateTime(std::chrono::system_clock::time_point when)
      : micros(std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch())
                   .count()) {}

  /// RFC 3339 with a mandatory offset (`Z`, `+02:00`); a leap second reads as the second before.
  [[nodiscard]] static std::optional<DateTime> parse(std::string_view text) noexcept;
  [[nodiscard]] std::string text() const;  ///< 2026-01-31T12:00:00[.ffffff]Z

  friend auto operator<=>(const DateTime&, const DateTime&) = default;
};

class Value;
class ListView;
class ObjectView;

using List = std::vector<Value>;

/// Names with values, in the order they were added. A name added twice keeps the last value.
/// Lookup is linear: made for documents and variables, not for large maps.
class Object {
 public:
  struct Member;
  using const_iterator = std::vector<Member>::const_iterator;
  using iterator = std::vector<Member>::iterator;

  Object();
  Object(std::initializer_list<std::pair<std::string_view, Value>> members);
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();

  [[nodiscard]] bool empty() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] const Value* find(std::string_view name) const noexcept;  ///< null when absent
  [[nodiscard]] Value* find(std::string_view name) noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept {
    return find(name) != nullptr;
  }
  /// The value of `name`, added as null when absent.
  Value& operator[](std::string_view name);
  /// Adds or replaces.
  void set(std::string name, Value value);
  /// Adds without looking for an earlier member of that name. Requires: there is none.
  void append(std::string name, Value value);
  bool remove(std::string_view name);
  void reserve(std::size_t count);

  [[nodiscard]] const_iterator begin() const noexcept;
  [[nodiscard]] const_iterator end() const noexcept;
  [[nodiscard]] iterator begin() noexcept;
  [[nodiscard]] iterator end() noexcept;

 private:
  std::vector<Member> members_;
};

/// A borrowed value: a scalar by value, or text, list or object inside bytes owned by someone else
/// (a record, an EncodedValue). Valid as long as those bytes live. 16 bytes, pass by value.
class ValueView {
 public:
  ValueView() noexcept : ValueView(Type::kNull, 0) {}
  static ValueView of(bool value) noexcept { return {Type::kBool, value ? 1 : 0}; }
  static ValueView of(std::int64_t value) noexcept { return {Type::kInt, value}; }
  static ValueView of(double value) noexcept;
  static ValueView of(std::string_view value) noexcept {
    return {Type::kString, value.data(), static_cast<std::uint32_t>(value.size())};
  }
  static ValueView of(const Uuid& value) noexcept {  // borrows
    return {Type::kUuid, reinterpret_cast<const char*>(value.bytes.data()), 16};
  }
  static ValueView of(Date value) noexcept { return {Type::kDate, value.days}; }
  static ValueView of(Time value) noexcept { return {Type::kTime, value.micros}; }
  static ValueView of(DateTime value) noexcept { return {Type::kDateTime, value.micros}; }
  /// A list or object in the encoding of document/codec.hpp. Requires: validated bytes.
  static ValueView of_encoded(Type container, const char* data, std::uint32_t size) noexcept {
    return {container, data, size};
  }

  [[nodiscard]] Type type() const noexcept { return type_; }
  [[nodiscard]] bool is_null() const noexcept { return type_ == Type::kNull; }
  [[nodiscard]] explicit operator bool() const noexcept { return !is_null(); }

  // Unchecked access. Requires: type() is the kind asked for.
  [[nodiscard]] bool bool_value() const noexcept { return scalar_ != 0; }
  [[nodiscard]] std::int64_t int_value() const noexcept { return scalar_; }
  [[nodiscard]] double float_value() const noexcept;
  [[nodiscard]] std::string_view string_value() const noexcept { return {data_, size_}; }
  [[nodiscard]] Uuid uuid_value() const noexcept;
  [[nodiscard]] Date date_value() const noexcept {
    return Date{static_cast<std::int32_t>(scalar_)};
  }
  [[nodiscard]] Time time_value() const noexcept { return Time{scalar_}; }
  [[nodiscard]] DateTime datetime_value() const noexcept { return DateTime{scalar_}; }
  [[nodiscard]] ListView list() const noexcept;
  [[nodiscard]] ObjectView object() const noexcept;
  [[nodiscard]] std::string_view encoded() const noexcept { return {data_, size_}; }

  /// The value as T: bool, an integer (range checked), float/double (from Int too), std::string,
  /// std::string_view, Uuid, Date, Time, DateTime, Value, or std::optional of these (null is
  /// nullopt). Errors: throws TypeError when the value is of another kind or does not fit.
  template <class T>
  [[nodiscard]] T as() const;

  /// Member of an object, or element of a list; null when absent or not a container.
  [[nodiscard]] ValueView operator[](std::string_view name) const noexcept;
  [[nodiscard]] ValueView operator[](std::size_t index) const noexcept;

 private:
  ValueView(Type type, std::int64_t scalar) noexcept : type_(type), scalar_(scalar) {}
  ValueView(Type type, const char* data, std::uint32_t size) noexcept
      : type_(type), size_(size), data_(data) {}

  Type type_;
  std::uint32_t size_ = 0;
  union {
    std::int64_t scalar_;
    const char* data_;
  };
};

/// A list inside record bytes. Elements are reached by index in O(1).
class ListView {
 public:
  explicit ListView(std::string_view encoded) noexcept;
  [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  /// Requires: index < size().
  [[nodiscard]] ValueView operator[](std::uint32_t index) const noexcept;

 private:
  std::string_view bytes_;
  std::uint32_t count_ = 0;
};

/// An object inside record bytes, members in the order they were written. Lookup by name is linear.
class ObjectView {
 public:
  explicit ObjectView(std::string_view encoded) noexcept;
  [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  /// Requires: index < size().
  [[nodiscard]] std::string_view name(std::uint32_t index) const noexcept;
  [[nodiscard]] ValueView value(std::uint32_t index) const noexcept;
  /// Null when absent.
  [[nodiscard]] ValueView find(std::string_view name) const noexcept;

 private:
  std::string_view bytes_;
  std::uint32_t count_ = 0;
};

/// An owned value of any kind.
class Value {
 public:
  Value() noexcept = default;
  Value(std::nullptr_t) noexcept {}
  template <std::same_as<bool> T>  // a template, so that a pointer never turns into a Boolean
  Value(T value) noexcept : data_(value) {}
  template <std::integral T>
    requires(!std::is_same_v<T, bool> && !std::is_same_v<T, char>)
  Value(T value);  ///< Errors: throws TypeError for an unsigned value above the Int range.
  template <std::floating_point T>
  Value(T value) noexcept : data_(static_cast<double>(value)) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string text) noexcept : data_(std::move(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(const Uuid& value) noexcept : data_(value) {}
  Value(Date value) noexcept : data_(value) {}
  Value(Time value) noexcept : data_(value) {}
  Value(DateTime value) noexcept : data_(value) {}
  Value(List list) noexcept : data_(std::move(list)) {}
  Value(Object object) noexcept : data_(std::move(object)) {}
  template <class T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }
  template <class T>
    requires(!std::is_same_v<T, Value> && std::is_constructible_v<Value, const T&>)
  Value(const std::vector<T>& list);
  /// Copies what `view` borrows.
  explicit Value(ValueView view);

  [[nodiscard]] Type type() const noexcept { return static_cast<Type>(data_.index()); }
  [[nodiscard]] bool is_null() const noexcept { return type() == Type::kNull; }

  // Null when the value is of another kind.
  [[nodiscard]] const bool* if_bool() const noexcept { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::int64_t* if_int() const noexcept {
    return std::get_if<std::int64_t>(&data_);
  }
  [[nodiscard]] const double* if_float() const noexcept { return std::get_if<double>(&data_); }
  [[nodiscard]] const std::string* if_string() const noexcept {
    return std::get_if<std::string>(&data_);
  }
  [[nodiscard]] const Uuid* if_uuid() const noexcept { return std::get_if<Uuid>(&data_); }
  [[nodiscard]] const Date* if_date() const noexcept { return std::get_if<Date>(&data_); }
  [[nodiscard]] const Time* if_time() const noexcept { return std::get_if<Time>(&data_); }
  [[nodiscard]] const DateTime* if_datetime() const noexcept {
    return std::get_if<DateTime>(&data_);
  }
  [[nodiscard]] const List* if_list() const noexcept { return std::get_if<List>(&data_); }
  [[nodiscard]] List* if_list() noexcept { return std::get_if<List>(&data_); }
  [[nodiscard]] const Object* if_object() const noexcept { return std::get_if<Object>(&data_); }
  [[nodiscard]] Object* if_object() noexcept { return std::get_if<Object>(&data_); }

  /// A view of a scalar; lists and objects have none until encoded (see EncodedValue).
  /// Requires: type() is neither kList nor kObject.
  [[nodiscard]] ValueView scalar_view() const noexcept;

  /// As ValueView::as.
  template <class T>
  [[nodiscard]] T as() const;

  /// Equality by the order of values: 1 == 1.0, lists element-wise, objects whatever their order.
  friend bool operator==(const Value& a, const Value& b) noexcept;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Uuid, Date, Time, DateTime,
               List, Object>
      data_;
};

struct Object::Member {
  std::string name;
  Value value;
};

/// A value of any kind in the encoding of records, so that it can be viewed. Owns its bytes.
class EncodedValue {
 public:
  EncodedValue() = default;
  /// Requires: nesting within codec::kMaxDepth.
  explicit EncodedValue(const Value& value);
  [[nodiscard]] ValueView view() const noexcept;
  [[nodiscard]] Type type() const noexcept { return type_; }

 private:
  Type type_ = Type::kNull;
  std::int64_t scalar_ = 0;
  std::string bytes_;
};

/// The total order over all values (AQL reference, "Order across types"). A NaN, which is never
/// stored, sorts before every number. Parts nested deeper than codec::kMaxDepth, which are never
/// stored, are equal.
[[nodiscard]] std::strong_ordering compare(ValueView a, ValueView b) noexcept;
[[nodiscard]] std::strong_ordering compare(const Value& a, const Value& b) noexcept;
/// Exact comparison of an Int with a Float.
[[nodiscard]] std::strong_ordering compare_numbers(std::int64_t a, double b) noexcept;

[[nodiscard]] inline bool operator==(ValueView a, ValueView b) noexcept {
  return compare(a, b) == 0;
}

/// True when values of the two kinds are of one class, so that range operators may compare them.
[[nodiscard]] constexpr bool same_class(Type a, Type b) noexcept {
  auto cls = [](Type t) { return t == Type::kFloat ? Type::kInt : t; };
  return cls(a) == cls(b);
}

/// Appends the JSON text of a value as results show it (dates, times and uuids as strings).
/// Floats are written in the shortest form that reads back the same, with ".0" when whole; a Float
/// that is not finite, which is never stored, as null.
void append_json(std::string& out, ValueView value);
void append_json(std::string& out, const Value& value);
/// Appends `text` as a JSON string with quotes. Invalid UTF-8 is replaced by U+FFFD.
void append_json_string(std::string& out, std::string_view text);
void append_json_number(std::string& out, std::int64_t value);
void append_json_number(std::string& out, double value);
[[nodiscard]] std::string to_json(const Value& value);
[[nodiscard]] std::string to_json(ValueView value);

/// Reads one JSON text (RFC 8259, UTF-8). Integers outside 64 bits, floats outside double, nesting
/// deeper than `max_depth` (at most 500), invalid UTF-8 and anything after the value are
/// InvalidInput with line and column. Of members of one name the last counts.
[[nodiscard]] Result<Value> parse_json(std::string_view text, std::uint32_t max_depth = 64);

}  // namespace aurora

#include <aurora/value-inl.hpp>
