// Body of the directives that leave parts out or guard them. Called wherever selections are read.
#include <aurora/exec/directives.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

using plan::Bindings;

constexpr std::array<std::string_view, 8> kDirectives{"include", "skip", "defer",   "explain",
                                                      "useIndex", "auth", "require", "allow"};

Result<bool> condition_of(const aql::Directive& directive, const Bindings& bindings) {
  for (const auto& argument : directive.arguments)
    if (argument.name.text != "if")
      return bindings.error(argument.name.at, ErrorCode::kInvalidQuery,
                            "unknown argument '" + argument.name.text + "' on @" + directive.name.text +
                                "; it takes 'if'");
  if (directive.arguments.empty())
    return bindings.error(directive.name.at, ErrorCode::kInvalidQuery, "@" + directive.name.text + " needs 'if'");
  AURORA_ASSIGN(const auto value, resolve(directive.arguments.front().value, bindings));
  const auto* flag = value.if_bool();
  if (flag == nullptr)
    return bindings.error(directive.arguments.front().value.at, ErrorCode::kTypeError,
                          "@" + directive.name.text + "(if:) takes true or false");
  return *flag;
}

// A role, or a list of them.
bool is_role(const aql::Literal& wanted) {
  if (wanted.kind == aql::Literal::Kind::kList)
    return std::all_of(wanted.items.begin(), wanted.items.end(), is_role);
  return wanted.kind == aql::Literal::Kind::kString || wanted.kind == aql::Literal::Kind::kEnum;
}

bool names_role(const aql::Literal& wanted, std::string_view role) {
  if (wanted.kind == aql::Literal::Kind::kList)
    return std::any_of(wanted.items.begin(), wanted.items.end(),
                       [&](const aql::Literal& item) { return names_role(item, role); });
  return wanted.text == role;
}

// @auth: any role; @require(role:): that one; @allow(read:, write:): the one for this kind of operation.
Status check_role(const aql::Directive& directive, const Bindings& bindings) {
  const auto& name = directive.name.text;
  constexpr std::array<std::string_view, 1> kRole{"role"};
  constexpr std::array<std::string_view, 2> kAllow{"read", "write"};
  std::span<const std::string_view> known;
  if (name == "require") known = kRole;
  if (name == "allow") known = kAllow;
  AURORA_TRY(check_arguments(directive.arguments, known, "@" + name, bindings));
  const auto wanted = name == "require" ? find_argument(directive.arguments, {"role"}, bindings)
                      : name == "allow"
                          ? find_argument(directive.arguments, {bindings.writing ? "write" : "read"}, bindings)
                          : plan::Argument();
  if (name == "require" && wanted.get() == nullptr)
    return bindings.error(directive.name.at, ErrorCode::kInvalidQuery, "@require needs 'role'");
  if (name == "allow" && directive.arguments.empty())
    return bindings.error(directive.name.at, ErrorCode::kInvalidQuery, "@allow needs 'read' or 'write'");
  if (name == "allow" && wanted.get() == nullptr) return {};
  if (wanted.get() != nullptr && !is_role(*wanted.get()))
    return bindings.error(wanted.get()->at, ErrorCode::kTypeError, "a role is a text, or a list of texts");
  if (bindings.role.empty())
    return bindings.error(directive.name.at, ErrorCode::kUnauthorized,
                          "this needs a role; give one in the execution options");
  if (wanted.get() != nullptr && !names_role(*wanted.get(), bindings.role))
    return bindings.error(directive.name.at, ErrorCode::kForbidden,
                          "the role '" + std::string(bindings.role) + "' may not do this");
  return {};
}

}  // namespace

Result<bool> is_included(std::span<const aql::Directive> directives, const Bindings& bindings) {
  bool included = true;
  for (const auto& directive : directives) {
    const auto& name = directive.name.text;
    if (name == "include" || name == "skip") {
      AURORA_ASSIGN(const bool flag, condition_of(directive, bindings));
      included = included && flag == (name == "include");
    } else if (name == "auth" || name == "require" || name == "allow") {
      AURORA_TRY(check_role(directive, bindings));
    } else if (std::find(kDirectives.begin(), kDirectives.end(), name) == kDirectives.end()) {
      return bindings.error(directive.name.at, ErrorCode::kInvalidQuery,
                            "unknown directive '@" + name + "'" + did_you_mean(name, kDirectives));
    } else {
      const std::string_view where = name == "defer" ? "the fields and fragments of a query"
                                                     : "a query or one of its root fields";
      return bindings.error(directive.name.at, ErrorCode::kInvalidOperation,
                            "'@" + name + "' cannot stand here; it goes with " + std::string(where));
    }
  }
  return included;
}

}  // namespace aurora::exec
