// Bodies of records: reading fields in place, checking bytes from outside (R2), building and
// sealing (R3). Called by storage, commit and exec; calls the codec. The byte table is in
// record.hpp.
#include <aurora/document/record.hpp>

#include "document/container.hpp"
#include "document/record_memory.hpp"

#include <aurora/base/checksum.hpp>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>
#include <new>

namespace aurora {

namespace {

constexpr std::size_t kWidthAt = RecordView::kWidthAt;
constexpr std::size_t kCountAt = RecordView::kCountAt;
constexpr std::size_t kChecksumAt = RecordView::kChecksumAt;
constexpr std::size_t kSequenceAt = RecordView::kSequenceAt;
constexpr std::size_t kSidAt = RecordView::kSidAt;
constexpr std::size_t kSchemaAt = RecordView::kSchemaAt;
constexpr std::size_t kIdsAt = RecordView::kHeaderBytes;
constexpr std::size_t kMostFields = 0xFFFF;

// Up to here looking at the ids one after the other beats halving them.
constexpr std::uint32_t kLinearFields = 8;

// What a builder keeps of its buffer between records; one huge document must not pin its size
// forever.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

[[nodiscard]] std::uint32_t checksum_of(std::string_view bytes) noexcept {
  return checksum32(bytes.substr(kSequenceAt)) ^ load_le<std::uint32_t>(bytes.data());
}

// Where the parts of a record are, from its field count and width.
struct Layout {
  Layout(const char* record, std::uint32_t count) noexcept
      : width(static_cast<std::uint8_t>(record[kWidthAt])),
        ids(record + kIdsAt),
        tags(ids + std::size_t{count} * sizeof(FieldId)),
        ends(tags + count),
        payloads(ends + std::size_t{count} * width) {}

  [[nodiscard]] FieldId id(std::size_t index) const noexcept {
    return load_le<FieldId>(ids + index * sizeof(FieldId));
  }
  [[nodiscard]] std::uint8_t tag(std::size_t index) const noexcept {
    return static_cast<std::uint8_t>(tags[index]);
  }
  [[nodiscard]] std::string_view payload(std::size_t index) const noexcept {
    return codec::part(ends, width, payloads, index);
  }

  std::uint8_t width;
  const char* ids;
  const char* tags;
  const char* ends;
  const char* payloads;
};

// Index of the first id that is not less than `id`.
[[nodiscard]] std::uint32_t lower_bound(const char* ids, std::uint32_t count, FieldId id) noexcept {
  std::uint32_t low = 0;
  if (count <= kLinearFields) {
    while (low < count && load_le<FieldId>(ids + low * sizeof(FieldId)) < id) ++low;
    return low;
  }
  std::uint32_t length = count;
  while (length > 0) {
    const std::uint32_t half = length / 2;
    const bool before = load_le<FieldId>(ids + (low + half) * sizeof(FieldId)) < id;
    low = before ? low + half + 1 : low;
    length = before ? length - half - 1 : half;
  }
  return low;
}

[[nodiscard]] Error damaged(std::string_view what) {
  return Error(ErrorCode::kCorruption, std::string("record: ").append(what));
}

// What is wrong with the fields of a record whose header is sound; empty when nothing is.
[[nodiscard]] std::string_view fault_in_fields(std::string_view bytes,
                                               std::uint32_t count) noexcept {
  const Layout at(bytes.data(), count);
  const auto total = static_cast<std::size_t>(bytes.data() + bytes.size() - at.payloads);
  std::uint32_t previous_end = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0 && at.id(i) <= at.id(i - 1)) return "field ids do not rise";
    const std::uint32_t end = codec::load_offset(at.ends, at.width, i);
    if (end < previous_end || end > total) return "a field lies outside the record";
    previous_end = end;
    if (at.tag(i) == codec::kTagNull) return "a null field is stored";
    if (!codec::is_valid_payload(at.tag(i), at.payload(i))) return "a field's value is malformed";
  }
  return previous_end == total ? std::string_view() : "bytes follow the last field";
}

}  // namespace

Status RecordView::check(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return damaged("shorter than its header");
  if (static_cast<std::uint8_t>(bytes[0]) != kFormat) {
    return damaged("unknown format version " +
                   std::to_string(static_cast<unsigned char>(bytes[0])));
  }
  if (checksum_of(bytes) != load_le<std::uint32_t>(bytes.data() + kChecksumAt)) {
    return damaged("checksum does not match");
  }
  const auto width = static_cast<std::uint8_t>(bytes[kWidthAt]);
  if (width != codec::kNarrow && width != codec::kWide) return damaged("unknown offset width");
  const std::uint32_t count = load_le<std::uint16_t>(bytes.data() + kCountAt);
  const std::size_t tables = std::size_t{count} * (sizeof(FieldId) + 1 + width);
  if (bytes.size() - kHeaderBytes < tables) return damaged("shorter than its field table");
  if (const std::string_view fault = fault_in_fields(bytes, count); !fault.empty())
    return damaged(fault);
  return {};
}

Uuid RecordView::sid() const noexcept { return sid_view().uuid_value(); }

ValueView RecordView::sid_view() const noexcept {
  return ValueView::of_encoded(Type::kUuid, bytes_.data() + kSidAt, sizeof(Uuid));
}

