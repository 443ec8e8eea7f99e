// Reads the members of a stored object and remembers the first thing that is not as it must be.
// Private to the schema room; used by definition_decode.cpp.
#pragma once

#include <aurora/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aurora {

/// What is wrong, once something is. Later failures do not replace it.
struct DecodeFault {
  std::string what;
  void set(std::string_view name) {
    if (what.empty()) what = name;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return !what.empty(); }
};

/// One stored object. A missing or wrong member sets the fault and reads as an empty value.
class DefinitionReader {
 public:
  DefinitionReader(ValueView object, DecodeFault& fault) : object_(object), fault_(fault) {
    if (object.type() != Type::kObject) fault.set("object");
  }

  [[nodiscard]] bool has(std::string_view name) const { return !get(name).is_null(); }
  [[nodiscard]] ValueView get(std::string_view name) const { return object_[name]; }

  [[nodiscard]] bool flag(std::string_view name) const {
    const auto value = get(name);
    if (value.is_null()) return false;
    if (value.type() != Type::kBool) return fault_.set(name), false;
    return value.bool_value();
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    const auto value = get(name);
    if (value.type() != Type::kString) return fault_.set(name), std::string();
    return std::string(value.string_value());
  }
  template <class T>
  [[nodiscard]] T number(std::string_view name) const {
    const auto value = get(name);
    if (value.type() != Type::kInt || !std::in_range<T>(value.int_value()))
      return fault_.set(name), T{};
    return static_cast<T>(value.int_value());
  }
  template <class T>
  [[nodiscard]] T number_or_zero(std::string_view name) const {
    return has(name) ? number<T>(name) : T{};
  }
  /// Calls `visit` with each element of a list; a missing list is empty.
  template <class Visit>
  void each(std::string_view name, Visit visit) const {
    const auto value = get(name);
    if (value.is_null()) return;
    if (value.type() != Type::kList) return fault_.set(name);
    const auto list = value.list();
    for (std::uint32_t i = 0; i < list.size(); ++i) visit(list[i]);
  }

 private:
  ValueView object_;
  DecodeFault& fault_;
};

}  // namespace aurora
