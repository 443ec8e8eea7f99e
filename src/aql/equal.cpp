// Comparison of trees, member by member. Recursion is as deep as the trees, which the parser
// bounds. Called by the merge of fields selected twice.
#include "aql/equal.hpp"

#include <algorithm>
#include <bit>

namespace aurora::aql {

namespace {

bool equal(const Argument& a, const Argument& b) noexcept {
  return a.name.text == b.name.text && aql::equal(a.value, b.value);
}

template <class T, class Same>
bool equal_each(const std::vector<T>& a, const std::vector<T>& b, Same same) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool equal(const std::vector<Argument>& a, const std::vector<Argument>& b) noexcept {
  return equal_each(a, b, [](const Argument& x, const Argument& y) { return equal(x, y); });
}

bool equal(const std::vector<Directive>& a, const std::vector<Directive>& b) noexcept {
  return equal_each(a, b, [](const Directive& x, const Directive& y) {
    return x.name.text == y.name.text && equal(x.arguments, y.arguments);
  });
}

}  // namespace

bool equal(const Literal& a, const Literal& b) noexcept {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Literal::Kind::kNull:
      return true;
    case Literal::Kind::kBool:
      return a.boolean == b.boolean;
    case Literal::Kind::kInt:
      return a.integer == b.integer;
    // By bits: 0.0 and -0.0 are two values to some functions.
    case Literal::Kind::kFloat:
      return std::bit_cast<std::uint64_t>(a.number) == std::bit_cast<std::uint64_t>(b.number);
    case Literal::Kind::kString:
    case Literal::Kind::kEnum:
    case Literal::Kind::kVariable:
      return a.text == b.text;
    case Literal::Kind::kList:
      return equal_each(a.items, b.items,
                        [](const Literal& x, const Literal& y) { return equal(x, y); });
    case Literal::Kind::kObject:
      return equal_each(a.members, b.members, [](const LiteralMember& x, const LiteralMember& y) {
        return x.name.text == y.name.text && equal(*x.value, *y.value);
      });
  }
  return false;
}

bool equal(const Expression& a, const Expression& b) noexcept {
  const auto same = [](const Expression& x, const Expression& y) { return equal(x, y); };
  const auto same_named = [](const auto& x, const auto& y) {
    return x.first.text == y.first.text && equal(x.second, y.second);
  };
  return a.kind == b.kind && a.op == b.op && a.path == b.path &&
         (a.kind != Expression::Kind::kLiteral || equal(a.literal, b.literal)) &&
         equal_each(a.children, b.children, same) && equal_each(a.named, b.named, same_named);
}

bool equal(const Selection& a, const Selection& b) noexcept {
  const auto same = [](const Selection& x, const Selection& y) { return equal(x, y); };
  if (a.kind != b.kind || a.key() != b.key() || a.name.text != b.name.text) return false;
  if (a.expression.has_value() != b.expression.has_value()) return false;
  if (a.expression && !equal(*a.expression, *b.expression)) return false;
  return a.on.text == b.on.text && a.has_selections == b.has_selections &&
         equal(a.arguments, b.arguments) && equal(a.directives, b.directives) &&
         equal_each(a.selections, b.selections, same);
}

}  // namespace aurora::aql
