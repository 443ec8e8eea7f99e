// A record: one document as immutable bytes, shared by cache, readers, events and store.
// Called by storage, commit, exec; calls codec.hpp.
//
// Byte table (little-endian):
//    0  u8   format version (kFormat)
//    1  u8   width of the offsets: 2 or 4
//    2  u16  field count n
//    4  u32  checksum32 of bytes 8 … end, xor bytes 0 … 3 (so that every byte is covered)
//    8  u64  commit sequence
//   16  u8[16] _sid
//   32  u32  schema version of the collection the record was written under
//   36  u16[n] field ids, rising strictly
//       u8[n]  tags (codec.hpp)
//       (width)[n] where each payload ends, counted from the start of the payloads
//       payloads, in the order of the ids
//
// Invariants:
//   R1  a null field is not stored: absent and null are one thing.
//   R2  bytes are checked once (RecordView::check) when they come from outside; views then trust
//   them. R3  a record is immutable once sealed; sealing sets sequence, _sid and checksum.
#pragma once

#include <aurora/base/bytes.hpp>
#include <aurora/value.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aurora {

/// Small number of a field within its collection; never reused, so a rename touches no record.
using FieldId = std::uint16_t;
/// The field that holds the undeclared fields of an @open collection, as one object.
inline constexpr FieldId kOpenFields = 0xFFFF;

using Sequence = std::uint64_t;
using Ordinal = std::uint32_t;
using CollectionId = std::uint32_t;

/// Borrowed access to the bytes of a record. Valid as long as the bytes live. Cheap to copy.
class RecordView {
 public:
  static constexpr std::uint8_t kFormat = 1;
  static constexpr std::size_t kHeaderBytes = 36;

  RecordView() = default;
  /// Requires: bytes that `check` accepted or a builder made.
  explicit RecordView(std::string_view bytes) noexcept
      : bytes_(bytes), count_(bytes.empty() ? 0 : load_le<std::uint16_t>(bytes.data() + kCountAt)) {}
  /// Verifies format, checksum and every offset. Errors: Corruption saying what is wrong.
  [[nodiscard]] static Status check(std::string_view bytes);

  [[nodiscard]] Sequence sequence() const noexcept { return load_le<Sequence>(bytes_.data() + kSequenceAt); }
  [[nodiscard]] Uuid sid() const noexcept;
  /// `_sid` as a view into the record.
  [[nodiscard]] ValueView sid_view() const noexcept;
  [[nodiscard]] std::uint32_t schema_version() const noexcept {
    return load_le<std::uint32_t>(bytes_.data() + kSchemaAt);
  }

  /// The field's value, null when absent. Cost: binary search over the ids.
  [[nodiscard]] ValueView field(FieldId id) const noexcept;
  [[nodiscard]] std::uint32_t field_count() const noexcept { return count_; }
  /// Requires: index < field_count().
  [[nodiscard]] std::pair<FieldId, ValueView> field_at(std::uint32_t index) const noexcept;

  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

  // Places of the byte table above.
  static constexpr std::size_t kWidthAt = 1;
  static constexpr std::size_t kCountAt = 2;
  static constexpr std::size_t kChecksumAt = 4;
  static constexpr std::size_t kSequenceAt = 8;
  static constexpr std::size_t kSidAt = 16;
  static constexpr std::size_t kSchemaAt = 32;

 private:
  std::string_view bytes_;
  std::uint32_t count_ = 0;
};

