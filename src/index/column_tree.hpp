// The nodes of a column and its edits; and the slot in which a reader that makes a column and the writer of the index
// meet. Called by ordered_index and index_version.
//
// States of a slot (guarded by its mutex):
//
//   idle ──reader with the newest version──► building ──► ready ──next edit of the index──► idle, the root has it
//     ▲                                         │  too many edits meanwhile, no room
//     └─────────────────────────────────────────┘
//
// C1  a reader begins only when its version is the newest: it raises `active`, then looks at `edits`; the writer counts
//     its edit, then looks at `active` (all four sequentially consistent). So either the reader sees the edit and gives
//     up, or the writer sees the reader and notes the edit in `late`.
// C2  built, with `late` applied in order, is the column of the version after `edits` edits.
// C3  a chunk is written only when made after scope.newest_reader; what readers make is stamped 1, so that the writer
//     copies it while anybody at all is pinned.
#pragma once

#include <aurora/index/column.hpp>
#include <aurora/index/ordered_index.hpp>

#include <mutex>
#include <vector>

#include "index/ref.hpp"

namespace aurora::index {

struct ColumnNode final : ColumnChunk {
  ColumnNode(ColumnPool& its_pool, Sequence made) : made_at(made), pool(its_pool) { pool.take(sizeof *this); }
  ColumnNode(const ColumnNode& other, Sequence made) : ColumnChunk(other), made_at(made), pool(other.pool) {
    pool.take(sizeof *this);
  }
  ~ColumnNode() { pool.give_back(sizeof *this + counted); }
  /// To be called once `packed` is complete.
  void count_packed() {
    packed.shrink_to_fit();
    pool.take(packed.capacity());
    counted = packed.capacity();
  }
  static void destroy(const ColumnNode* node) noexcept { delete node; }

  RefCount refs;
  const Sequence made_at;                  // of a field's chunk: its stamp (field_columns.hpp)
  ColumnPool& pool;
  std::uint64_t counted = 0;
};

struct ColumnSection {
  static constexpr std::uint32_t kChunks = 128;

  explicit ColumnSection(Sequence made) : made_at(made) {}
  ColumnSection(const ColumnSection& other, Sequence made) : made_at(made), chunks(other.chunks) {}
  static void destroy(const ColumnSection* section) noexcept { delete section; }

  RefCount refs;
  const Sequence made_at;
  std::array<Ref<ColumnNode>, kChunks> chunks;   // null: no values
};

struct ColumnRoot {
  ColumnType type;
  ColumnPool* pool;
  Sequence made_at;
  std::vector<Ref<ColumnSection>> sections;   // null: no values
  std::shared_ptr<const std::vector<std::string>> texts = nullptr;   // of kText
};

/// One edit of an index, as its column sees it.
struct ColumnEdit {
  Ordinal ordinal;
  bool add;
  std::uint64_t bits;
};

/// Adding sets the value; removing takes it away if it is still the one removed: of an update's two edits either may
/// come first. `root` is replaced when it is copied.
void edit_column(std::shared_ptr<ColumnRoot>& root, const ColumnEdit& edit, const EditScope& scope);

[[nodiscard]] std::size_t column_bytes(const ColumnRoot& root) noexcept;

enum class KeyValue : std::uint8_t { kNull, kValue, kOther };
/// What `key` means to a column of that type: kOther when it cannot hold it.
[[nodiscard]] KeyValue read_column_key(std::string_view key, ColumnType type, std::uint64_t& bits) noexcept;

struct ColumnSlot {
  enum class State : std::uint8_t { kIdle, kBuilding, kReady, kUnfit };

  std::atomic<std::uint64_t> edits{0};
  std::atomic<bool> active{false};             // building or ready
  std::mutex mutex;
  // Guarded by mutex:
  State state = State::kIdle;
  ColumnType type = ColumnType::kInt;
  std::shared_ptr<ColumnRoot> built;           // kReady
  std::vector<ColumnEdit> late;                // edits since `built`
  std::uint64_t built_at = 0;                  // the number of edits it shows
  std::uint64_t ticket = 0;                    // of the reader that builds: one given up must not hand over another's

  void rest(State next) noexcept;
};

/// The column of a root that has none yet: the one another reader made of the same state, or a new one. Null while that
/// cannot be told, when none may be made, when the keys are not all of the type, or when the pool has no room.
[[nodiscard]] std::shared_ptr<const ColumnRoot> find_or_make_column(const IndexRoot& root, ColumnType type,
                                                                    ColumnPool& pool, bool may_make);
/// To be called by the writer after each edit of the index. Requires: `root` is the writer's own (X1).
void follow_edit(IndexRoot& root, std::string_view key, Ordinal ordinal, bool add, const EditScope& scope);

}  // namespace aurora::index
