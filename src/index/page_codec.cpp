// Encoding and decoding of pages and directories (byte tables in page_codec.hpp).
// Called by index_pages; calls tree_build and OrdinalSet.

#include "index/page_codec.hpp"

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/base/try.hpp>
#include <aurora/index/ordinal_set.hpp>

#include <algorithm>
#include <unordered_set>

#include "index/tree_build.hpp"
#include "index/varint.hpp"

namespace aurora::index {
namespace {

constexpr std::size_t kChecksumAt = 1;
constexpr std::size_t kBodyAt = 5;

Error corrupt(const char* what) { return Error(ErrorCode::kCorruption, what); }

std::string open_block(std::uint8_t format) {
  std::string block(1, static_cast<char>(format));
  append_le(block, std::uint32_t{0});
  return block;
}

void seal_block(std::string& block) {
  store_le(block.data() + kChecksumAt, checksum32(std::string_view(block).substr(kBodyAt)));
}

/// The body of a block of that format, its checksum proven.
Result<std::string_view> body_of(std::string_view block, std::uint8_t format) {
  if (block.size() < kBodyAt) return corrupt("cut short");
  if (static_cast<std::uint8_t>(block[0]) != format) return corrupt("unknown format version");
  const std::string_view body = block.substr(kBodyAt);
  if (checksum32(body) != load_le<std::uint32_t>(block.data() + kChecksumAt))
    return corrupt("wrong checksum");
  return body;
}

void append_list(std::string& out, std::span<const Ordinal> ordinals) {
  append_varint(out, ordinals.size());
  append_varint(out, ordinals[0]);
  for (std::size_t i = 1; i < ordinals.size(); ++i)
    append_varint(out, ordinals[i] - ordinals[i - 1] - 1);
}

void append_ordinals(std::string& out, const Leaf::Ordinals& ordinals) {
  if (ordinals.posting == nullptr) return append_list(out, ordinals.listed);
  const OrdinalSet* set = ordinals.posting->set();
  if (set == nullptr) return append_list(out, ordinals.posting->list());
  std::string bytes;
  set->append_bytes(bytes);
  append_varint(out, 0);
  append_varint(out, bytes.size());
  out += bytes;
}

class PageReader {
 public:
  explicit PageReader(std::string_view body) : reader_(body) {}

  Result<Ref<Leaf>> read() {
    std::string_view fixed;
    std::uint64_t keys = 0;
    if (!reader_.take_bytes(12, fixed)) return corrupt("cut short");
    const auto page_id = load_le<std::uint32_t>(fixed.data());
    changed_at_ = load_le<std::uint64_t>(fixed.data() + 4);
    if (!reader_.take_varint(keys, UINT16_MAX) || keys == 0) return corrupt("wrong number of keys");
    if (!take_text(prefix_)) return corrupt("prefix cut short");
    for (std::uint64_t i = 0; i < keys; ++i) AURORA_TRY(read_key());
    if (reader_.left() != 0) return corrupt("bytes after the last key");
    if (builder_.heap_bytes() > LeafBuilder::kMaxHeap)
      return corrupt("more keys than a page takes");
    // Made at 0: the first change copies it, and from then on it is like any other.
    return builder_.finish({page_id, 0, changed_at_});
  }

 private:
  bool take_text(std::string_view& text) {
    std::uint64_t size = 0;
    return reader_.take_varint(size, Leaf::kMaxKeySize) && reader_.take_bytes(size, text);
  }

  Status read_key() {
    std::string_view rest;
    if (!take_text(rest)) return corrupt("key cut short");
    std::string key(prefix_);
    key += rest;
    if (key.size() > Leaf::kMaxKeySize) return corrupt("key too long");
    if (!builder_.empty() && key <= builder_.last_key()) return corrupt("keys do not rise");
    std::uint64_t count = 0;
    if (!reader_.take_varint(count, Posting::kMaxList)) return corrupt("wrong number of ordinals");
    if (count == 0) return read_set(key);
    AURORA_TRY(read_list(count));
    builder_.add(key, ordinals_, 0);
    return {};
  }