/// Shared ownership of a record's bytes: one allocation, intrusive count. Null when default-made.
/// Threads: distinct RecordRef objects may be used from any thread.
class RecordRef {
 public:
  RecordRef() noexcept = default;
  RecordRef(const RecordRef& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  RecordRef(RecordRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  RecordRef& operator=(RecordRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~RecordRef() {
    if (block_ != nullptr && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(block_);
  }

  /// Copies `bytes`. Does not check them.
  [[nodiscard]] static RecordRef copy_of(std::string_view bytes);
  /// `size` bytes to be filled through `mutable_bytes`.
  [[nodiscard]] static RecordRef allocate(std::uint32_t size);

  [[nodiscard]] explicit operator bool() const noexcept { return block_ != nullptr; }
  [[nodiscard]] RecordView view() const noexcept { return RecordView(bytes()); }
  [[nodiscard]] std::string_view bytes() const noexcept {
    return block_ == nullptr ? std::string_view() : std::string_view(block_->data(), block_->size);
  }
  /// Requires: the only reference, not sealed yet.
  [[nodiscard]] char* mutable_bytes() noexcept;
  /// Sets sequence, _sid and checksum (R3). Requires: the only reference.
  void seal(Sequence sequence, const Uuid& sid) noexcept;
  /// Asks the processor to fetch the first bytes: for loops that will look at many records.
  void prefetch() const noexcept {
    constexpr std::size_t kLine = 64;
    for (std::size_t line = 0; line < 4; ++line)
      __builtin_prefetch(reinterpret_cast<const char*>(block_) + line * kLine);
  }
  /// Memory held, with the block's own header.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

  /// The reference as a bare pointer, for containers that exchange it atomically (the record cache): `release` gives it
  /// up, `adopt` takes one over that was given up, `share` makes another beside one that is kept. Null stays null.
  using Handle = const void*;
  [[nodiscard]] Handle release() noexcept { return std::exchange(block_, nullptr); }
  [[nodiscard]] static RecordRef adopt(Handle handle) noexcept {
    return RecordRef(static_cast<Block*>(const_cast<void*>(handle)));
  }
  [[nodiscard]] static RecordRef share(Handle handle) noexcept {
    RecordRef kept = adopt(handle);
    RecordRef another = kept;
    static_cast<void>(kept.release());
    return another;
  }

  friend bool operator==(const RecordRef& a, const RecordRef& b) noexcept {
    return a.block_ == b.block_;
  }

 private:
  /// The bytes of the record follow it.
  struct Block {
    explicit Block(std::uint32_t bytes) noexcept : size(bytes) {}

    std::atomic<std::uint32_t> references{1};
    std::uint32_t size;

    [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  };
  explicit RecordRef(Block* block) noexcept : block_(block) {}
  static void destroy(Block* block) noexcept;
  Block* block_ = nullptr;
};

/// Looks like a RecordRef and counts no reference: for loops over records that somebody else keeps alive meanwhile.
/// Copies of ref() count as usual.
class BorrowedRecord {
 public:
  explicit BorrowedRecord(RecordRef::Handle handle) noexcept : ref_(RecordRef::adopt(handle)) {}
  ~BorrowedRecord() { static_cast<void>(ref_.release()); }
  BorrowedRecord(const BorrowedRecord&) = delete;
  BorrowedRecord& operator=(const BorrowedRecord&) = delete;
  [[nodiscard]] const RecordRef& ref() const noexcept { return ref_; }

 private:
  RecordRef ref_;
};

/// Builds a record's bytes. Fields may be added in any order; each id at most once. Reusable after
/// finish, which then allocates nothing but the record.
class RecordBuilder {
 public:
  /// A null value is left out (R1). Requires: strings are valid UTF-8, Floats finite.
  void add(FieldId id, const Value& value);
  void add(FieldId id, ValueView value);
  /// The record, not yet sealed; the builder is empty again, also after an error.
  /// Errors: LimitExceeded when larger than `max_bytes`, or when a value nests deeper than
  /// codec::kMaxDepth.
  [[nodiscard]] Result<RecordRef> finish(std::uint32_t schema_version,
                                         std::uint32_t max_bytes = 16u << 20);

 private:
  struct Entry {
    FieldId id;
    std::uint8_t tag;
    std::uint32_t begin;
    std::uint32_t end;
  };
  void keep(FieldId id, std::uint8_t tag, std::size_t begin);
  void write_fields(char* record, std::uint8_t width) const noexcept;
  void reset();

  std::vector<Entry> entries_;
  std::string payloads_;
  bool too_deep_ = false;
};

}  // namespace aurora
