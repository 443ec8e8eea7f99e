// Body of the log scan. RocksDB's log format, which it keeps for ever: blocks of 32 KiB that records do not cross, each
// record
//
//   checksum u32 LE (crc32c of what follows the length, masked), length u16 LE, type u8 [, log number u32 LE], payload
//
// A type tells whether the payload is a whole write or its first, a middle or its last part, and whether there is a log
// number; types above those are RocksDB's own notes.
#include "storage/log_scan.hpp"

#include "storage/posix_file.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace aurora::storage {

namespace {

constexpr std::size_t kBlock = 32 * 1024;
constexpr std::size_t kHeader = 7;
constexpr std::size_t kNumberedHeader = 11;
constexpr unsigned kWhole = 1, kFirst = 2, kNumberedWhole = 5, kNumberedFirst = 6, kNumberedLast = 8;
constexpr std::size_t kLeastWrite = 12;   ///< sequence and count

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t rest = i;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0x82F63B78u : 0u);
    table[i] = rest;
  }
  return table;
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  static constexpr auto kTable = make_table();
  std::uint32_t crc = 0xFFFF'FFFFu;
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < width; ++i)
    number |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return number;
}

struct Record {
  unsigned type = 0;
  std::size_t size = 0;   ///< with its header, as far as that can be believed
  bool fits = false;      ///< into the bytes there are
  bool sound = false;
};

// `bytes`: from the record on to the end of its block, or of the file.
Record look_at(std::string_view bytes) {
  Record record;
  if (bytes.size() < kHeader) return record;
  record.type = static_cast<unsigned char>(bytes[6]);
  const bool is_numbered = record.type >= kNumberedWhole && record.type <= kNumberedLast;
  record.size = (is_numbered ? kNumberedHeader : kHeader) + number_at(bytes, 4, 2);
  record.fits = record.size <= bytes.size();
  record.sound = record.fits && record.type != 0 && masked_crc32c(bytes.substr(6, record.size - 6)) == number_at(bytes, 0, 4);
  return record;
}

bool begins_a_write(std::string_view bytes) {
  if (bytes.size() < kHeader + kLeastWrite) return false;
  const auto type = static_cast<unsigned char>(bytes[6]);
  if (type != kWhole && type != kFirst && type != kNumberedWhole && type != kNumberedFirst) return false;
  const auto record = look_at(bytes);
  return record.size >= kHeader + kLeastWrite && record.sound;
}

bool is_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

class Scan {
 public:
  explicit Scan(UniqueFd file) : file_(std::move(file)) {}

  Result<std::optional<LogDamage>> run() {
    std::optional<LogDamage> suspect;   // damage, if anything follows that is not zero
    for (;; block_at_ += kBlock) {
      AURORA_ASSIGN(const auto block, read_block());
      std::size_t at = 0;
      if (suspect) {
        if (!is_zero(block)) return judge(*suspect, block, 0);
      } else {
        while (block.size() - at >= kHeader) {
          const auto rest = std::string_view(block).substr(at);
          const auto record = look_at(rest);
          if (!record.sound) {
            const LogDamage damage{block_at_ + at, false};
            if (is_zero(rest)) {
              suspect = damage;   // room that was never written
              break;
            }
            const bool is_cut = !record.fits && at + record.size <= kBlock && block.size() < kBlock;
            if (!is_cut) return judge(damage, block, at + 1);
            AURORA_ASSIGN(auto judged, judge(damage, block, at + 1));
            if (!judged->records_behind) return std::optional<LogDamage>();
            return judged;
          }
          at += record.size;
        }
      }
      if (block.size() < kBlock) break;
    }
    // A crash leaves room behind what was written, or nothing at all: a log that begins with zeros has lost what it had.
    if (suspect && suspect->at == 0) return suspect;
    return std::optional<LogDamage>();
  }

 private:
  // In the damaged block a record may begin anywhere, in the others one begins at the start.
  Result<std::optional<LogDamage>> judge(LogDamage damage, std::string block, std::size_t from) {
    for (std::size_t at = from; at + kHeader <= block.size(); ++at)
      if (begins_a_write(std::string_view(block).substr(at))) damage.records_behind = true;
    while (!damage.records_behind && block.size() == kBlock) {
      block_at_ += kBlock;
      AURORA_ASSIGN(block, read_block());
      for (std::size_t at = 0; at + kHeader <= block.size();) {
        const auto rest = std::string_view(block).substr(at);
        if (begins_a_write(rest)) damage.records_behind = true;
        const auto record = look_at(rest);
        if (!record.sound) break;
        at += record.size;
      }
    }
    return std::optional(damage);
  }

  Result<std::string> read_block() {
    std::string block(kBlock, '\0');
    std::size_t size = 0;
    while (size < kBlock) {
      const auto got = ::pread(file_.get(), block.data() + size, kBlock - size, static_cast<off_t>(block_at_ + size));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(errno, "reading a write-ahead log");
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    block.resize(size);
    return block;
  }

  UniqueFd file_;
  std::uint64_t block_at_ = 0;
};

}  // namespace

Result<std::optional<LogDamage>> find_log_damage(const std::string& path) {
  AURORA_ASSIGN(auto file, open_file(path, O_RDONLY));
  return Scan(std::move(file)).run();
}

}  // namespace aurora::storage
