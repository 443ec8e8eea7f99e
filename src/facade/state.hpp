// What a Database and its handles share: engine, settings, statement cache. Private to the facade.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/cache/text_cache.hpp>
#include <aurora/commit/engine.hpp>
#include <aurora/config.hpp>
#include <aurora/document.hpp>
#include <aurora/exec/handlers.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/fwd.hpp>
#include <aurora/io/file_roots.hpp>
#include <aurora/plan/compiled_parts.hpp>
#include <aurora/query_result.hpp>
#include <aurora/statement.hpp>

#include "listener_counts.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace aurora::facade {

class Announcer;   // announcer.hpp
class EventShelf;   // commit_events.hpp
class PointPlans;   // point_plan.hpp
class Topics;   // topics.hpp

/// A text, its tree and what was compiled from it. Shared by the cache and by statements; text and tree never change.
struct ParsedText : std::enable_shared_from_this<ParsedText> {
  std::string text;
  aql::Document document;
  bool defers = false;                     ///< @defer stands somewhere in its queries
  mutable plan::CompiledParts compiled;    ///< safe from any thread
  std::shared_ptr<PointPlans> points;      ///< null: the text is no read of one document by its key
};

/// Threads: every call may come from any thread.
class State : public std::enable_shared_from_this<State> {
 public:
  /// Requires: a config that engine_options accepted.
  State(std::shared_ptr<commit::Engine> engine, const Config& config);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] commit::Engine& engine() noexcept { return *engine_; }
  /// Told apart from every other of this process, also of those that are gone.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] const exec::ExecSettings& settings() const noexcept { return settings_; }
  /// What queries read.
  [[nodiscard]] exec::ReadShapes& shapes() const noexcept { return *shapes_; }
  [[nodiscard]] const exec::Handlers& handlers() const noexcept { return handlers_; }
  /// Where files that statements name may lie.
  [[nodiscard]] const io::FileRoots& file_roots() const noexcept { return file_roots_; }
  /// What runs `import` and `export`.
  [[nodiscard]] exec::TransferOperation transfer() const;
  [[nodiscard]] Workers& workers() noexcept { return *workers_; }
  /// Calls those that want to be called when something is committed.
  [[nodiscard]] Announcer& announcer() noexcept { return *announcer_; }
  /// The newest commits as events, shared by all listeners.
  [[nodiscard]] EventShelf& event_shelf() noexcept { return *event_shelf_; }
  [[nodiscard]] Topics& topics() noexcept { return *topics_; }
  [[nodiscard]] ListenerCounts& listener_counts() noexcept { return listener_counts_; }
  [[nodiscard]] const aql::Limits& limits() const noexcept { return engine_->options().limits; }

  /// The tree of `text`, from the cache when it was seen before. Errors: as aql::parse.
  [[nodiscard]] Result<std::shared_ptr<const ParsedText>> parse(std::string_view text);

 private:
  const std::shared_ptr<commit::Engine> engine_;
  const std::uint64_t number_;
  const std::shared_ptr<exec::ReadShapes> shapes_;
  const exec::ExecSettings settings_;
  const io::FileRoots file_roots_;
  const exec::Handlers handlers_;
  TextCache texts_;   // of ParsedText
  ListenerCounts listener_counts_;
  const std::shared_ptr<EventShelf> event_shelf_;
  const std::unique_ptr<Topics> topics_;
  const std::unique_ptr<Announcer> announcer_;
  const std::unique_ptr<Workers> workers_;   // stopped before the engine is closed
};

/// Engine options from a Config. Errors: InvalidInput naming every option that is out of range.
[[nodiscard]] Result<commit::EngineOptions> engine_options(const Config& config);

}  // namespace aurora::facade
