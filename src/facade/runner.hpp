// Runs a parsed text against the database or inside a transaction. Called by Database, Statement, Transaction.
#pragma once

#include "state.hpp"

#include <functional>

namespace aurora::facade {

/// Where operations run: each in a state or commit of its own, or all inside one transaction.
class Target {
 public:
  virtual ~Target() = default;
  /// The instant at which everything happens that runs here: "now" in a filter is "now" in what is written.
  [[nodiscard]] virtual DateTime now() const = 0;
  /// Runs `work` on one consistent state.
  [[nodiscard]] virtual Status read(const std::function<Status(View&)>& work) = 0;
  /// The view of the read under way, to be kept after it; null when it cannot outlive it. Called inside `read`, as
  /// its last use of the view.
  [[nodiscard]] virtual std::shared_ptr<View> keep() { return nullptr; }
  /// Whether `read` gives a committed state whose reads nobody validates.
  [[nodiscard]] virtual bool reads_committed() const noexcept { return false; }
  /// Runs `work` atomically; what it wrote is undone when it fails.
  [[nodiscard]] virtual Status write(const std::function<Status(WriteView&)>& work) = 0;
  /// As `write`, for changes of the schema.
  [[nodiscard]] virtual Status change_schema(const std::function<Status(WriteView&)>& work) = 0;
};

/// Each operation by itself.
class DatabaseTarget : public Target {
 public:
  explicit DatabaseTarget(commit::Engine& engine) : engine_(engine), now_(engine.now()) {}
  [[nodiscard]] DateTime now() const override { return now_; }
  [[nodiscard]] Status read(const std::function<Status(View&)>& work) override;
  [[nodiscard]] std::shared_ptr<View> keep() override;
  [[nodiscard]] bool reads_committed() const noexcept override { return true; }
  [[nodiscard]] Status write(const std::function<Status(WriteView&)>& work) override;
  [[nodiscard]] Status change_schema(const std::function<Status(WriteView&)>& work) override;

 private:
  commit::Engine& engine_;
  const DateTime now_;
  commit::SnapshotView* reading_ = nullptr;    // the view of the read under way
};

struct RunOptions {
  const Object& variables;
  const ExecuteOptions& execute;
  bool explain = false;
  bool analyze = false;
};

/// Errors: InvalidInput for a value that no operation declares a variable for.
[[nodiscard]] Status check_supplied(const aql::Document& document, const Object& variables);

/// The settings with the deadline of a call that begins now; zero: none.
[[nodiscard]] exec::ExecSettings settings_until(exec::ExecSettings settings, std::chrono::milliseconds deadline);

/// Runs every operation in source order. `result` gets what was done, also before an error.
/// Requires: an engine entry is held.
[[nodiscard]] Status run_text(State& state, Target& target, const ParsedText& parsed, const RunOptions& options,
                              QueryResult& result);

}  // namespace aurora::facade
