// Filters: a `where` compiled against a collection's definition, operands converted and encoded.
// Made by filter_compiler from literals; evaluated on records; read by the access planner.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/expr/regex.hpp>
#include <aurora/schema/definition.hpp>
#include <aurora/schema/validate.hpp>

#include <memory>
#include <string>
#include <vector>

namespace aurora::plan {

enum class FilterOp : std::uint8_t {
  kEq, kNe, kGt, kGte, kLt, kLte, kBetween, kIn, kNin, kContains, kContainsAny, kContainsAll,
  kStartsWith, kEndsWith, kMatches, kIsNull, kIsNotNull, kSize,
};
[[nodiscard]] std::string_view to_string(FilterOp op) noexcept;
[[nodiscard]] std::optional<FilterOp> filter_op_named(std::string_view name) noexcept;

/// What a condition reads.
enum class Subject : std::uint8_t { kPath, kSid };

/// The constraints of one field in the `validate` argument of a query.
struct FieldRules {
  Validation rules;
  std::shared_ptr<const Validators> patterns;  ///< null when there is no pattern
};

struct FilterNode {
  enum class Kind : std::uint8_t { kTrue, kFalse, kAnd, kOr, kNot, kCompare, kValidate };
  Kind kind = Kind::kTrue;
  std::vector<FilterNode> children;            ///< kAnd, kOr; kNot has one
  std::shared_ptr<const FieldRules> rules;     ///< kValidate, with path, name and what was written as operand
  // kCompare:
  FilterOp op = FilterOp::kEq;
  Subject subject = Subject::kPath;
  FieldPath path;
  const FieldDef* field = nullptr;             ///< of the path; set by Filter, null for undeclared fields
  std::string name;                            ///< dotted, as written
  bool multi_valued = false;                   ///< the path may give several values (lists)
  std::vector<EncodedValue> operands;          ///< one; two for between; any number for in, containsAny …
  std::shared_ptr<const Regex> regex;          ///< kMatches
  /// In a FilterPlan only: 1 + the place of an operand that is not known before execution; 0: all are.
  std::uint32_t slot = 0;

  /// As explain shows it: `age gte 18`.
  [[nodiscard]] std::string text() const;
};

/// Immutable; shared by the executor and by transactions that validate what they read.
class Filter {
 public:
  Filter(std::shared_ptr<const CollectionDef> collection, FilterNode root);

  /// For a record as it is stored; virtual computed fields are made on the way. One that cannot be made counts as a
  /// match: whoever asks this way wants to miss nothing.
  [[nodiscard]] bool matches(RecordView record) const {
    return virtuals_.empty() ? matches(root_, record) : matches_computed(record);
  }
  /// Requires: `record` holds the values of virtuals().
  [[nodiscard]] bool matches(const FilterNode& node, RecordView record) const;
  /// Whether a condition (kCompare) is met where its path gives this scalar, or null, and nothing else.
  [[nodiscard]] static bool meets(const FilterNode& condition, ValueView value);
  /// The virtual computed fields that the conditions read.
  [[nodiscard]] const std::vector<FieldId>& virtuals() const noexcept { return virtuals_; }
  [[nodiscard]] const FilterNode& root() const noexcept { return root_; }
  [[nodiscard]] const CollectionDef& collection() const noexcept { return *collection_; }
  [[nodiscard]] const std::shared_ptr<const CollectionDef>& shared_collection() const noexcept { return collection_; }

 private:
  [[nodiscard]] bool matches_computed(RecordView record) const;

  std::shared_ptr<const CollectionDef> collection_;
  FilterNode root_;
  std::vector<FieldId> virtuals_;
};

}  // namespace aurora::plan
