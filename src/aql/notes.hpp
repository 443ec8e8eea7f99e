// What the parser notes on its way for the checks that need the whole text: who uses which
// variable, who spreads which fragment, and how big and deep each part is. Filled by the parser,
// read by check.cpp.
#pragma once

#include <aurora/aql/tree.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aurora::aql {

struct VariableUse {
  std::string name;
  Offset at = 0;
};

struct SpreadUse {
  std::string fragment;
  Offset at = 0;
  std::uint32_t depth = 0;  ///< brackets open around it
};

/// An operation as written, or a fragment. A mutation that holds schema blocks is one part and
/// several operations.
struct Part {
  bool is_fragment = false;
  std::size_t first = 0;  ///< index in Document::operations or ::fragments
  std::size_t last = 0;   ///< one past the last operation
  std::size_t first_use = 0;
  std::size_t last_use = 0;
  std::size_t first_spread = 0;
  std::size_t last_spread = 0;
  std::size_t selections = 0;  ///< written in it, spreads included
  std::uint32_t deepest = 0;   ///< most brackets open at once
};

struct Notes {
  std::vector<VariableUse> uses;
  std::vector<SpreadUse> spreads;
  std::vector<Part> parts;
  std::size_t selections = 0;  ///< written in the whole text
  std::uint32_t deepest = 0;   ///< most brackets open at once, in the part being read
  bool has_inline_fragment = false;
};

}  // namespace aurora::aql
