// New documents whose values are already just what would be stored, into a record builder as they stand.
// Called by document writing; as JsonInsert it takes what needs no thought and leaves everything else, errors above all,
// to complete_insert, so that there is one body of rules and nothing is copied in the usual case.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/schema/coerce.hpp>

namespace aurora {

/// Adds to `builder` the fields that complete_insert would give of `input`. False: go that way; the builder may then hold
/// some of them.
[[nodiscard]] bool add_plain(const CollectionDef& collection, const Object& input, const InsertContext& insert,
                             RecordBuilder& builder);

}  // namespace aurora
