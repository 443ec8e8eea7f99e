// An engine over a store of the test's choice, run by AQL.
// Included by the tests of the commit room.
#pragma once

#include <aurora/base/try.hpp>
#include <aurora/commit/engine.hpp>
#include <aurora/config.hpp>

#include "facade/runner.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace aurora::commit::testing {

class EngineDatabase {
 public:
  /// Throws the Error when the engine does not open.
  explicit EngineDatabase(std::unique_ptr<storage::Store> store, EngineOptions options = {})
      : engine_(Engine::open(std::move(store), std::move(options)).value()),
        state_(std::make_unique<facade::State>(engine_, Config())) {}

  /// The data of the response.
  [[nodiscard]] Result<std::string> run(std::string_view text) {
    AURORA_ASSIGN(const auto entry, engine_->enter());
    AURORA_ASSIGN(const auto parsed, state_->parse(text));
    facade::DatabaseTarget target(*engine_);
    QueryResult result;
    const ExecuteOptions options;
    const Object variables;
    AURORA_TRY(facade::run_text(*state_, target, *parsed, {variables, options}, result));
    return std::string(result.data_text());
  }
  [[nodiscard]] Engine& engine() noexcept { return *engine_; }

 private:
  std::shared_ptr<Engine> engine_;
  std::unique_ptr<facade::State> state_;
};

/// Documents, indexes and log agree.
inline void check_sound(EngineDatabase& database) {
  const auto report = database.engine().verify();
  REQUIRE(report);
  for (const auto& problem : report->problems) UNSCOPED_INFO(problem);
  CHECK(report->problems.empty());
}

}  // namespace aurora::commit::testing
