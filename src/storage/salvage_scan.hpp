// Reading a sequence of rows in which some cannot be read: past each failure to the next row that can.
// Used by the salvage over databases and single tables.
#pragma once

#include <aurora/storage/salvage.hpp>

#include <rocksdb/iterator.h>

#include <functional>

namespace aurora::storage {

/// Calls `visit` for each row once and `missed` for each gap. Ends at the first error of `visit`.
/// Cost: some hundred failed reads for a damaged block.
[[nodiscard]] Status scan_past_damage(rocksdb::Iterator& rows, Family family, const Salvage::Visit& visit,
                                      const std::function<void(Salvage::Gap)>& missed);

}  // namespace aurora::storage
