// What each byte may begin or continue in AQL. Called by the lexer.
#pragma once

#include <array>
#include <cstdint>

namespace aurora::aql {

enum CharacterClass : std::uint8_t {
  kBlank = 1,      ///< blank, tab, line ends and the comma
  kNameStart = 2,  ///< A-Z a-z _
  kDigit = 4,
};

constexpr std::array<std::uint8_t, 256> make_character_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (const char c : {' ', '\t', '\n', '\r', ','}) classes[static_cast<unsigned char>(c)] = kBlank;
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = kNameStart;
  for (unsigned c = 'A'; c <= 'Z'; ++c) classes[c] = kNameStart;
  classes['_'] = kNameStart;
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = kDigit;
  return classes;
}

inline constexpr auto kCharacterClasses = make_character_classes();

/// True when `c` is in one of `classes`.
[[nodiscard]] constexpr bool is(char c, unsigned classes) noexcept {
  return (kCharacterClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

}  // namespace aurora::aql
