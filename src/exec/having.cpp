// Body of the conditions on groups. Called by group.cpp.
#include "exec/having.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/coerce.hpp>

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

using aql::Literal;
using plan::Bindings;
using plan::FilterOp;

constexpr std::array<std::string_view, 13> kNames{"eq",  "ne",    "gt",      "gte",    "lt",        "lte",   "in",
                                                  "nin", "notIn", "between", "isNull", "isNotNull", "exists"};

Result<GroupTest> read_test(const aql::LiteralMember& member, const Bindings& bindings) {
  const auto& name = member.name.text;
  if (std::find(kNames.begin(), kNames.end(), name) == kNames.end())
    return bindings.error(member.name.at, ErrorCode::kInvalidQuery,
                          "unknown operator '" + name + "' in 'having'" + did_you_mean(name, kNames));
  GroupTest test;
  test.at = member.value->at;
  test.op = plan::filter_op_named(name).value_or(FilterOp::kIsNotNull);  // exists
  AURORA_ASSIGN(test.operand, resolve(*member.value, bindings));
  const auto wrong = [&](std::string_view wanted) {
    return bindings.error(test.at, ErrorCode::kTypeError, "'" + name + "' takes " + std::string(wanted));
  };
  const auto* list = test.operand.if_list();
  switch (test.op) {
    case FilterOp::kIsNull:
    case FilterOp::kIsNotNull: {
      const auto* wanted = test.operand.if_bool();
      if (wanted == nullptr) return wrong("true or false");
      if (!*wanted) test.op = test.op == FilterOp::kIsNull ? FilterOp::kIsNotNull : FilterOp::kIsNull;
      break;
    }
    case FilterOp::kIn:
    case FilterOp::kNin:
      if (list == nullptr) return wrong("a list");
      break;
    case FilterOp::kBetween:
      if (list == nullptr || list->size() != 2) return wrong("a list of two values, the lowest and the highest");
      break;
    default: break;
  }
  return test;
}

std::optional<FieldType> type_read_from_text(Type type) {
  switch (type) {
    case Type::kUuid: return FieldType::kUuid;
    case Type::kDate: return FieldType::kDate;
    case Type::kTime: return FieldType::kTime;
    case Type::kDateTime: return FieldType::kDateTime;
    default: return std::nullopt;
  }
}

Result<Value> operand_for(const GroupTest& test, const Value& operand, const Value& value, const Bindings& bindings) {
  const auto type = type_read_from_text(value.type());
  if (!type || operand.if_string() == nullptr) return operand;
  TypeDef target;
  target.type = *type;
  auto read = coerce_operand(target, operand, bindings.now, "having");
  if (!read) return bindings.error(test.at, read.error().code(), read.error().message());
  return read;
}

// Null equals null here, as an operand of `where` does.
Result<bool> equals(const GroupTest& test, const Value& operand, const Value& value, const Bindings& bindings) {
  if (value.is_null() || operand.is_null()) return value.is_null() == operand.is_null();
  AURORA_ASSIGN(const auto wanted, operand_for(test, operand, value, bindings));
  return same_class(value.type(), wanted.type()) && compare(value, wanted) == 0;
}

Result<bool> is_one_of(const GroupTest& test, const Value& value, const Bindings& bindings) {
  for (const auto& operand : *test.operand.if_list()) {
    AURORA_ASSIGN(const bool equal, equals(test, operand, value, bindings));
    if (equal) return true;
  }
  return false;
}

template <class Relation>
Result<bool> compares(const GroupTest& test, const Value& operand, const Value& value, const Bindings& bindings,
                      Relation relation) {
  if (value.is_null()) return false;
  AURORA_ASSIGN(const auto wanted, operand_for(test, operand, value, bindings));
  return same_class(value.type(), wanted.type()) && relation(compare(value, wanted));
}

}  // namespace

Result<std::vector<GroupTest>> read_group_tests(const Literal& condition, const Bindings& bindings) {
  std::vector<GroupTest> tests;
  if (condition.kind != Literal::Kind::kObject) {
    GroupTest test;
    test.at = condition.at;
    AURORA_ASSIGN(test.operand, resolve(condition, bindings));
    tests.push_back(std::move(test));
    return tests;
  }
  for (const auto& member : condition.members) {
    AURORA_ASSIGN(auto test, read_test(member, bindings));
    tests.push_back(std::move(test));
  }
  return tests;
}

Result<bool> meets(const GroupTest& test, const Value& value, const Bindings& bindings) {
  const auto& operand = test.operand;
  switch (test.op) {
    case FilterOp::kEq: return equals(test, operand, value, bindings);
    case FilterOp::kNe: {
      AURORA_ASSIGN(const bool equal, equals(test, operand, value, bindings));
      return !equal;
    }
    case FilterOp::kIn: return is_one_of(test, value, bindings);
    case FilterOp::kNin: {
      AURORA_ASSIGN(const bool found, is_one_of(test, value, bindings));
      return !found;
    }
    case FilterOp::kGt: return compares(test, operand, value, bindings, [](auto relation) { return relation > 0; });
    case FilterOp::kGte: return compares(test, operand, value, bindings, [](auto relation) { return relation >= 0; });
    case FilterOp::kLt: return compares(test, operand, value, bindings, [](auto relation) { return relation < 0; });
    case FilterOp::kLte: return compares(test, operand, value, bindings, [](auto relation) { return relation <= 0; });
    case FilterOp::kBetween: {
      const auto& ends = *operand.if_list();
      AURORA_ASSIGN(const bool above,
                    compares(test, ends[0], value, bindings, [](auto relation) { return relation >= 0; }));
      AURORA_ASSIGN(const bool below,
                    compares(test, ends[1], value, bindings, [](auto relation) { return relation <= 0; }));
      return above && below;
    }
    case FilterOp::kIsNull: return value.is_null();
    case FilterOp::kIsNotNull: return !value.is_null();
    default: return false;
  }
}

}  // namespace aurora::exec
