// The fields of a struct: what a member may be, what each is called, and what is refused at compile
// time. Included by bind.hpp only; stands on bind_members.hpp.
#pragma once

#include <aurora/bind_members.hpp>
#include <aurora/value.hpp>

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace aurora {

template <class T>
struct binding;  // bind.hpp

namespace detail {

template <class T>
inline constexpr bool kIsNlohmann =
    std::is_same_v<T, nlohmann::json> || std::is_same_v<T, nlohmann::ordered_json>;

// ---- what a member can be

template <class T>
inline constexpr bool kIsVector = false;
template <class T, class Allocator>
inline constexpr bool kIsVector<std::vector<T, Allocator>> = true;

template <class T>
concept string_map = requires(T& map, typename T::mapped_type value) {
  requires std::is_same_v<typename T::key_type, std::string>;
  map.insert_or_assign(std::string(), std::move(value));
};

template <class T>
inline constexpr bool kIsCharacter =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

template <class T>
concept scalar_member =
    (std::is_arithmetic_v<T> && !kIsCharacter<T>) || std::is_same_v<T, std::string> ||
    std::is_same_v<T, Uuid> || std::is_same_v<T, Date> || std::is_same_v<T, Time> ||
    std::is_same_v<T, DateTime>;

// A member that says "nothing" by itself.
template <class T>
inline constexpr bool kCanBeNull =
    kIsOptional<T> || kIsNlohmann<T> || kIsVector<T> || string_map<T> || std::is_same_v<T, Value> ||
    std::is_same_v<T, Object>;

template <class Member>
consteval void refuse_member() {
  static_assert(!std::is_enum_v<Member>,
                "aurora cannot bind an enum member: keep its name in a std::string, or its number "
                "in an integer");
  static_assert(!std::is_array_v<Member>, "aurora cannot bind an array member: use std::vector");
  static_assert(!std::is_same_v<Member, std::string_view> && !std::is_pointer_v<Member>,
                "aurora cannot bind a std::string_view or pointer member: it would outlive the "
                "document it points into; use std::string or std::optional");
  static_assert(std::is_enum_v<Member> || std::is_array_v<Member> ||
                    std::is_same_v<Member, std::string_view> || std::is_pointer_v<Member>,
                "aurora cannot bind a member of this type: see aurora::bindable in "
                "<aurora/bind.hpp> for those it can, and aurora::binding "
                "to leave the member out");
}

// ---- the names of a struct's fields

template <class T>
concept renamed = requires { binding<T>::names; };

template <std::size_t Count>
consteval bool are_field_names(const std::array<std::string_view, Count>& names) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (names[i].find('.') != std::string_view::npos) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (!names[i].empty() && names[i] == names[j]) return false;
  }
  return true;
}

template <class T>
consteval auto make_field_names() {
  constexpr auto kMembers = std::make_index_sequence<kMemberCount<T>>();
  if constexpr (renamed<T>) {
    std::array<std::string_view, kMemberCount<T>> names;
    static_assert(std::size(binding<T>::names) == names.size(),
                  "aurora::binding<T>::names must have one name for each member");
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = binding<T>::names[i];
    return names;
  } else {
    return member_names<T>(kMembers);
  }
}

template <class T>
inline constexpr auto kFieldNames = make_field_names<T>();

template <class T>
consteval bool check_struct() {
  static_assert(std::is_default_constructible_v<T>,
                "aurora cannot bind a struct that has no default constructor");
  static_assert(!kHasBase<T>, "aurora cannot bind a struct with a base class: make it a member");
  if constexpr (std::is_default_constructible_v<T> && !kHasBase<T>) {
    static_assert(!kHasArray<T>, "aurora cannot bind an array member: use std::vector");
    static_assert(kHasArray<T> || kMemberCount<T> <= kMostMembers,
                  "aurora cannot bind a struct of more than 64 members");
    if constexpr (!kHasArray<T> && kMemberCount<T> <= kMostMembers) {
      static_assert(are_field_names(kFieldNames<T>),
                    "aurora::binding<T>::names must differ and hold no '.'");
      return true;
    }
    return false;
  } else {
    return false;
  }
}

}  // namespace detail

}  // namespace aurora