  Status read_set(std::string_view key) {
    std::uint64_t size = 0;
    std::string_view bytes;
    if (!reader_.take_varint(size, UINT64_MAX) || !reader_.take_bytes(size, bytes))
      return corrupt("ordinal set cut short");
    AURORA_ASSIGN(OrdinalSet set, OrdinalSet::from_bytes(bytes));
    if (set.empty()) return corrupt("key without ordinals");
    builder_.add(key, std::move(set), 0);
    return {};
  }

  Status read_list(std::uint64_t count) {
    ordinals_.clear();
    std::uint64_t next = 0;  // the least the next ordinal may be
    for (std::uint64_t i = 0; i < count; ++i) {
      std::uint64_t step = 0;
      if (!reader_.take_varint(step, UINT32_MAX)) return corrupt("ordinals cut short");
      if (next + step > UINT32_MAX) return corrupt("ordinal out of range");
      ordinals_.push_back(static_cast<Ordinal>(next + step));
      next += step + 1;
    }
    return {};
  }

  ByteReader reader_;
  std::string_view prefix_;
  Sequence changed_at_ = 0;
  std::vector<Ordinal> ordinals_;
  LeafBuilder builder_;
};

Result<DirectoryRow> read_row(ByteReader& reader) {
  DirectoryRow row;
  std::string_view bytes;
  if (!reader.take_bytes(4, bytes)) return corrupt("cut short");
  row.page_id = load_le<std::uint32_t>(bytes.data());
  std::uint64_t size = 0;
  if (!reader.take_varint(row.keys, UINT16_MAX) || !reader.take_varint(row.entries, UINT64_MAX) ||
      !reader.take_varint(size, Leaf::kMaxKeySize) || !reader.take_bytes(size, bytes))
    return corrupt("cut short");
  row.first_key = bytes;
  return row;
}

}  // namespace

std::string encode_page(const Leaf& leaf) {
  std::string block = open_block(kPageFormat);
  append_le(block, leaf.page_id);
  append_le(block, leaf.changed_at);
  append_varint(block, leaf.size());
  const std::string_view prefix = leaf.prefix();
  append_varint(block, prefix.size());
  block += prefix;
  for (std::uint32_t at = 0; at < leaf.size(); ++at) {
    append_varint(block, leaf.suffix_size(at));
    leaf.append_suffix(at, block);
    append_ordinals(block, leaf.ordinals(at));
  }
  seal_block(block);
  return block;
}

Result<Ref<Leaf>> decode_page(std::string_view bytes) {
  AURORA_ASSIGN(const std::string_view body, body_of(bytes, kPageFormat));
  return PageReader(body).read();
}

std::string encode_directory(const std::vector<DirectoryRow>& rows) {
  std::string block = open_block(kDirectoryFormat);
  append_varint(block, rows.size());
  for (const DirectoryRow& row : rows) {
    append_le(block, row.page_id);
    append_varint(block, row.keys);
    append_varint(block, row.entries);
    append_varint(block, row.first_key.size());
    block += row.first_key;
  }
  seal_block(block);
  return block;
}

Result<std::vector<DirectoryRow>> decode_directory(std::string_view bytes) {
  AURORA_ASSIGN(const std::string_view body, body_of(bytes, kDirectoryFormat));
  ByteReader reader(body);
  std::uint64_t count = 0;
  if (!reader.take_varint(count, reader.left())) return corrupt("wrong number of pages");
  std::vector<DirectoryRow> rows;
  std::unordered_set<std::uint32_t> ids;
  for (std::uint64_t i = 0; i < count; ++i) {
    AURORA_ASSIGN(DirectoryRow row, read_row(reader));
    if (!ids.insert(row.page_id).second) return corrupt("a page stands twice");
    if (!rows.empty() && row.first_key <= rows.back().first_key)
      return corrupt("pages out of order");
    rows.push_back(std::move(row));
  }
  if (reader.left() != 0) return corrupt("bytes after the last page");
  return rows;
}

}  // namespace aurora::index
