// `query($k: …) { collection(where: {key: $k}) { fields } }`, prepared: the key goes straight to the hot read, and what
// it finds to the answer. Owned by the parsed text; asked before the text is run, and told after it ran.
#pragma once

#include "hot_read.hpp"

#include <aurora/query.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace aurora::exec {
class PointRead;
}

namespace aurora::facade {

/// The plan of one text for one catalog. Immutable.
struct PointPlan {
  HotPlace place;
  std::string variable;
  std::string before;                                  ///< JSON in front of the document
  std::shared_ptr<const exec::PointRead> read;
};

/// The plans of one text. Threads: every call may come from any thread.
class PointPlans {
 public:
  /// False when no catalog makes the text such a read.
  [[nodiscard]] static bool may_suit(const aql::Document& document);

  /// The answer; nothing when it is not known here: the text has to be run.
  [[nodiscard]] std::optional<QueryResult> answer(State& state, const Object& variables) const;
  [[nodiscard]] std::optional<Documents> fetch(State& state, const Object& variables) const;
  /// To be called after the text was run without an error: makes the plan, when that taught how it is read.
  void learn(State& state, const ParsedText& parsed) noexcept;

 private:
  // Plans that are not the newest may be in use still; they are few, as definitions seldom change.
  static constexpr std::size_t kMost = 64;
  [[nodiscard]] const PointPlan* current(State& state) const noexcept;
  /// The value given for the key; null when the variables have to be looked at by the ordinary way.
  [[nodiscard]] static const Value* key_of(const PointPlan& plan, const Object& variables) noexcept;

  std::atomic<const PointPlan*> newest_{nullptr};
  std::mutex mutex_;
  std::vector<std::unique_ptr<const PointPlan>> plans_;   // guarded by mutex_; at most kMost
};

}  // namespace aurora::facade
