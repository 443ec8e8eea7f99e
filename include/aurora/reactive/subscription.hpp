// Subscriptions: root fields compiled to a filter and a projection, which turn changes into events as JSON.
// Made and asked by the facade, a change at a time; calls filters and projections.
//
//   old state matches │ new state matches │ event
//   no                │ yes               │ INSERT; of an update with "entered": true
//   yes               │ yes               │ UPDATE
//   yes               │ no                │ DELETE with the old state; of an update with "left": true
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/commit/change_tail.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/filter.hpp>

#include <string>
#include <vector>

namespace aurora::commit {
class Engine;
}

namespace aurora::reactive {

/// What a subscription is compiled with, again when a definition changes.
struct SubscriptionText {
  const aql::Operation& operation;
  const std::vector<aql::FragmentDefinition>& fragments;
  const plan::Bindings& bindings;
  const exec::ExecSettings& settings;
};

/// Borrows the text. Threads: one thread at a time.
class Subscription {
 public:
  /// Hears what is committed after `current`, the sequence of `catalog`, or after what the text says.
  /// Errors: CollectionNotFound, InvalidQuery, TypeError, Unauthorized, Forbidden, with their place.
  [[nodiscard]] static Result<Subscription> compile(const SubscriptionText& text, const Catalog& catalog,
                                                    Sequence current);

  /// The first commit of interest follows this one.
  [[nodiscard]] Sequence after() const noexcept;
  /// To be called for each commit before its changes: definitions may have changed since.
  /// Errors: as compile, when the text no longer fits them.
  [[nodiscard]] Status follow(const commit::Commit& commit);
  /// Appends the events of one change, one for each root field at most, as JSON objects.
  /// Errors: those of expressions; of reading, for lookups, which see the state of now.
  [[nodiscard]] Status append_events(const commit::Commit& commit, const Change& change, commit::Engine& engine,
                                     std::vector<std::string>& out) const;

 private:
  /// What stands in an event under one key.
  struct Part {
    enum class Kind : std::uint8_t { kMutation, kId, kSequence, kNode, kFlat };
    Kind kind;
    std::string key;                           ///< "\"name\":"; empty for kFlat: the fields themselves
  };
  struct Root {
    const aql::Selection* field = nullptr;
    std::shared_ptr<const CollectionDef> collection;
    std::shared_ptr<const plan::Filter> filter;
    exec::Projection projection;
    std::vector<Part> parts;
    Sequence after = 0;
  };
  class Compiler;

  explicit Subscription(const SubscriptionText& text) : text_(text) {}
  [[nodiscard]] Status append_event(const Root& root, const commit::Commit& commit, const Change& change,
                                    commit::Engine& engine, std::vector<std::string>& out) const;

  SubscriptionText text_;
  std::vector<Root> roots_;
  Sequence compiled_at_ = 0;
};

}  // namespace aurora::reactive
