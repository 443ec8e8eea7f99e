// A leaf page in memory: sorted keys, each with its ordinals, packed into one block.
// Read by ordered_index, edited by tree_edit, made by tree_build too; its disk form is page_codec.
//
// Block: Leaf | heads u16[slots] | offsets u16[slots] | values u32[slots] | heap
//   heads    of each key, the first two bytes after the prefix, big-endian, zero-padded: a
//            search touches these few cache lines and then, most often, one record
//   offsets  of each key's record header in the heap
//   values   of a key that has one ordinal, this; of a key that has a posting, its index
//   heap     the prefix all keys share, then records in the order they came
//
// Record: [ordinals u32 × inline_capacity(code), 4-aligned, when 2 <= code <= 16]
//         u16 header: suffix size | code << 11, the suffix being the key after the prefix
//         the suffix after its first two bytes
//   code   0: ordinals in a posting; 1: one, in values; 2 … 16: so many, before the header
//
// Invariants:
//   L1  keys rise strictly; each starts with the prefix; the page is not empty once in a tree.
//   L2  entries() is the sum of the ordinals of all keys; live_bytes() counts what an assembled
//       copy needs.
//   L3  postings_ holds one Ref for each key with code 0, and null where one was given up.
#pragma once

#include <aurora/base/bytes.hpp>
#include <aurora/document/record.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/posting.hpp"
#include "index/ref.hpp"

namespace aurora::index {

class Leaf {
 public:
  static constexpr std::uint32_t kMaxKeys = 256;
  static constexpr std::uint32_t kMaxBytes = 4096;  // live; a page that would pass it is split
  static constexpr std::uint32_t kMaxInline = 16;   // ordinals of a key beside its record
  static constexpr std::uint32_t kPostingBecomesInline =
      8;  // apart from kMaxInline, so as not to flap
  static constexpr std::size_t kMaxKeySize = (1u << 11) - 1;

  struct Identity {
    std::uint32_t page_id;
    Sequence made_at;
    Sequence changed_at;
  };
  struct Room {
    std::uint32_t slots;
    std::uint32_t heap_bytes;
  };
  struct Place {
    std::uint32_t at;  ///< of the key, or where it would stand
    bool found;
  };
  /// The ordinals of one key: listed, or in a posting when that is not null.
  struct Ordinals {
    std::span<const Ordinal> listed;
    const Posting* posting = nullptr;
  };

  /// Empty, with room. Requires: prefix fits the heap.
  static Ref<Leaf> make(const Identity& identity, std::string_view prefix, Room room);
  static void destroy(Leaf* leaf) noexcept;

  // Reading.
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint64_t entries() const noexcept { return entries_; }
  [[nodiscard]] Place find(std::string_view key) const noexcept;
  [[nodiscard]] std::string_view prefix() const noexcept { return {heap(), prefix_size_}; }
  /// Size of the key without the prefix.
  [[nodiscard]] std::uint32_t suffix_size(std::uint32_t at) const noexcept {
    return header(at) & kSizeMask;
  }
  void append_suffix(std::uint32_t at, std::string& out) const;
  void append_key(std::uint32_t at, std::string& out) const;
  [[nodiscard]] std::string key(std::uint32_t at) const;
  [[nodiscard]] Ordinals ordinals(std::uint32_t at) const noexcept;
  [[nodiscard]] std::uint64_t count(std::uint32_t at) const noexcept;
  /// True when every key has one ordinal; they are then all of one_each().
  [[nodiscard]] bool has_one_each() const noexcept { return plural_ == 0; }
  [[nodiscard]] std::span<const Ordinal> one_each() const noexcept { return {values(), size_}; }
  [[nodiscard]] std::uint32_t live_bytes() const noexcept {
    return size_ * kSlotBytes + heap_live_;
  }
  /// What an assembled page of the keys [begin, end) alone needs, under a prefix of that size.
  [[nodiscard]] std::uint32_t bytes_between(std::uint32_t begin, std::uint32_t end,
                                            std::uint32_t prefix_size) const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept;
  /// True for a StoredLeaf: the keys are elsewhere.
  [[nodiscard]] bool is_stored() const noexcept { return stored_; }
  /// True when the last keys inserted rose one after another.
  [[nodiscard]] bool fills_upwards() const noexcept { return run_ >= kRun; }

  // Editing. Requires: no reader sees the page (X1), room as told, and changed_at the commit's
  // sequence.
  [[nodiscard]] bool has_room(Room room) const noexcept {
    return size_ + room.slots <= slots_ && heap_used_ + room.heap_bytes <= heap_size_;
  }
  /// Room a new key with one ordinal needs.
  [[nodiscard]] Room room_for_key(std::string_view key) const noexcept;
  /// Room one more ordinal of a key with listed ordinals needs.
  [[nodiscard]] Room room_for_ordinal(std::uint32_t at) const noexcept;
  /// Room to take a posting's ordinals back into the page.
  [[nodiscard]] Room room_for_inline(std::uint32_t at) const noexcept;

