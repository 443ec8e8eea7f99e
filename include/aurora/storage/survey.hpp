// What an opening for writing would take away from a store that is damaged. Nothing here opens one for writing but
// discard_family. Called by the facade's check and repair; implemented over the files of RocksDB.
#pragma once

#include <aurora/storage/store.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::storage {

/// Write-ahead logs in directory `path` whose replay would end before they do, in words. Errors: IoError.
[[nodiscard]] Result<std::vector<std::string>> survey_logs(const std::string& path);

using VisitForgotten =
    std::function<Status(std::string_view table, Family family, std::string_view key, std::string_view value)>;
/// Calls `visit` with every row of a table in directory `path` that is whole and named by no MANIFEST; ends at its first
/// error. A crash may leave such tables, whose rows are then in others, too; so does a MANIFEST that lost its end.
/// Errors: as open_rocksdb_store.
[[nodiscard]] Status read_forgotten_tables(const std::string& path, const VisitForgotten& visit);

/// Ok when every table of the other families of the store in `path` proves its checksums. Errors: Corruption, IoError.
[[nodiscard]] Status check_other_tables(const std::string& path, Family family);

/// Whether `family` is missing and all others are there, as when discard_family was interrupted.
/// Errors: as open_rocksdb_store.
[[nodiscard]] Result<bool> lacks_family(const StoreOptions& options, Family family);

/// Removes all rows of a family without reading them, from a store that nobody has open.
/// Errors: as open_rocksdb_store; Corruption when a table of another family is damaged: nothing is changed then.
[[nodiscard]] Status discard_family(const StoreOptions& options, Family family);

}  // namespace aurora::storage
