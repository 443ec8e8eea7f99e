// Body of the change log's row format. Called by the pipeline, recovery and log trimming.
#include <aurora/commit/log_codec.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/base/try.hpp>

#include <algorithm>

namespace aurora::commit {

namespace {
constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kLastPart = 1;
constexpr std::uint8_t kCatalogChanged = 2;
constexpr std::size_t kHeaderBytes = 20;
constexpr std::size_t kEntryBytes = 13;
constexpr std::size_t kRowBytes = 1u << 20;

Error damaged(std::string_view what) {
  return Error(ErrorCode::kCorruption, "change log row: " + std::string(what));
}

ChangeKind kind_of(const Change& change) {
  if (!change.before) return ChangeKind::kInsert;
  return change.after ? ChangeKind::kUpdate : ChangeKind::kDelete;
}
}  // namespace

void encode_log(std::span<const Change> changes, DateTime time, bool catalog_changed,
                const std::function<void(std::uint32_t, std::string_view)>& emit) {
  std::size_t bytes = kHeaderBytes + changes.size() * kEntryBytes;
  std::size_t largest = 0;
  for (const auto& change : changes) {
    const auto size = change.before ? change.before.bytes().size() : 0;
    bytes += size;
    largest = std::max(largest, size);
  }
  std::string row;
  row.reserve(std::min(bytes, kRowBytes + kEntryBytes + largest));
  std::uint32_t part = 0;
  std::uint32_t count = 0;
  const auto open = [&] {
    row.assign(kHeaderBytes, '\0');
    count = 0;
  };
  const auto close = [&](bool last) {
    row[0] = static_cast<char>(kFormat);
    row[1] = static_cast<char>((last ? kLastPart : 0) | (catalog_changed ? kCatalogChanged : 0));
    store_le<std::int64_t>(row.data() + 8, time.micros);
    store_le<std::uint32_t>(row.data() + 16, count);
    store_le<std::uint32_t>(row.data() + 4, checksum32(std::string_view(row).substr(8)));
    emit(part++, row);
  };
  open();
  for (const auto& change : changes) {
    if (row.size() > kRowBytes) {
      close(false);
      open();
    }
    const auto before = change.before ? change.before.bytes() : std::string_view();
    row.push_back(static_cast<char>(kind_of(change)));
    append_le<std::uint32_t>(row, change.collection);
    append_le<std::uint32_t>(row, change.ordinal);
    append_le<std::uint32_t>(row, static_cast<std::uint32_t>(before.size()));
    row.append(before);
    ++count;
  }
  close(true);
}

Result<LogRow> decode_log(std::string_view bytes, const std::function<Status(const LogEntry&)>& visit) {
  if (bytes.size() < kHeaderBytes) return damaged("too short");
  if (static_cast<std::uint8_t>(bytes[0]) != kFormat)
    return damaged("unknown format " + std::to_string(static_cast<std::uint8_t>(bytes[0])));
  if (load_le<std::uint32_t>(bytes.data() + 4) != checksum32(bytes.substr(8))) return damaged("checksum differs");
  LogRow row;
  row.last_part = (bytes[1] & kLastPart) != 0;
  row.catalog_changed = (bytes[1] & kCatalogChanged) != 0;
  row.time = DateTime(load_le<std::int64_t>(bytes.data() + 8));
  auto count = load_le<std::uint32_t>(bytes.data() + 16);
  auto rest = bytes.substr(kHeaderBytes);
  for (; count > 0; --count) {
    if (rest.size() < kEntryBytes) return damaged("an entry is cut off");
    LogEntry entry;
    const auto kind = static_cast<std::uint8_t>(rest[0]);
    if (kind < 1 || kind > 3) return damaged("unknown kind of change");
    entry.kind = static_cast<ChangeKind>(kind);
    entry.collection = load_le<std::uint32_t>(rest.data() + 1);
    entry.ordinal = load_le<std::uint32_t>(rest.data() + 5);
    const auto length = load_le<std::uint32_t>(rest.data() + 9);
    rest.remove_prefix(kEntryBytes);
    if (rest.size() < length) return damaged("an old record is cut off");
    entry.before = rest.substr(0, length);
    rest.remove_prefix(length);
    AURORA_TRY(visit(entry));
  }
  if (!rest.empty()) return damaged("bytes after the last entry");
  return row;
}

}  // namespace aurora::commit
