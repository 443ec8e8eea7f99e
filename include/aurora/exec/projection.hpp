// Selection sets compiled to a projection that writes result JSON straight from record bytes.
// Made once a root field; called for every document returned.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/directives.hpp>
#include <aurora/exec/window.hpp>
#include <aurora/expr/record_program.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/schema/catalog.hpp>
#include <aurora/text/search.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::exec {

struct LookupPlan;       // lookup.hpp
class LookupResults;
class DirectLookups;

/// What a projection is compiled in.
struct ProjectionContext {
  const Catalog& catalog;
  const plan::Bindings& bindings;
  const std::vector<aql::FragmentDefinition>& fragments;
  bool may_window = false;                  ///< the rows are those of a query, so that windowFunc has a meaning
  std::shared_ptr<const text::Search> search = nullptr;   ///< what found the rows, for score and highlight
};

/// What was computed for all rows of a result together, as one row reads it.
struct RowExtras {
  std::span<const Value> windowed = {};     ///< of Projection::windows(), in their order
  const LookupResults* lookups = nullptr;   ///< null when the projection has none, or `direct` answers
  std::size_t row = 0;                      ///< in `lookups`
  double score = 0;                         ///< of the search
  DirectLookups* direct = nullptr;          ///< what looks up row by row instead
};

/// What a selected name stands for.
struct ProjectionItem {
  enum class Kind : std::uint8_t {
    kField,
    kSid,
    kNull,
    kWindow,
    kLookup,
    kScore,
    kHighlight,
    kComputed,    ///< a virtual computed field, or a part of one, at `path`
    kExpression,  ///< `program`; inside a nested object `part`
  };
  Kind kind = Kind::kField;
  std::string name;                         ///< result key
  std::string key;                          ///< as JSON with the colon: "\"name\":"
  std::string lead;                         ///< of Projection::items(): the brace or comma before it, then the key
  bool whole = false;                       ///< of Projection::items(): kField, a declared field with all its parts
  FieldPath path;                           ///< kField, kHighlight
  bool nested = false;                      ///< `children` choose parts of the objects at `path`
  std::vector<ProjectionItem> children;     ///< their paths are relative: path.name is the member
  std::size_t place = 0;                    ///< kWindow: in windows(); kLookup: in lookups()
  std::optional<expr::RecordProgram> program;
  std::optional<expr::PartProgram> part;
  text::HighlightOptions highlight;         ///< kHighlight
};

/// Of the rows of one root field: expressions can make much of little.
inline constexpr std::size_t kMaxAnswerBytes = 1u << 30;

/// Immutable; borrows the text and the variables it was compiled with. Threads: const use from any thread.
class Projection {
 public:
  /// Every declared and computed field, absent ones as null.
  [[nodiscard]] static Projection all_fields(const CollectionDef& collection, const plan::Bindings& bindings);
  /// Errors: InvalidQuery for unknown fields and functions (nearest name) and selections on scalars; those of windows
  /// and lookups.
  [[nodiscard]] static Result<Projection> compile(const CollectionDef& collection,
                                                  const std::vector<const aql::Selection*>& selections,
                                                  const ProjectionContext& context);

  /// Appends one document as a JSON object. Requires: `extras` holds the values of windows() and lookups().
  /// Errors: those of expressions, with their place.
  [[nodiscard]] Status append(std::string& out, const CollectionDef& collection, RecordView record,
                              const RowExtras& extras = {}) const;
  /// The value of one of items() of kind kExpression, without `part`. Errors: as append.
  [[nodiscard]] Result<Value> evaluate(const ProjectionItem& item, expr::ComputedValues& values,
                                       const RowExtras& extras) const;
  [[nodiscard]] const std::vector<WindowSpec>& windows() const noexcept { return windows_; }
  [[nodiscard]] const std::vector<std::shared_ptr<const LookupPlan>>& lookups() const noexcept { return lookups_; }
  [[nodiscard]] const std::vector<ProjectionItem>& items() const noexcept { return items_; }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  /// The paths of items(), when each is the value at a path and nothing else; else empty.
  [[nodiscard]] const std::vector<FieldPath>& paths() const noexcept { return paths_; }
  /// Appends the values at paths() as a JSON object. Errors: LimitExceeded.
  [[nodiscard]] Status append_values(std::string& out, std::span<const ValueView> values) const;
  /// Fields alone, or parts of them: a document reads the same each time it is written.
  [[nodiscard]] bool is_plain() const noexcept;

 private:
  /// To be called once all items are there.
  void complete();

  std::vector<ProjectionItem> items_;
  std::vector<FieldPath> paths_;
  std::vector<WindowSpec> windows_;
  std::vector<std::shared_ptr<const LookupPlan>> lookups_;
  DateTime now_;
  expr::Surroundings around_;
  std::shared_ptr<const text::Search> search_;
};

/// The selections with fragments expanded, directives applied and equal keys merged, in order.
/// `collection`: fragments must be on it. Errors: InvalidQuery.
[[nodiscard]] Result<std::vector<const aql::Selection*>> expand_selections(
    const std::vector<aql::Selection>& selections, std::string_view collection, const plan::Bindings& bindings,
    const std::vector<aql::FragmentDefinition>& fragments);

/// "\"name\":"
[[nodiscard]] std::string json_key(std::string_view name);

}  // namespace aurora::exec
