// Turning field values into records and writing them through a WriteView. Called by mutations and the facade.
#pragma once

#include <aurora/exec/write_view.hpp>
#include <aurora/schema/coerce.hpp>
#include <aurora/schema/json_insert.hpp>

namespace aurora::exec {

/// A new document of `input`: coerced, defaults filled in. Not yet checked for uniqueness.
/// Errors: as complete_insert; LimitExceeded for too large documents.
[[nodiscard]] Result<RecordRef> make_record(WriteView& view, const CollectionDef& collection, const Object& input);
/// The same before there is a view to write to.
[[nodiscard]] Result<RecordRef> make_record(const CollectionDef& collection, const Object& input,
                                            const InsertContext& insert, std::uint32_t max_bytes);

/// New documents of JSON texts, one after another. Threads: one thread at a time.
class JsonRecords {
 public:
  JsonRecords(const CollectionDef& collection, InsertContext insert, std::uint32_t max_bytes)
      : collection_(collection), insert_(std::move(insert)), max_bytes_(max_bytes), reader_(collection, insert_) {}
  JsonRecords(const JsonRecords&) = delete;
  JsonRecords& operator=(const JsonRecords&) = delete;

  /// Errors: as make_record of what parse_json reads; InvalidInput and TypeError for what is no JSON object.
  [[nodiscard]] Result<RecordRef> make(std::string_view text);

 private:
  const CollectionDef& collection_;
  const InsertContext insert_;
  const std::uint32_t max_bytes_;
  JsonInsert reader_;
};

/// `record` with the fields of `changed` (as check_update gives them) in place; nulls remove.
[[nodiscard]] Result<RecordRef> merge_record(const CollectionDef& collection, RecordView record,
                                             const StoredFields& changed, std::uint32_t max_bytes);

/// A whole document from stored fields.
[[nodiscard]] Result<RecordRef> build_record(const CollectionDef& collection, const StoredFields& stored,
                                             std::uint32_t max_bytes);

/// A String field of a stored record; empty when it is absent or, in a damaged file, anything else.
[[nodiscard]] std::string_view stored_text(const CollectionDef& collection, std::string_view field, RecordView record);

}  // namespace aurora::exec