ValueView RecordView::field(FieldId id) const noexcept {
  if (count_ == 0) return {};
  const Layout at(bytes_.data(), count_);
  // When no field before it is null or was dropped, field n stands at n - 1.
  const std::uint32_t guess = static_cast<std::uint32_t>(id) - 1;
  if (guess < count_ && at.id(guess) == id) return codec::view_of(at.tag(guess), at.payload(guess));
  const std::uint32_t index = lower_bound(at.ids, count_, id);
  if (index == count_ || at.id(index) != id) return {};
  return codec::view_of(at.tag(index), at.payload(index));
}

std::pair<FieldId, ValueView> RecordView::field_at(std::uint32_t index) const noexcept {
  const Layout at(bytes_.data(), count_);
  return {at.id(index), codec::view_of(at.tag(index), at.payload(index))};
}

void RecordRef::destroy(Block* block) noexcept {
  const std::size_t bytes = sizeof(Block) + block->size;
  block->~Block();
  RecordMemory::give_back(block, bytes);
}

RecordRef RecordRef::copy_of(std::string_view bytes) {
  RecordRef copy = allocate(static_cast<std::uint32_t>(bytes.size()));
  if (!bytes.empty()) std::memcpy(copy.mutable_bytes(), bytes.data(), bytes.size());
  return copy;
}

RecordRef RecordRef::allocate(std::uint32_t size) {
  return RecordRef(new (RecordMemory::take(sizeof(Block) + size)) Block(size));
}

char* RecordRef::mutable_bytes() noexcept { return block_->data(); }

void RecordRef::seal(Sequence sequence, const Uuid& sid) noexcept {
  assert(block_ != nullptr && block_->references.load(std::memory_order_relaxed) == 1);
  char* const data = block_->data();
  store_le(data + kSequenceAt, sequence);
  std::memcpy(data + kSidAt, sid.bytes.data(), sid.bytes.size());
  store_le(data + kChecksumAt, checksum_of(bytes()));
}

std::size_t RecordRef::memory_bytes() const noexcept {
  return block_ == nullptr ? 0 : sizeof(Block) + block_->size;
}

void RecordBuilder::add(FieldId id, const Value& value) {
  if (value.is_null()) return;
  if (!codec::check_depth(value)) {
    too_deep_ = true;
    return;
  }
  const std::size_t begin = payloads_.size();
  keep(id, codec::append_payload(payloads_, value), begin);
}

void RecordBuilder::add(FieldId id, ValueView value) {
  if (value.is_null()) return;
  const std::size_t begin = payloads_.size();
  keep(id, codec::append_payload(payloads_, value), begin);
}

// Offsets beyond 32 bits are cut here; `finish` refuses the record by its size before it reads
// them.
void RecordBuilder::keep(FieldId id, std::uint8_t tag, std::size_t begin) {
  entries_.push_back(
      {id, tag, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(payloads_.size())});
}

void RecordBuilder::reset() {
  entries_.clear();
  payloads_.clear();
  if (payloads_.capacity() > kKeptBytes) payloads_.shrink_to_fit();
  too_deep_ = false;
}

Result<RecordRef> RecordBuilder::finish(std::uint32_t schema_version, std::uint32_t max_bytes) {
  const std::size_t count = entries_.size();
  const std::uint8_t width = payloads_.size() < codec::kNarrowLimit ? codec::kNarrow : codec::kWide;
  const std::size_t size =
      RecordView::kHeaderBytes + count * (sizeof(FieldId) + 1 + width) + payloads_.size();
  if (too_deep_ || count > kMostFields || size > max_bytes) {
    std::string message("a document of " + std::to_string(size) +
                        " bytes is larger than the limit of " + std::to_string(max_bytes));
    if (count > kMostFields) message = "a document holds more than 65535 fields";
    Error error =
        too_deep_ ? codec::too_deep() : Error(ErrorCode::kLimitExceeded, std::move(message));
    reset();
    return error;
  }
  const auto by_id = [](const Entry& a, const Entry& b) { return a.id < b.id; };
  if (!std::is_sorted(entries_.begin(), entries_.end(), by_id)) {
    std::sort(entries_.begin(), entries_.end(), by_id);
  }

  RecordRef record = RecordRef::allocate(static_cast<std::uint32_t>(size));
  char* const data = record.mutable_bytes();
  std::memset(data, 0, RecordView::kHeaderBytes);
  data[0] = static_cast<char>(RecordView::kFormat);
  data[kWidthAt] = static_cast<char>(width);
  store_le(data + kCountAt, static_cast<std::uint16_t>(count));
  store_le(data + kSchemaAt, schema_version);
  write_fields(data, width);
  reset();
  return record;
}

void RecordBuilder::write_fields(char* record, std::uint8_t width) const noexcept {
  const std::size_t count = entries_.size();
  char* id = record + kIdsAt;
  char* tag = id + count * sizeof(FieldId);
  char* end = tag + count;
  char* const payloads = end + count * width;
  std::uint32_t written = 0;
  for (const Entry& entry : entries_) {
    assert(id == record + kIdsAt || load_le<FieldId>(id - sizeof(FieldId)) < entry.id);
    const std::uint32_t length = entry.end - entry.begin;
    std::memcpy(payloads + written, payloads_.data() + entry.begin, length);
    written += length;
    store_le(id, entry.id);
    *tag = static_cast<char>(entry.tag);
    if (width == codec::kNarrow) {
      store_le(end, static_cast<std::uint16_t>(written));
    } else {
      store_le(end, written);
    }
    id += sizeof(FieldId);
    ++tag;
    end += width;
  }
}

}  // namespace aurora
