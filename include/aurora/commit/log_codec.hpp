// One row of the change log: what a commit changed, for recovery, change feeds and audit.
// Written by the pipeline in the commit's own batch; read by recovery.
//
// Byte table (little-endian), key: LogKey(sequence, part)
//    0  u8   format version (1)
//    1  u8   flags: 1 last part of the commit, 2 the catalog changed
//    2  u16  reserved, zero
//    4  u32  checksum32 of bytes 8 … end
//    8  i64  commit time, microseconds since the epoch
//   16  u32  entry count, then entries:
//       u8 kind (1 insert, 2 update, 3 delete) | u32 collection | u32 ordinal | u32 length | old record bytes
// The old record stands in updates and deletes: with it the log alone tells which index keys must go.
#pragma once

#include <aurora/commit/write_set.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace aurora::commit {

enum class ChangeKind : std::uint8_t { kInsert = 1, kUpdate = 2, kDelete = 3 };

struct LogEntry {
  ChangeKind kind;
  CollectionId collection;
  Ordinal ordinal;
  std::string_view before;   ///< bytes of the old record; empty for inserts
};

struct LogRow {
  bool last_part = true;
  bool catalog_changed = false;
  DateTime time;
};

/// Calls `emit(part, bytes)` for each row; a row closes when it passes 1 MiB.
void encode_log(std::span<const Change> changes, DateTime time, bool catalog_changed,
                const std::function<void(std::uint32_t part, std::string_view bytes)>& emit);

/// Calls `visit` for each entry. Errors: Corruption; whatever `visit` returns.
[[nodiscard]] Result<LogRow> decode_log(std::string_view bytes,
                                        const std::function<Status(const LogEntry&)>& visit);

}  // namespace aurora::commit
