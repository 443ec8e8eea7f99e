// What a Transaction and its queries share. Private to the facade.
#pragma once

#include "runner.hpp"

#include <aurora/commit/interactive.hpp>

#include <optional>

namespace aurora::facade {

/// Threads: one thread at a time. Owns: its place in the database until it ends.
class TransactionState : public Target {
 public:
  explicit TransactionState(std::shared_ptr<State> state)
      : state_(std::move(state)), transaction_(std::in_place, state_->engine()) {}

  [[nodiscard]] const std::shared_ptr<State>& state() const noexcept { return state_; }
  /// Errors: InvalidOperation once it ended.
  [[nodiscard]] Result<WriteView*> open();

  /// That of its beginning, so that what it sees does not expire under it.
  [[nodiscard]] DateTime now() const override {
    return transaction_ ? transaction_->context().now() : state_->engine().now();
  }
  [[nodiscard]] bool has_ended() const noexcept { return !transaction_; }
  [[nodiscard]] Status read(const std::function<Status(View&)>& work) override;
  [[nodiscard]] Status write(const std::function<Status(WriteView&)>& work) override;
  [[nodiscard]] Status change_schema(const std::function<Status(WriteView&)>& work) override;

  [[nodiscard]] Result<std::uint64_t> commit(const commit::Mutation& also = {});
  void end() noexcept { transaction_.reset(); }

 private:
  std::shared_ptr<State> state_;   // outlives the transaction, whose views point into the engine
  std::optional<commit::InteractiveTransaction> transaction_;
};

}  // namespace aurora::facade
