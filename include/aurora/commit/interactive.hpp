// An interactive transaction: a pinned state, own writes on top, validated when it commits.
// Used by the facade; commits through the pipeline.
//
// Validation (serialisable): every set of documents it read is kept as its filter. At commit, each later commit
// is looked at: when a change matches such a filter before or after, the transaction read something that is no
// longer so, and it ends with Conflict. Documents it writes must still be as it found them.
#pragma once

#include <aurora/commit/engine.hpp>
#include <aurora/plan/filter.hpp>

#include <memory>
#include <vector>

namespace aurora::commit {

/// Threads: one thread at a time. Requires: an engine entry is held during each call.
class InteractiveTransaction {
 public:
  explicit InteractiveTransaction(Engine& engine);

  [[nodiscard]] WriteContext& context() noexcept { return context_; }
  [[nodiscard]] const WriteContext& context() const noexcept { return context_; }
  /// Errors: LimitExceeded when more is written than one commit may hold, or what was read takes more than that to remember
  /// (a mebibyte at least).
  [[nodiscard]] Status check_size() const;
  /// Validates and writes. Returns the sequence. Errors: Conflict; as Engine::commit.
  /// `also` is written with it; it sees the state as it is then. Its errors are the commit's.
  [[nodiscard]] Result<Sequence> commit(const Mutation& also = {});

 private:
  struct Read {
    CollectionId collection;
    std::shared_ptr<const plan::Filter> filter;
  };
  [[nodiscard]] Status validate(WriteContext& current) const;
  [[nodiscard]] bool conflicts(const Change& change) const;
  [[nodiscard]] static bool is_known_by_sid(const Catalog& catalog, const CollectionDef& collection);
  [[nodiscard]] Status replay(WriteContext& current, const std::vector<Change>& changes);

  Engine& engine_;
  SnapshotView base_;
  WriteSet writes_;
  WriteContext context_;
  std::vector<Read> reads_;
  std::size_t read_bytes_ = 0;   // what reads_ takes, about
};

}  // namespace aurora::commit