  /// Requires: a key that starts with the prefix and belongs there; ordinals.listed has 1 …
  /// kMaxInline, or `posting` is given.
  void insert(std::uint32_t at, std::string_view key, std::span<const Ordinal> listed,
              Ref<Posting> posting = {});
  void erase(std::uint32_t at);
  /// Requires: listed ordinals, not holding this one.
  void add_listed(std::uint32_t at, Ordinal ordinal);
  /// Requires: two or more listed ordinals, this among them.
  void remove_listed(std::uint32_t at, Ordinal ordinal);
  /// The posting for changing: copied first unless made after `newest_reader`. Requires: has one.
  Posting& writable_posting(std::uint32_t at, Sequence sequence, Sequence newest_reader);
  /// Takes the ordinals of a posting that has become small into the page.
  void inline_posting(std::uint32_t at);
  /// For the count of entries after a change to a posting.
  void note_entries(std::int64_t change) noexcept {
    entries_ += static_cast<std::uint64_t>(change);
  }

  /// A copy with more room, packed anew when much of the heap is dead.
  [[nodiscard]] Ref<Leaf> copy(const Identity& identity, Room extra) const;

  struct Part {
    const Leaf* leaf;
    std::uint32_t begin;
    std::uint32_t end;
  };
  /// A page of the parts one after another. Requires: keys rise; `prefix_size` bytes are common to
  /// all.
  static Ref<Leaf> assemble(const Identity& identity, std::span<const Part> parts,
                            std::uint32_t prefix_size, Room extra);

  static constexpr std::uint32_t kSlotBytes = 8;
  static constexpr std::uint32_t kHeaderBytes = 2;
  static constexpr std::uint32_t inline_capacity(std::uint32_t code) noexcept {
    return code < 2 ? 0 : code == 2 ? 2 : (code + 3) & ~3u;
  }
  /// Bytes of a record in the heap, without padding.
  static constexpr std::uint32_t record_bytes(std::uint32_t suffix, std::uint32_t code) noexcept {
    return kHeaderBytes + (suffix > 2 ? suffix - 2 : 0) + 4 * inline_capacity(code);
  }

  RefCount refs;
  const std::uint32_t page_id;
  Sequence made_at;
  Sequence changed_at;

 protected:
  /// Without keys or room: of a page that was not read. It counts as unchanged.
  explicit Leaf(std::uint32_t page) noexcept : page_id(page), made_at(0), changed_at(0), slots_(0), heap_size_(0), stored_(true) {}
  ~Leaf() = default;

 private:
  static constexpr std::uint32_t kSizeMask = (1u << 11) - 1;
  static constexpr std::uint32_t kCodeShift = 11;
  static constexpr std::uint32_t kPadding = 3;  // at most, before an aligned record
  static constexpr std::uint8_t kRun = 8;

  Leaf(const Identity& identity, Room room) noexcept;

  std::uint16_t* heads() noexcept { return reinterpret_cast<std::uint16_t*>(this + 1); }
  const std::uint16_t* heads() const noexcept {
    return reinterpret_cast<const std::uint16_t*>(this + 1);
  }
  std::uint16_t* offsets() noexcept { return heads() + slots_; }
  const std::uint16_t* offsets() const noexcept { return heads() + slots_; }
  Ordinal* values() noexcept { return reinterpret_cast<Ordinal*>(offsets() + slots_); }
  const Ordinal* values() const noexcept {
    return reinterpret_cast<const Ordinal*>(offsets() + slots_);
  }
  char* heap() noexcept { return reinterpret_cast<char*>(values() + slots_); }
  const char* heap() const noexcept { return reinterpret_cast<const char*>(values() + slots_); }

  std::uint32_t header(std::uint32_t at) const noexcept {
    return load_le<std::uint16_t>(heap() + offsets()[at]);
  }
  std::uint32_t code(std::uint32_t at) const noexcept { return header(at) >> kCodeShift; }
  void set_code(std::uint32_t at, std::uint32_t code) noexcept;
  std::string_view tail(std::uint32_t at) const noexcept {
    const std::uint32_t size = suffix_size(at);
    return {heap() + offsets()[at] + kHeaderBytes, size > 2 ? size - 2 : 0};
  }
  Ordinal* inline_begin(std::uint32_t at) noexcept;
  std::uint32_t append_record(std::uint32_t suffix_size, std::string_view tail,
                              std::span<const Ordinal> listed, std::uint32_t code);
  void move_record(std::uint32_t at, std::span<const Ordinal> listed);
  std::uint32_t hold(Ref<Posting> posting);

  std::uint64_t entries_ = 0;
  std::vector<Ref<Posting>> postings_;
  std::uint16_t size_ = 0;
  std::uint16_t slots_;
  std::uint16_t heap_size_;
  std::uint16_t heap_used_ = 0;
  std::uint16_t heap_live_ = 0;
  std::uint16_t prefix_size_ = 0;
  std::uint16_t plural_ = 0;  // keys with any other number of ordinals than one in values
  std::uint16_t last_insert_ = 0;
  std::uint8_t run_ = 0;  // how many of the last inserts each followed the one before
  const bool stored_ = false;
};

/// Bytes that two keys have in common at their start.
[[nodiscard]] std::uint32_t common_prefix(std::string_view a, std::string_view b) noexcept;

}  // namespace aurora::index
