// The compiled form of an expression: a tree whose names are slots and whose operators are
// functions. Private to the expr room; made by the compiler, walked by the evaluator.
#pragma once

#include "expr/function.hpp"

#include <string>
#include <vector>

namespace aurora::expr {

struct Node {
  enum class Kind : std::uint8_t {
    kConstant,  ///< `constant`
    kVariable,  ///< `name`
    kSlot,      ///< `slot`
    kTemplate,  ///< the texts of `children`, joined
    kList,      ///< `children`
    kCall,      ///< `function` of `children`
  };
  Kind kind = Kind::kConstant;
  aql::Offset at = 0;
  Slot slot = 0;
  const Function* function = nullptr;
  Value constant;
  std::string name;  ///< of the variable; of the function as written, an operator as its sign
  std::vector<Node> children;
};

}  // namespace aurora::expr
