// One ordered index: key bytes → ordinals, as a sequence of pages shared copy-on-write between
// versions. Written by the commit pipeline (one thread), read by everybody through IndexVersion;
// loaded from and checkpointed to the `pages` family by index/checkpoint.
//
//   IndexVersion (root) ── chunks (directory parts) ── leaf pages: sorted keys, each with its
//       ordinals (one or few inline, many in an OrdinalSet)
// Invariants:
//   X1  a version that a reader may hold never changes: an edit copies root, chunk and leaf on
//       the way to a change unless the node was made at a sequence no reader can see (EditScope).
//   X2  keys rise strictly across leaves; a key stands in one leaf only; no key without ordinals.
//   X3  leaf.changed_at is the sequence of its last change: a checkpoint writes just the leaves
//       changed since the last one, and after it the pages in the store equal the version
//       checkpointed.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/index/ordinal_set.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

struct IndexRoot;  // src/index/tree.hpp
class Column;      // index/column.hpp
class ColumnPool;
enum class ColumnType : std::uint8_t;

/// What an edit may change in place: nodes made after `newest_reader` are invisible to readers.
/// Requires: no snapshot is taken between finding newest_reader and publishing the version after
/// the edit, and a reader counts as live until it has let go of its versions.
struct EditScope {
  /// Of the commit being applied; stamps what changes.
  Sequence sequence = 0;
  /// The newest sequence any live snapshot was taken at; 0 when none lives.
  Sequence newest_reader = 0;
};

struct KeyRange {
  std::string lower;  ///< first key; empty: from the start
  std::string upper;  ///< one past the last key; empty: to the end
};

struct IndexPageImage {
  std::uint32_t page_id;
  std::string first_key;
  std::string bytes;  ///< encoded leaf, with format version and checksum
};

/// An immutable state of an index. Copying is cheap (one shared root).
/// Threads: all calls may run on any thread; the version stays as it is for as long as it is held.
class IndexVersion {
 public:
  IndexVersion();  ///< empty

  /// Ordinals under exactly `key`.
  [[nodiscard]] OrdinalSet find(std::string_view key) const;
  /// The single ordinal of a unique key; nullopt when absent. Requires: at most one ordinal under
  /// `key`.
  [[nodiscard]] std::optional<Ordinal> find_one(std::string_view key) const;
  [[nodiscard]] std::uint64_t count(std::string_view key) const;
  /// Union over the range.
  [[nodiscard]] OrdinalSet find(const KeyRange& range) const;
  /// Entries (key, ordinal) in the range; stops counting at `at_most`. Cost: whole inner leaves are
  /// summed.
  [[nodiscard]] std::uint64_t count(const KeyRange& range,
                                    std::uint64_t at_most = UINT64_MAX) const;

  /// A key with its ordinals, while iterating. Valid until the iterator moves.
  struct Entry {
    std::string_view key;
    std::span<const Ordinal> inline_ordinals;  ///< rising; empty when `set` holds them
    const OrdinalSet* set = nullptr;
  };
  enum class Direction : std::uint8_t { kForward, kBackward };
  /// The ordinals under exactly `key` as they stand here, borrowed: valid as long as this version. None in either form
  /// when the key is absent.
  [[nodiscard]] Entry borrow(std::string_view key) const;
  /// Calls `visit` for each key of the range in order until it returns false. `Entry` is valid
  /// during the call.
  void scan(const KeyRange& range, Direction direction,
            const std::function<bool(const Entry&)>& visit) const;

  /// The values by ordinal; null when there is no column, and none can or may be made now. Requires: every document has at most
  /// one key here, of that type or null; the snapshot of this version is pinned.
  /// Cost: O(1), but O(entries) when it is made.
  enum class ColumnUse : std::uint8_t { kIfThere, kMake };
  [[nodiscard]] Column column(ColumnType type, ColumnPool& pool, ColumnUse use) const;

  [[nodiscard]] std::uint64_t key_count() const noexcept;
  [[nodiscard]] std::uint64_t entry_count() const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept;  ///< nodes reachable from this version, with its column

 private:
  friend class OrderedIndex;
  explicit IndexVersion(std::shared_ptr<const IndexRoot> root);
  std::shared_ptr<const IndexRoot> root_;
};

/// The writable head of one index.
/// Threads: one writer at a time; `version()` by the writer too. Versions go to readers by the
/// publisher.
class OrderedIndex {
 public:
  OrderedIndex();
  ~OrderedIndex();
  OrderedIndex(OrderedIndex&&) noexcept;
  OrderedIndex& operator=(OrderedIndex&&) noexcept;

  /// Adding what is there, or removing what is not, is no change.
  /// Requires: key.size() <= kMaxKeyBytes, scope.sequence > scope.newest_reader.
  /// Throws std::length_error for a key of 2,048 bytes or more, which no page could hold.
  void add(std::string_view key, Ordinal ordinal, const EditScope& scope);
  void remove(std::string_view key, Ordinal ordinal, const EditScope& scope);

  /// Lets go of the column, which fits another definition than the one to come.
  void forget_column();

  /// The current state, to be published. After this, nodes stamped at or before the last edit's
  /// sequence are changed in place only as EditScope of the next edit allows.
  [[nodiscard]] IndexVersion version() const;

  /// Appends the leaves changed after `since`, encoded; `directory` gets the encoded list of all
  /// pages in order. Pages that are gone are those of the last directory's page_ids that are not
  /// among this one's; an id may come back for another page later. Works on a version, so it may
  /// run beside edits when the version counts as a reader.
  static void collect_pages(const IndexVersion& version, Sequence since,
                            std::vector<IndexPageImage>& changed, std::string& directory);
  /// All page ids of a directory (to find those that are gone).
  [[nodiscard]] static Result<std::vector<std::uint32_t>> page_ids(std::string_view directory);
  /// Rebuilds an index from a directory and its pages. Errors: Corruption naming the page.
  [[nodiscard]] static Result<OrderedIndex> load(
      std::string_view directory,
      const std::function<Result<std::string>(std::uint32_t page_id)>& read_page);
  /// Builds from entries sorted by (key, ordinal), repeats count once; for index builds over
  /// documents.
  [[nodiscard]] static OrderedIndex build(std::vector<std::pair<std::string, Ordinal>> sorted,
                                          Sequence sequence);

  /// X2 and the counters; for verify() and tests. Errors: Corruption.
  [[nodiscard]] static Status check(const IndexVersion& version);

 private:
  void own_root(const EditScope& scope);

  std::shared_ptr<IndexRoot> root_;
};

}  // namespace aurora
