// Selection sets compiled to a projection that writes result JSON straight from record bytes.
// Made once a root field; called for every document returned.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/window.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/schema/definition.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::exec {

/// What a selected name stands for.
struct ProjectionItem {
  enum class Kind : std::uint8_t { kField, kSid, kNull, kWindow };
  Kind kind = Kind::kField;
  std::string key;                          ///< as JSON with the colon: "\"name\":"
  FieldPath path;                           ///< kField
  bool nested = false;                      ///< `children` choose parts of the objects at `path`
  std::vector<ProjectionItem> children;     ///< their paths are relative: path.name is the member
  std::size_t window = 0;                   ///< kWindow: which of windows()
};

/// Immutable. Threads: const use from any thread.
class Projection {
 public:
  /// Every declared field, absent ones as null.
  [[nodiscard]] static Projection all_fields(const CollectionDef& collection);
  /// `may_window`: whether the rows are those of a query, so that windowFunc has a meaning.
  /// Errors: InvalidQuery for unknown fields (nearest name) and selections on scalars.
  [[nodiscard]] static Result<Projection> compile(const CollectionDef& collection,
                                                  const std::vector<const aql::Selection*>& selections,
                                                  const plan::Bindings& bindings,
                                                  const std::vector<aql::FragmentDefinition>& fragments,
                                                  bool may_window = false);

  /// Appends one document as a JSON object. `windowed`: its values of windows(), in their order.
  void append(std::string& out, const CollectionDef& collection, RecordView record,
              std::span<const Value> windowed = {}) const;
  [[nodiscard]] const std::vector<WindowSpec>& windows() const noexcept { return windows_; }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

 private:
  std::vector<ProjectionItem> items_;
  std::vector<WindowSpec> windows_;
};

/// The decision of directives about what they stand on: @include and @skip leave it out; @auth, @require and @allow
/// ask for a role. Directives that belong elsewhere are errors here.
/// Errors: InvalidQuery for unknown directives and arguments; TypeError for a condition that is no Boolean;
/// Unauthorized without a role, Forbidden with another one.
[[nodiscard]] Result<bool> is_included(std::span<const aql::Directive> directives, const plan::Bindings& bindings);

/// The selections with fragments expanded, directives applied and equal keys merged, in order.
/// `collection`: fragments must be on it. Errors: InvalidQuery.
[[nodiscard]] Result<std::vector<const aql::Selection*>> expand_selections(
    const std::vector<aql::Selection>& selections, std::string_view collection, const plan::Bindings& bindings,
    const std::vector<aql::FragmentDefinition>& fragments);

/// "\"name\":"
[[nodiscard]] std::string json_key(std::string_view name);

}  // namespace aurora::exec
