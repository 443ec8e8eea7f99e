// @@ttl: when a document is expired. Asked by everything that shows documents and by their removal.
//
// A document is expired once its field plus `after` is not ahead of now; null never expires. The
// values of the field are indexed: by an index its author asked for, else by one named kTtlIndex.
#pragma once

#include <aurora/schema/definition.hpp>

#include <string_view>

namespace aurora {

/// Name of the index a @@ttl rule brings along. No author can give an index that name.
inline constexpr std::string_view kTtlIndex = "@@ttl";

/// The index that finds expired documents; null without a rule.
[[nodiscard]] const IndexDef* ttl_index(const CollectionDef& collection) noexcept;

/// The latest value of the field that is expired at `now`: a DateTime or a Date.
/// Requires: the collection has a rule.
[[nodiscard]] Value ttl_threshold(const CollectionDef& collection, DateTime now) noexcept;

/// False without a rule.
[[nodiscard]] bool is_expired(const CollectionDef& collection, RecordView record,
                              DateTime now) noexcept;

}  // namespace aurora
