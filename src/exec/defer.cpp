// Body of @defer. Called by the statement runner.
#include <aurora/exec/defer.hpp>

#include <aurora/aql/clone.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/projection.hpp>

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

using aql::Selection;
using plan::Bindings;

class Splitter {
 public:
  Splitter(const Bindings& bindings, const std::vector<aql::FragmentDefinition>& fragments)
      : bindings_(bindings), fragments_(fragments) {}

  Result<std::optional<DeferSplit>> root(const Selection& field, const std::vector<aql::Directive>& directives) {
    DeferSplit split;
    AURORA_ASSIGN(const bool by_field, is_deferred(field.directives));
    AURORA_ASSIGN(const bool by_operation, is_deferred(directives));
    split.all = by_field || by_operation;
    Parts parts;
    // A deferred root field is listed with the names right under it.
    AURORA_TRY(split_each(field.selections, split.all, "", true, parts));
    if (!seen_) return std::optional<DeferSplit>();
    split.whole = shell(field);
    split.whole.selections = std::move(parts.whole);
    split.kept = shell(field);
    split.kept.selections = std::move(parts.kept);
    split.late = shell(field);
    split.late.selections = split.all ? aql::clone(split.whole.selections) : std::move(parts.late);
    split.late.directives = aql::clone_without(split.late.directives, "explain");
    split.operation_directives = aql::clone_without(directives, "defer");
    split.late_directives = aql::clone_without(split.operation_directives, "explain");
    for (auto& name : late_names_)
      if (std::find(kept_names_.begin(), kept_names_.end(), name) == kept_names_.end() &&
          std::find(split.names.begin(), split.names.end(), name) == split.names.end())
        split.names.push_back(std::move(name));
    return std::optional(std::move(split));
  }

 private:
  struct Parts {
    std::vector<Selection> whole, kept, late;
  };

  Result<bool> is_deferred(const std::vector<aql::Directive>& directives) {
    bool deferred = false;
    for (const auto& directive : directives) {
      if (directive.name.text != "defer") continue;
      seen_ = true;
      constexpr std::array<std::string_view, 1> kArguments{"if"};
      AURORA_TRY(check_arguments(directive.arguments, kArguments, "@defer", bindings_));
      AURORA_ASSIGN(const auto condition, flag_argument(directive.arguments, "if", bindings_));
      deferred = deferred || condition.value_or(true);
    }
    return deferred;
  }

  static Selection shell(const Selection& selection) {
    auto copy = aql::clone_shell(selection);
    copy.directives = aql::clone_without(selection.directives, "defer");
    return copy;
  }

  static void add(const Selection& shell, std::vector<Selection> selections, std::vector<Selection>& to) {
    auto copy = aql::clone_shell(shell);
    copy.selections = std::move(selections);
    to.push_back(std::move(copy));
  }

  // Whether the expression reads what stands under `key`.
  static bool reads(const aql::Expression& expression, std::string_view key) {
    if (expression.kind == aql::Expression::Kind::kPath && expression.path.front() == key) return true;
    return std::any_of(expression.children.begin(), expression.children.end(),
                       [&](const auto& child) { return reads(child, key); }) ||
           std::any_of(expression.named.begin(), expression.named.end(),
                       [&](const auto& argument) { return reads(argument.second, key); });
  }

  // Expressions may read the lookups beside them: those come along, whether deferred or not.
  void add_lookups_read(const std::vector<Selection>& all, std::vector<Selection>& list,
                        const std::string* kept_prefix) {
    for (const auto& lookup : all) {
      if (lookup.kind != Selection::Kind::kField || !lookup.has_selections) continue;
      const auto has_key = [&](const Selection& each) { return each.key() == lookup.key(); };
      if (std::any_of(list.begin(), list.end(), has_key)) continue;
      const bool wanted = std::any_of(list.begin(), list.end(), [&](const auto& each) {
        return each.expression && reads(*each.expression, lookup.key());
      });
      if (!wanted) continue;
      list.push_back(aql::clone(lookup));
      if (kept_prefix != nullptr) kept_names_.push_back(*kept_prefix + lookup.key());
    }
  }

  // `deferred`: something around these is. `listed`: their names are wanted.
  Status split_each(const std::vector<Selection>& selections, bool deferred, const std::string& prefix, bool listed,
                    Parts& out) {
    for (const auto& selection : selections) {
      auto copy = shell(selection);
      AURORA_ASSIGN(const bool included, is_included(copy.directives, bindings_));
      if (!included) continue;
      AURORA_ASSIGN(const bool here, is_deferred(selection.directives));
      const bool late = deferred || here;
      if (selection.kind == Selection::Kind::kSpread || selection.kind == Selection::Kind::kInlineFragment) {
        AURORA_TRY(split_fragment(selection, std::move(copy), late, prefix, listed, out));
        continue;
      }
      const auto name = prefix + selection.key();
      Parts parts;
      AURORA_TRY(split_each(selection.selections, false, name + ".", listed && !late, parts));
      if (listed && late) late_names_.push_back(name);
      if (listed && !late && !selection.has_selections) kept_names_.push_back(name);
      add(copy, aql::clone(parts.whole), out.whole);
      if (late) {
        add(copy, std::move(parts.whole), out.late);
      } else {
        if (!parts.late.empty()) add(copy, std::move(parts.late), out.late);
        add(copy, std::move(parts.kept), out.kept);
      }
    }
    add_lookups_read(out.whole, out.kept, &prefix);
    add_lookups_read(out.whole, out.late, nullptr);
    return {};
  }

  Status split_fragment(const Selection& selection, Selection copy, bool late, const std::string& prefix, bool listed,
                        Parts& out) {
    const auto* inside = &selection.selections;
    if (selection.kind == Selection::Kind::kSpread) {
      const auto found = std::find_if(fragments_.begin(), fragments_.end(), [&](const auto& fragment) {
        return fragment.name.text == selection.name.text;
      });
      if (found == fragments_.end())
        return bindings_.error(selection.name.at, ErrorCode::kInvalidQuery,
                               "unknown fragment '" + selection.name.text + "'");
      inside = &found->selections;
      copy.kind = Selection::Kind::kInlineFragment;
      copy.on = {found->on.text, selection.name.at};
      copy.has_selections = true;
    }
    Parts parts;
    AURORA_TRY(split_each(*inside, late, prefix, listed, parts));
    add(copy, std::move(parts.whole), out.whole);
    if (!parts.kept.empty()) add(copy, std::move(parts.kept), out.kept);
    if (!parts.late.empty()) add(copy, std::move(parts.late), out.late);
    return {};
  }

  const Bindings& bindings_;
  const std::vector<aql::FragmentDefinition>& fragments_;
  std::vector<std::string> late_names_;
  std::vector<std::string> kept_names_;
  bool seen_ = false;                    // @defer, whatever its condition says
};

}  // namespace

Result<std::optional<DeferSplit>> split_deferred(const Selection& field,
                                                 const std::vector<aql::Directive>& operation_directives,
                                                 const Bindings& bindings,
                                                 const std::vector<aql::FragmentDefinition>& fragments) {
  return Splitter(bindings, fragments).root(field, operation_directives);
}

Result<const CollectionVersion*> EmptyView::collection(CollectionId id) {
  for (const auto& [known, version] : versions_)
    if (known == id) return version.get();
  auto version = std::make_unique<CollectionVersion>();
  version->definition = catalog().find(id);
  version->indexes.resize(version->definition->indexes.size());
  versions_.emplace_back(id, std::move(version));
  return versions_.back().second.get();
}

}  // namespace aurora::exec
