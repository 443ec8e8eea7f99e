// Template bodies of value.hpp: conversions between values and C++ types.
// Included by value.hpp only.
#pragma once

#include <aurora/value.hpp>

#include <cmath>
#include <limits>

namespace aurora {

namespace detail {

/// Throws TypeError "expected <wanted>, found <found>".
[[noreturn]] void throw_wrong_type(std::string_view wanted, Type found);
/// Throws TypeError: the number is outside the range of the C++ type asked for.
[[noreturn]] void throw_out_of_range(std::string_view number);

template <class T>
struct OptionalTraits : std::false_type {};
template <class T>
struct OptionalTraits<std::optional<T>> : std::true_type {};

template <class T>
inline constexpr bool kIsOptional = OptionalTraits<T>::value;
template <class T>
inline constexpr bool kUnsupported = false;

inline void require_type(Type wanted, Type found) {
  if (wanted != found) throw_wrong_type(to_string(wanted), found);
}

template <std::integral T>
[[nodiscard]] T to_integer(ValueView value) {
  require_type(Type::kInt, value.type());
  if (!std::in_range<T>(value.int_value())) throw_out_of_range(std::to_string(value.int_value()));
  return static_cast<T>(value.int_value());
}

template <std::floating_point T>
[[nodiscard]] T to_floating(ValueView value) {
  if (value.type() == Type::kInt) return static_cast<T>(value.int_value());
  require_type(Type::kFloat, value.type());
  const double number = value.float_value();
  if (std::isfinite(number) && std::abs(number) > std::numeric_limits<T>::max()) {
    throw_out_of_range(std::to_string(number));
  }
  return static_cast<T>(number);
}

}  // namespace detail

template <std::integral T>
  requires(!std::is_same_v<T, bool> && !std::is_same_v<T, char>)
Value::Value(T value) {
  if (!std::in_range<std::int64_t>(value)) detail::throw_out_of_range(std::to_string(value));
  data_ = static_cast<std::int64_t>(value);
}

template <class T>
  requires(!std::is_same_v<T, Value> && std::is_constructible_v<Value, const T&>)
Value::Value(const std::vector<T>& list) {
  List values;
  values.reserve(list.size());
  for (auto&& item : list) values.emplace_back(static_cast<const T&>(item));
  data_ = std::move(values);
}

template <class T>
T ValueView::as() const {
  using detail::require_type;
  if constexpr (detail::kIsOptional<T>) {
    return is_null() ? T() : T(as<typename T::value_type>());
  } else if constexpr (std::is_same_v<T, Value>) {
    return Value(*this);
  } else if constexpr (std::is_same_v<T, bool>) {
    require_type(Type::kBool, type_);
    return bool_value();
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, char>) {
    return detail::to_integer<T>(*this);
  } else if constexpr (std::is_floating_point_v<T>) {
    return detail::to_floating<T>(*this);
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    require_type(Type::kString, type_);
    return T(string_value());
  } else if constexpr (std::is_same_v<T, Uuid>) {
    require_type(Type::kUuid, type_);
    return uuid_value();
  } else if constexpr (std::is_same_v<T, Date>) {
    require_type(Type::kDate, type_);
    return date_value();
  } else if constexpr (std::is_same_v<T, Time>) {
    require_type(Type::kTime, type_);
    return time_value();
  } else if constexpr (std::is_same_v<T, DateTime>) {
    require_type(Type::kDateTime, type_);
    return datetime_value();
  } else {
    static_assert(detail::kUnsupported<T>, "ValueView::as: no value is of this C++ type");
  }
}

template <class T>
T Value::as() const {
  if constexpr (detail::kIsOptional<T>) {
    return is_null() ? T() : T(as<typename T::value_type>());
  } else if constexpr (std::is_same_v<T, Value>) {
    return *this;
  } else if constexpr (std::is_same_v<T, List>) {
    detail::require_type(Type::kList, type());
    return *if_list();
  } else if constexpr (std::is_same_v<T, Object>) {
    detail::require_type(Type::kObject, type());
    return *if_object();
  } else {
    // A container has no view; any kind of container is as wrong as the other for a scalar T.
    if (if_list() != nullptr) return ValueView::of_encoded(Type::kList, nullptr, 0).as<T>();
    if (if_object() != nullptr) return ValueView::of_encoded(Type::kObject, nullptr, 0).as<T>();
    return scalar_view().as<T>();
  }
}

}  // namespace aurora
