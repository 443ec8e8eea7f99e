// The members of an aggregate at compile time: how many, references to them, their names.
// Included by bind.hpp only; includes only std and knows nothing of values.
//
// How: the count is the longest list of initialisers the aggregate takes; structured bindings give
// the members; a name is cut from the compiler's own text of a pointer to that member of an object
// that is never made. g++ 12 and clang 16 agree on all three.
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace aurora::detail {

inline constexpr std::size_t kMostMembers = 64;

/// Stands for an initialiser of any member. Never for the aggregate itself: that would be a copy.
template <class Self>
struct AnyMember {
  template <class Member>
    requires(!std::is_same_v<Member, Self>)
  operator Member() const noexcept {
    std::terminate();  // never called; defined because clang warns of local types otherwise
  }
};

/// Stands for the initialiser of a base class only.
template <class Self>
struct AnyBase {
  template <class Base>
    requires(std::is_base_of_v<Base, Self> && !std::is_same_v<Base, Self>)
  operator Base() const noexcept {
    std::terminate();
  }
};

template <class T>
inline constexpr bool kHasBase = requires { T{AnyBase<T>{}}; };

template <class T, std::size_t... I>
consteval bool takes(std::index_sequence<I...>) {
  return requires { T{(void(I), AnyMember<T>{})...}; };
}
template <class T, std::size_t Count>
inline constexpr bool kTakes = takes<T>(std::make_index_sequence<Count>());

// Requires: T takes Low initialisers and not High.
template <class T, std::size_t Low, std::size_t High>
consteval std::size_t count_between() {
  if constexpr (High - Low == 1) {
    return Low;
  } else {
    constexpr std::size_t kMiddle = Low + (High - Low) / 2;
    if constexpr (kTakes<T, kMiddle>) {
      return count_between<T, kMiddle, High>();
    } else {
      return count_between<T, Low, kMiddle>();
    }
  }
}

template <class T, std::size_t Low = 0, std::size_t High = 4>
consteval std::size_t count_initialisers() {
  if constexpr (!kTakes<T, High>) {
    return count_between<T, Low, High>();
  } else if constexpr (High > kMostMembers) {
    return High;
  } else {
    return count_initialisers<T, High, (High * 2 > kMostMembers ? kMostMembers + 1 : High * 2)>();
  }
}

/// Members of an aggregate; more than kMostMembers when there are too many to bind.
/// Requires: no base class, no array among the members (see kHasArray).
template <class T>
inline constexpr std::size_t kMemberCount = count_initialisers<T>();

// True when T can be initialised with the member after `Before` in braces and `After` more behind
// it.
template <class T, std::size_t... Before, std::size_t... After>
consteval bool takes_braced(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires {
    T{(void(Before), AnyMember<T>{})..., {AnyMember<T>{}}, (void(After), AnyMember<T>{})...};
  };
}

// An array of n elements takes n initialisers when they are not in braces of their own, and one
// when they are. So behind a braced array fewer initialisers fit than behind it as the count saw
// it.
template <class T, std::size_t At>
consteval bool is_array_at() {
  if constexpr (takes_braced<T>(std::make_index_sequence<At>(), std::index_sequence<>())) {
    return !takes_braced<T>(std::make_index_sequence<At>(),
                            std::make_index_sequence<kMemberCount<T> - At - 1>());
  } else {
    return false;
  }
}
template <class T, std::size_t... I>
consteval bool has_array(std::index_sequence<I...>) {
  return (is_array_at<T, I>() || ...);
}
/// True when a member is an array of more than one element, which makes the count wrong.
template <class T>
inline constexpr bool kHasArray = has_array<T>(std::make_index_sequence<kMemberCount<T>>());

/// Tie<n>::with(object, use) calls use(members...) for an object of n members.
template <std::size_t Count>
struct Tie;

template <>
struct Tie<0> {
  template <class T, class Use>
  static constexpr decltype(auto) with(T&, Use&& use) {
    return use();
  }
};

// clang-format off
#define AURORA_TIE(count, ...)                                  \
  template <>                                                   \
  struct Tie<count> {                                           \
    template <class T, class Use>                               \
    static constexpr decltype(auto) with(T& object, Use&& use) { \
      auto& [__VA_ARGS__] = object;                             \
      return use(__VA_ARGS__);                                  \
    }                                                           \
  };
#define AURORA_8 a0, a1, a2, a3, a4, a5, a6, a7
#define AURORA_16 AURORA_8, b0, b1, b2, b3, b4, b5, b6, b7
#define AURORA_24 AURORA_16, c0, c1, c2, c3, c4, c5, c6, c7
#define AURORA_32 AURORA_24, d0, d1, d2, d3, d4, d5, d6, d7
#define AURORA_40 AURORA_32, e0, e1, e2, e3, e4, e5, e6, e7
#define AURORA_48 AURORA_40, f0, f1, f2, f3, f4, f5, f6, f7
#define AURORA_56 AURORA_48, g0, g1, g2, g3, g4, g5, g6, g7
AURORA_TIE(1, a0)
AURORA_TIE(2, a0, a1)
AURORA_TIE(3, a0, a1, a2)
AURORA_TIE(4, a0, a1, a2, a3)
AURORA_TIE(5, a0, a1, a2, a3, a4)
AURORA_TIE(6, a0, a1, a2, a3, a4, a5)
AURORA_TIE(7, a0, a1, a2, a3, a4, a5, a6)
AURORA_TIE(8, AURORA_8)
AURORA_TIE(9, AURORA_8, b0)
AURORA_TIE(10, AURORA_8, b0, b1)
AURORA_TIE(11, AURORA_8, b0, b1, b2)
AURORA_TIE(12, AURORA_8, b0, b1, b2, b3)
AURORA_TIE(13, AURORA_8, b0, b1, b2, b3, b4)
AURORA_TIE(14, AURORA_8, b0, b1, b2, b3, b4, b5)
AURORA_TIE(15, AURORA_8, b0, b1, b2, b3, b4, b5, b6)
AURORA_TIE(16, AURORA_16)
AURORA_TIE(17, AURORA_16, c0)
AURORA_TIE(18, AURORA_16, c0, c1)
AURORA_TIE(19, AURORA_16, c0, c1, c2)
AURORA_TIE(20, AURORA_16, c0, c1, c2, c3)
AURORA_TIE(21, AURORA_16, c0, c1, c2, c3, c4)
AURORA_TIE(22, AURORA_16, c0, c1, c2, c3, c4, c5)
AURORA_TIE(23, AURORA_16, c0, c1, c2, c3, c4, c5, c6)
AURORA_TIE(24, AURORA_24)
AURORA_TIE(25, AURORA_24, d0)
AURORA_TIE(26, AURORA_24, d0, d1)
AURORA_TIE(27, AURORA_24, d0, d1, d2)
AURORA_TIE(28, AURORA_24, d0, d1, d2, d3)
AURORA_TIE(29, AURORA_24, d0, d1, d2, d3, d4)
AURORA_TIE(30, AURORA_24, d0, d1, d2, d3, d4, d5)
AURORA_TIE(31, AURORA_24, d0, d1, d2, d3, d4, d5, d6)
AURORA_TIE(32, AURORA_32)
AURORA_TIE(33, AURORA_32, e0)
AURORA_TIE(34, AURORA_32, e0, e1)
AURORA_TIE(35, AURORA_32, e0, e1, e2)
AURORA_TIE(36, AURORA_32, e0, e1, e2, e3)
AURORA_TIE(37, AURORA_32, e0, e1, e2, e3, e4)
AURORA_TIE(38, AURORA_32, e0, e1, e2, e3, e4, e5)
AURORA_TIE(39, AURORA_32, e0, e1, e2, e3, e4, e5, e6)
AURORA_TIE(40, AURORA_40)
AURORA_TIE(41, AURORA_40, f0)
AURORA_TIE(42, AURORA_40, f0, f1)
AURORA_TIE(43, AURORA_40, f0, f1, f2)
AURORA_TIE(44, AURORA_40, f0, f1, f2, f3)
AURORA_TIE(45, AURORA_40, f0, f1, f2, f3, f4)
AURORA_TIE(46, AURORA_40, f0, f1, f2, f3, f4, f5)
AURORA_TIE(47, AURORA_40, f0, f1, f2, f3, f4, f5, f6)
AURORA_TIE(48, AURORA_48)
AURORA_TIE(49, AURORA_48, g0)
AURORA_TIE(50, AURORA_48, g0, g1)
AURORA_TIE(51, AURORA_48, g0, g1, g2)
AURORA_TIE(52, AURORA_48, g0, g1, g2, g3)
AURORA_TIE(53, AURORA_48, g0, g1, g2, g3, g4)
AURORA_TIE(54, AURORA_48, g0, g1, g2, g3, g4, g5)
AURORA_TIE(55, AURORA_48, g0, g1, g2, g3, g4, g5, g6)
AURORA_TIE(56, AURORA_56)
AURORA_TIE(57, AURORA_56, h0)
AURORA_TIE(58, AURORA_56, h0, h1)
AURORA_TIE(59, AURORA_56, h0, h1, h2)
AURORA_TIE(60, AURORA_56, h0, h1, h2, h3)
AURORA_TIE(61, AURORA_56, h0, h1, h2, h3, h4)
AURORA_TIE(62, AURORA_56, h0, h1, h2, h3, h4, h5)
AURORA_TIE(63, AURORA_56, h0, h1, h2, h3, h4, h5, h6)
AURORA_TIE(64, AURORA_56, h0, h1, h2, h3, h4, h5, h6, h7)
#undef AURORA_TIE
#undef AURORA_8
#undef AURORA_16
#undef AURORA_24
#undef AURORA_32
#undef AURORA_40
#undef AURORA_48
#undef AURORA_56
// clang-format on

/// Room for an object that is never made: its members have addresses, and nothing else.
template <class T>
union Unmade {
  char none;
  T object;
  constexpr Unmade() noexcept : none() {}
  constexpr ~Unmade() {}
};
// Neither leaves anything in an optimised program. clang does not take a union of a type that is
// not literal for constexpr; g++ registers a destructor for one that is not.
#ifdef __clang__
template <class T>
inline constinit const Unmade<T> kUnmade{};
#else
template <class T>
inline constexpr Unmade<T> kUnmade{};
#endif

/// A pointer to the member at Index, as something that can be a template argument.
template <std::size_t Index, class Member>
struct MemberAt {
  const Member* pointer;
};

template <class Indices, class... Member>
struct MemberPointers;
template <std::size_t... I, class... Member>
struct MemberPointers<std::index_sequence<I...>, Member...> : MemberAt<I, Member>... {};

template <class T>
inline constexpr auto kMemberPointers =
    Tie<kMemberCount<T>>::with(kUnmade<T>.object, []<class... Member>(const Member&... member) {
      return MemberPointers<std::index_sequence_for<Member...>, Member...>{
          {std::addressof(member)}...};
    });

template <std::size_t Index, class Member>
constexpr MemberAt<Index, Member> member_at(const MemberAt<Index, Member>& member) {
  return member;
}

/// The last identifier in `text`.
constexpr std::string_view last_identifier(std::string_view text) {
  const auto belongs = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  std::size_t end = text.size();
  while (end > 0 && !belongs(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && belongs(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

// g++ ends with "…::User::email)}]", clang with "…{&kUnmade.object.email}]".
template <auto Member>
consteval auto member_name() {
  return last_identifier(__PRETTY_FUNCTION__);
}

template <class T, std::size_t... I>
consteval auto member_names(std::index_sequence<I...>) {
  return std::array<std::string_view, sizeof...(I)>{
      member_name<member_at<I>(kMemberPointers<T>)>()...};
}

/// The name of a type without its namespaces, for messages. Both compilers end with "T =
/// ns::Name]".
template <class T>
consteval auto type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_suffix(1);
  text.remove_prefix(text.find("T = ") + 4);
  return text.find('<') == std::string_view::npos ? last_identifier(text) : text;
}

}  // namespace aurora::detail
