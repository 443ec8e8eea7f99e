// Permanent computed fields: compiled with the definition they stand in, evaluated for records.
// Made when a definition enters the catalog; asked by projections, filters, writes and the facade.
//
// A computed field that an index, full-text search or @@ttl reads is *stored*: each write puts its
// value into the record, so that indexes, recovery and verify see a field like any other. All
// others are *virtual*: computed when somebody asks.
#pragma once

#include <aurora/expr/record_program.hpp>

#include <memory>
#include <span>
#include <vector>

namespace aurora {

/// Immutable. Threads: const use from any thread.
class ComputedFields {
 public:
  struct Field {
    FieldId id = 0;
    expr::RecordProgram program;
    bool stored = false;
  };

  /// Deepest chain of computed fields that build on one another.
  static constexpr std::size_t kMaxChain = 64;

  /// Null when the collection has none. Errors: InvalidDefinition naming the field (`culprit`, when
  /// asked for): unknown names, a cycle, variables, an index on a value that depends on the time.
  [[nodiscard]] static Result<std::shared_ptr<const ComputedFields>> make(
      const CollectionDef& collection, FieldId* culprit = nullptr);

  /// Null for a field that is not computed.
  [[nodiscard]] const Field* find(FieldId id) const noexcept;
  [[nodiscard]] const std::vector<Field>& fields() const noexcept { return fields_; }
  /// Ids of the stored and of the virtual ones.
  [[nodiscard]] const std::vector<FieldId>& stored() const noexcept { return stored_; }
  [[nodiscard]] const std::vector<FieldId>& virtuals() const noexcept { return virtuals_; }

 private:
  std::vector<Field> fields_;  // as declared
  std::vector<FieldId> stored_;
  std::vector<FieldId> virtuals_;
};

/// Compiles the computed fields of `collection` into it. Errors: as ComputedFields::make.
[[nodiscard]] Status attach_computed_fields(CollectionDef& collection);

/// True for a computed field whose value is in no record.
[[nodiscard]] bool is_virtual(const CollectionDef& collection, FieldId field) noexcept;
/// Adds `field` to `fields`, once, when it is virtual.
void add_if_virtual(const CollectionDef& collection, FieldId field, std::vector<FieldId>& fields);

namespace expr {

/// Whether the stored computed fields of a record can be read, or are to be made.
enum class Stored : std::uint8_t { kPresent, kStale };

/// The values of one record, computed ones too; each is evaluated once at most.
/// Borrows the definition and the record. Threads: one thread at a time.
class ComputedValues {
 public:
  ComputedValues(const CollectionDef& collection, RecordView record, DateTime now,
                 Stored stored = Stored::kPresent)
      : collection_(collection), record_(record), now_(now), stored_(stored) {}

  /// The value of a computed field, of its declared type. Valid as long as this object.
  /// Errors: those of its expression, naming the field; TypeError for a value of another type.
  [[nodiscard]] Result<const Value*> computed(FieldId field);
  /// The value at a path; through lists, the list of the values in their elements.
  [[nodiscard]] Result<Value> at(const FieldPath& path);

  [[nodiscard]] const CollectionDef& collection() const noexcept { return collection_; }
  [[nodiscard]] RecordView record() const noexcept { return record_; }
  [[nodiscard]] DateTime now() const noexcept { return now_; }

 private:
  const CollectionDef& collection_;
  RecordView record_;
  DateTime now_;
  Stored stored_;
  std::vector<std::unique_ptr<Value>> known_;  // as ComputedFields::fields
};

}  // namespace expr

/// `record` with the values of `fields` in it, of the same sequence and `_sid`; other computed
/// fields are left as they are. Errors: as ComputedValues::computed; LimitExceeded when too large.
[[nodiscard]] Result<RecordRef> with_computed(const CollectionDef& collection, RecordView record,
                                              std::span<const FieldId> fields, DateTime now,
                                              expr::Stored stored = expr::Stored::kPresent,
                                              std::uint32_t max_bytes = 64u << 20);

/// The first stored computed field of `record` that does not hold what its expression gives; null
/// when all do.
[[nodiscard]] const FieldDef* find_stale_computed(const CollectionDef& collection,
                                                  RecordView record);

/// `record` as a reader outside sees it: with its virtual fields. The same record when it has none.
[[nodiscard]] Result<RecordRef> with_virtuals(const CollectionDef& collection, RecordRef record,
                                              DateTime now);

}  // namespace aurora
