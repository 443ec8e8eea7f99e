// What a store under measurement can do. Aurora is one, every peer is another; a workload asks them
// all the same. Implemented in this folder, used by workloads.
#pragma once

#include "question.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::bench {

/// How the stores are opened.
enum class Mode : std::uint8_t {
  kPlain,     ///< caches that hold everything; a commit survives the death of the process
  kUncached,  ///< Aurora without its cache of documents; the others as above
  kSynced,    ///< a commit survives the loss of power
};

/// One thread's way into a store. Threads: one at a time.
class Session {
 public:
  Session() = default;
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Around a run of questions that are all reads: a transaction where that makes reads faster.
  virtual void begin_reads() {}
  virtual void end_reads() {}
  /// How to ask that; empty when this store has no such thing. Valid as long as the session.
  [[nodiscard]] virtual Ask ask(Operation operation) = 0;
  /// The same for comparing answers, where what is timed leaves a result unread (JSON texts).
  [[nodiscard]] virtual Ask answer(Operation operation) { return ask(operation); }
};

/// One open store with a collection of orders: unique by id, indexed by city and by score.
/// Errors: throws std::exception for everything but a missing document.
class Store {
 public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Threads: sessions of one store may be used at once. All are gone before the next call here.
  [[nodiscard]] virtual std::unique_ptr<Session> session() = 0;
  /// A new store is open as kPlain. What is kept in memory only stays.
  virtual void close() = 0;
  /// Requires: closed. False when the store cannot give that mode; it is open all the same.
  [[nodiscard]] virtual bool open(Mode mode) = 0;
  /// What an administrator does after loading: statistics, compaction; then nothing is pending.
  virtual void settle() {}
  /// Brings what indexes and tables need into the memory of the one that writes.
  virtual void prewarm() {}
  /// Adds or removes an index on `active`. False when the store has none.
  [[nodiscard]] virtual bool index_active(bool) { return false; }
  /// Makes the tables of the join. False when the store has no joins.
  [[nodiscard]] virtual bool make_people() { return false; }
  /// On disk, after what makes it small; 0 when it keeps nothing there.
  [[nodiscard]] virtual std::uint64_t disk_bytes() { return 0; }
  /// Memory for each entry of the index on that field; 0 when the store does not know.
  [[nodiscard]] virtual double index_entry_bytes(std::string_view) { return 0; }
};

/// Where a store is made or found again, and what it may keep in memory.
struct Place {
  std::filesystem::path directory;
  std::uint64_t document_cache_bytes = 0;
  std::uint64_t block_cache_bytes = 0;

  [[nodiscard]] std::uint64_t cache_bytes() const {
    return document_cache_bytes + block_cache_bytes;
  }
};
/// So much that every document is in memory, twice.
[[nodiscard]] inline Place roomy(std::filesystem::path directory, std::uint64_t documents) {
  const std::uint64_t bytes = std::max<std::uint64_t>(std::uint64_t{256} << 20, documents * 768);
  return {std::move(directory), bytes, bytes};
}

/// A kind of store.
struct Peer {
  std::string name;  ///< key in tables and JSON
  std::string version;
  std::string setting;  ///< what it is, what its durability rests on
  bool product = true;  ///< false: a limit that nothing can beat, filled only to be compared with
  std::unique_ptr<Store> (*open)(const Place& place) = nullptr;
};

[[nodiscard]] Peer aurora_peer();
[[nodiscard]] Peer aurora_memory_peer();
[[nodiscard]] Peer sqlite_peer();
[[nodiscard]] Peer sqlite_json_peer();
[[nodiscard]] Peer lmdb_peer();
[[nodiscard]] Peer rocksdb_peer();
[[nodiscard]] Peer memory_peer();
[[nodiscard]] Peer fsync_peer();
/// Aurora first, then every peer, then the limits.
[[nodiscard]] std::vector<Peer> all_peers();

/// Of a file, or of all files below a directory, as the disk counts them.
[[nodiscard]] std::uint64_t tree_bytes(const std::filesystem::path& path);

/// What a commit that returned has survived, in the words of the table.
[[nodiscard]] std::string_view durability(const Peer& peer, Mode mode);

}  // namespace aurora::bench
