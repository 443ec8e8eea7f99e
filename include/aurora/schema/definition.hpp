// What a collection is: fields, types, rules, indexes. Immutable once in a catalog.
// Called by validation, planner, commit; made by schema/build from the syntax tree.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/value.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

class ComputedFields;
class Validators;

/// The declared types of AQL. Bool is an alias of Boolean.
enum class FieldType : std::uint8_t {
  kString,
  kInt,
  kFloat,
  kBoolean,
  kId,
  kUuid,
  kDateTime,
  kDate,
  kTime,
  kEmail,
  kUrl,
  kPhoneNumber,
  kJson,
  kObject,
  kAny,
  kList,
  kNested,
};
[[nodiscard]] std::string_view to_string(FieldType type) noexcept;
[[nodiscard]] std::optional<FieldType> field_type_named(std::string_view name) noexcept;

struct FieldDef;

/// A type with its parts: `[T!]` has an element, `{…}` has fields.
struct TypeDef {
  FieldType type = FieldType::kString;
  bool required = false;                   ///< T!
  std::shared_ptr<const TypeDef> element;  ///< kList
  std::vector<FieldDef> fields;            ///< kNested
  /// As introspection shows it, without the outer '!': "String", "[Int!]", "{ city: String! }".
  [[nodiscard]] std::string text() const;
};

/// The constraints of @validate. Absent ones are not checked; a null value meets all.
struct Validation {
  std::optional<Value> min, max;
  std::optional<std::uint64_t> min_length, max_length;
  std::optional<std::string> pattern;  ///< RE2, searched
  std::optional<std::string> format;   ///< email url uuid date datetime phone
  std::optional<List> in;
  [[nodiscard]] bool empty() const noexcept {
    return !min && !max && !min_length && !max_length && !pattern && !format && !in;
  }
};

enum class OnDelete : std::uint8_t { kRestrict, kSetNull, kCascade };

struct Relation {
  std::string to;
  std::string key;
  bool check = true;
  OnDelete on_delete = OnDelete::kRestrict;
};

struct SearchOptions {
  std::string language;  ///< empty: no stemming
  bool stop_words = false;
  double weight = 1.0;
};

struct FieldDef {
  FieldId id = 0;  ///< 0 for fields of nested types
  std::string name;
  TypeDef type;
  std::optional<Value> default_value;
  bool default_is_now = false;  ///< DateTime, Date or Time with = "now"
  bool primary = false;
  bool unique = false;
  bool indexed = false;
  std::optional<Validation> validation;
  std::optional<Relation> relation;
  std::optional<SearchOptions> search;
  std::optional<std::string> computed;  ///< expression text of @computed
  /// Records written under a schema version before `added_in` read as `backfill` when the field is
  /// absent. Fixed when the field is added, so a later change of the default alters no document.
  std::uint32_t added_in = 0;
  std::shared_ptr<const EncodedValue> backfill;
};

enum class IndexKind : std::uint8_t { kPrimary, kUnique, kOrdered, kSearch };
/// True for the kinds under which a value stands once.
[[nodiscard]] constexpr bool is_unique(IndexKind kind) noexcept {
  return kind == IndexKind::kPrimary || kind == IndexKind::kUnique;
}

/// A path into a document: a top-level field, then names inside nested objects.
struct FieldPath {
  FieldId field = 0;
  std::string name;  ///< of the field; the field's name inside kOpenFields when undeclared
  std::vector<std::string> rest;
  [[nodiscard]] std::string text() const;  ///< dotted
};

struct IndexDef {
  std::uint32_t id = 0;  ///< unique in the database, never reused
  std::string name;      ///< "email", "role_age"
  IndexKind kind = IndexKind::kOrdered;
  std::vector<FieldPath> paths;  ///< more than one: compound
  bool from_rule = false;        ///< made by @@index or @@unique, not by a field's directive
};

struct TtlRule {
  FieldPath field;
  std::int64_t after_micros = 0;
  std::string after_text;
};

struct CollectionDef {
  CollectionId id = 0;
  std::string name;
  std::uint32_t version = 1;  ///< rises with every alter
  bool open = false;
  bool system = false;
  std::vector<FieldDef> fields;  ///< in declared order
  std::vector<IndexDef> indexes;
  std::optional<TtlRule> ttl;
  FieldId next_field_id = 1;
  /// The compiled patterns of @validate (validate.hpp); null when there are none. Not part of what
  /// was written: build, alter and decode make it.
  std::shared_ptr<const Validators> validators;
  /// The compiled expressions of @computed (expr/computed_fields.hpp); null when there are none.
  /// Made when the definition enters the catalog.
  std::shared_ptr<const ComputedFields> computed_fields;

  [[nodiscard]] const FieldDef* find(std::string_view field) const noexcept;
  [[nodiscard]] const FieldDef* find(FieldId id) const noexcept;
  [[nodiscard]] const FieldDef* primary() const noexcept;
  /// The index of values whose only path is `path`, unique ones first; full-text indexes are none.
  [[nodiscard]] const IndexDef* index_on(const FieldPath& path) const noexcept;
  /// The full-text index on `path`; null when there is none.
  [[nodiscard]] const IndexDef* search_index_on(const FieldPath& path) const noexcept;
  /// Names of all declared fields (for "did you mean").
  [[nodiscard]] std::vector<std::string_view> field_names() const;
};

/// The options of @search on the field at `path`; null when it has none.
[[nodiscard]] const SearchOptions* search_options_at(const CollectionDef& collection, const FieldPath& path);
/// The field's value in a record, its default when the record is older than the field, else null.
[[nodiscard]] ValueView read_field(const CollectionDef& collection, const FieldDef& field,
                                   RecordView record) noexcept;
/// The value at `path`. Lists on the way give null; see index/extract.hpp for "any element".
[[nodiscard]] ValueView read_path(const CollectionDef& collection, const FieldPath& path,
                                  RecordView record) noexcept;

}  // namespace aurora
