// Turning field values into records and writing them through a WriteView. Called by mutations and the facade.
#pragma once

#include <aurora/exec/write_view.hpp>
#include <aurora/schema/coerce.hpp>

namespace aurora::exec {

/// A new document of `input`: coerced, defaults filled in. Not yet checked for uniqueness.
/// Errors: as complete_insert; LimitExceeded for too large documents.
[[nodiscard]] Result<RecordRef> make_record(WriteView& view, const CollectionDef& collection, Object input);

/// `record` with the fields of `changed` (as check_update gives them) in place; nulls remove.
[[nodiscard]] Result<RecordRef> merge_record(const CollectionDef& collection, RecordView record,
                                             const StoredFields& changed, std::uint32_t max_bytes);

/// A whole document from stored fields.
[[nodiscard]] Result<RecordRef> build_record(const CollectionDef& collection, const StoredFields& stored,
                                             std::uint32_t max_bytes);

/// A String field of a stored record; empty when it is absent or, in a damaged file, anything else.
[[nodiscard]] std::string_view stored_text(const CollectionDef& collection, std::string_view field, RecordView record);

}  // namespace aurora::exec
