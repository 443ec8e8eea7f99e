// Body of subscriptions. Called by the facade; calls the executor's filters and projections.
#include <aurora/reactive/subscription.hpp>

#include <aurora/base/try.hpp>
#include <aurora/commit/engine.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/lookup.hpp>
#include <aurora/plan/filter_compiler.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace aurora::reactive {

namespace {

using aql::Selection;

constexpr std::array<std::string_view, 3> kArguments{"where", "filter", "after"};
/// Keys of an event that no field of a document may take.
constexpr std::array<std::string_view, 7> kEventKeys{"mutation", "id", "node", "sequence", "entered", "left", "field"};

}  // namespace

class Subscription::Compiler {
 public:
  Compiler(const SubscriptionText& text, const Catalog& catalog, Sequence current, const Selection& field)
      : text_(text), bindings_(text.bindings), catalog_(catalog), current_(current), field_(field) {}

  Result<Root> run() {
    AURORA_TRY(find_collection());
    AURORA_TRY(read_arguments());
    AURORA_TRY(read_selections());
    root_.field = &field_;
    return std::move(root_);
  }

 private:
  Status find_collection() {
    auto found = catalog_.require(field_.name.text);
    if (!found) return bindings_.error(field_.name.at, found.error().code(), found.error().message());
    root_.collection = *std::move(found);
    if (root_.collection->id == kChangesCollection)
      return bindings_.error(field_.name.at, ErrorCode::kInvalidOperation,
                             "'_changes' is the log of changes and has none itself; subscribe to a collection");
    return {};
  }

  Status read_arguments() {
    AURORA_TRY(exec::check_arguments(field_.arguments, kArguments, "'" + field_.name.text + "'", bindings_));
    const auto where = exec::find_argument(field_.arguments, {"where", "filter"}, bindings_);
    if (where.get() != nullptr && where.get()->kind == aql::Literal::Kind::kNull) {
      root_.filter = plan::match_all(root_.collection);
    } else {
      AURORA_ASSIGN(root_.filter, plan::filter_of(root_.collection, where, bindings_));
    }
    const auto after = exec::find_argument(field_.arguments, {"after"}, bindings_);
    root_.after = current_;
    if (after.get() == nullptr || after.get()->kind == aql::Literal::Kind::kNull) return {};
    AURORA_ASSIGN(root_.after, sequence_of(*after.get()));
    if (root_.after > current_)
      return bindings_.error(after.get()->at, ErrorCode::kInvalidQuery,
                             "there is no commit " + std::to_string(root_.after) + " yet; the newest is " +
                                 std::to_string(current_));
    return {};
  }

  Result<Sequence> sequence_of(const aql::Literal& literal) const {
    using Kind = aql::Literal::Kind;
    if (literal.kind == Kind::kInt && literal.integer >= 0) return static_cast<Sequence>(literal.integer);
    if (literal.kind != Kind::kInt && literal.kind != Kind::kString)
      return bindings_.error(literal.at, ErrorCode::kTypeError, "'after' must be the sequence of an event");
    Sequence sequence = 0;
    const auto* end = literal.text.data() + literal.text.size();
    const auto read = std::from_chars(literal.text.data(), end, sequence);
    if (literal.kind == Kind::kInt || read.ec != std::errc() || read.ptr != end)
      return bindings_.error(literal.at, ErrorCode::kInvalidQuery,
                             "'after' must be the sequence of an event, a number from 0 on");
    return sequence;
  }

  Status read_selections() {
    if (!field_.has_selections) {
      root_.projection = exec::Projection::all_fields(*root_.collection, bindings_);
      root_.parts = {{Part::Kind::kMutation, exec::json_key("mutation")},
                     {Part::Kind::kId, exec::json_key("id")},
                     {Part::Kind::kNode, exec::json_key("node")},
                     {Part::Kind::kSequence, exec::json_key("sequence")}};
      return {};
    }
    AURORA_ASSIGN(const auto selections, expand(field_.selections));
    std::vector<const Selection*> flat;
    const Selection* node = nullptr;
    for (const auto* selection : selections) {
      if (const auto kind = event_part(*selection)) {
        if (*kind == Part::Kind::kNode && node != nullptr)
          return bindings_.error(selection->at, ErrorCode::kInvalidQuery,
                                 "an event has one node; choose all its fields in one 'node { … }'");
        if (*kind == Part::Kind::kNode) node = selection;
        root_.parts.push_back({*kind, exec::json_key(selection->key())});
        continue;
      }
      if (std::find(kEventKeys.begin(), kEventKeys.end(), selection->key()) != kEventKeys.end())
        return bindings_.error(selection->at, ErrorCode::kInvalidQuery,
                               "'" + selection->key() + "' is a part of the event; put the field of that name under "
                               "node { … }, or give it an alias");
      if (flat.empty()) root_.parts.push_back({Part::Kind::kFlat, {}});
      flat.push_back(selection);
    }
    if (node != nullptr && !flat.empty())
      return bindings_.error(flat.front()->at, ErrorCode::kInvalidQuery,
                             "'" + flat.front()->key() + "' stands next to 'node'; put it under node { … }");
    add_missing();
    return compile_projection(node, flat);
  }

  // Every event tells what happened, to which document and when.
  void add_missing() {
    auto& parts = root_.parts;
    const auto find = [&](Part::Kind kind) {
      return std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.kind == kind; });
    };
    if (find(Part::Kind::kMutation) == parts.end())
      parts.insert(parts.begin(), {Part::Kind::kMutation, exec::json_key("mutation")});
    if (find(Part::Kind::kId) == parts.end())
      parts.insert(find(Part::Kind::kMutation) + 1, {Part::Kind::kId, exec::json_key("id")});
    if (find(Part::Kind::kSequence) == parts.end()) parts.push_back({Part::Kind::kSequence, exec::json_key("sequence")});
  }

  Status compile_projection(const Selection* node, std::vector<const Selection*> fields) {
    if (node != nullptr && !node->has_selections) {
      root_.projection = exec::Projection::all_fields(*root_.collection, bindings_);
      return {};
    }
    if (node != nullptr) {
      AURORA_ASSIGN(fields, expand(node->selections));
    }
    AURORA_ASSIGN(root_.projection, exec::Projection::compile(*root_.collection, fields,
                                                              {catalog_, bindings_, text_.fragments}));
    return {};
  }

  Result<std::vector<const Selection*>> expand(const std::vector<Selection>& selections) const {
    return exec::expand_selections(selections, root_.collection->name, bindings_, text_.fragments);
  }

  static std::optional<Part::Kind> event_part(const Selection& selection) {
    if (selection.kind != Selection::Kind::kField || !selection.arguments.empty()) return std::nullopt;
    if (selection.name.text == "node") return Part::Kind::kNode;
    if (selection.has_selections) return std::nullopt;
    if (selection.name.text == "mutation") return Part::Kind::kMutation;
    if (selection.name.text == "id") return Part::Kind::kId;
    if (selection.name.text == "sequence") return Part::Kind::kSequence;
    return std::nullopt;
  }

  const SubscriptionText& text_;
  const plan::Bindings& bindings_;
  const Catalog& catalog_;
  Sequence current_;
  const Selection& field_;
  Root root_;
};

Result<Subscription> Subscription::compile(const SubscriptionText& text, const Catalog& catalog, Sequence current) {
  Subscription subscription(text);
  subscription.compiled_at_ = current;
  AURORA_ASSIGN(const bool included, exec::is_included(text.operation.directives, text.bindings));
  for (const auto& field : text.operation.selections) {
    auto wanted = exec::is_included(field.directives, text.bindings);
    if (!wanted) return wanted.error().under(field.key());
    auto root = Compiler(text, catalog, current, field).run();
    if (!root) return root.error().under(field.key());
    if (included && *wanted) subscription.roots_.push_back(*std::move(root));
  }
  if (subscription.roots_.empty())
    return Error(ErrorCode::kInvalidOperation, "@skip or @include left nothing of the subscription");
  return subscription;
}

Sequence Subscription::after() const noexcept {
  Sequence first = roots_.front().after;
  for (const auto& root : roots_) first = std::min(first, root.after);
  return first;
}

Status Subscription::follow(const commit::Commit& commit) {
  // Older commits are read as the definitions of the start say.
  if (commit.sequence <= compiled_at_ || !commit.catalog_changed) return {};
  compiled_at_ = commit.sequence;
  for (auto& root : roots_) {
    if (commit.catalog->find(root.collection->id) == root.collection) continue;
    if (!commit.catalog->find(root.collection->id))
      return text_.bindings.error(root.field->name.at, ErrorCode::kCollectionNotFound,
                                  "the collection '" + root.collection->name + "' was dropped")
          .under(root.field->key());
    const auto after = root.after;
    auto again = Compiler(text_, *commit.catalog, commit.sequence, *root.field).run();
    if (!again) return again.error().under(root.field->key());
    root = *std::move(again);
    root.after = after;
  }
  return {};
}

Status Subscription::append_events(const commit::Commit& commit, const Change& change, commit::Engine& engine,
                                   std::vector<std::string>& out) const {
  for (const auto& root : roots_)
    if (root.collection->id == change.collection && commit.sequence > root.after)
      AURORA_TRY(append_event(root, commit, change, engine, out));
  return {};
}

Status Subscription::append_event(const Root& root, const commit::Commit& commit, const Change& change,
                                  commit::Engine& engine, std::vector<std::string>& out) const {
  const auto& definition = *root.collection;
  const bool before = change.before && root.filter->matches(change.before.view());
  const bool after = change.after && root.filter->matches(change.after.view());
  if (!before && !after) return {};
  const auto record = after ? change.after.view() : change.before.view();
  exec::LookupResults lookups;
  exec::RowExtras extras;
  if (!root.projection.lookups().empty()) {
    auto view = engine.view();
    AURORA_ASSIGN(lookups, exec::LookupResults::find(view, root.projection, std::span(&record, 1), text_.settings));
    extras.lookups = &lookups;
  }
  std::string event = "{";
  for (const auto& part : root.parts) {
    if (event.size() > 1) event += ',';
    event += part.key;
    switch (part.kind) {
      case Part::Kind::kMutation:
        event += !before ? "\"INSERT\"" : after ? "\"UPDATE\"" : "\"DELETE\"";
        break;
      case Part::Kind::kId: {
        const auto* primary = definition.primary();
        append_json(event, primary != nullptr ? read_field(definition, *primary, record) : record.sid_view());
        break;
      }
      case Part::Kind::kSequence: event += std::to_string(commit.sequence); break;
      case Part::Kind::kNode: AURORA_TRY(root.projection.append(event, definition, record, extras)); break;
      case Part::Kind::kFlat: {
        std::string fields;
        AURORA_TRY(root.projection.append(fields, definition, record, extras));
        event.append(fields, 1, fields.size() - 2);
        break;
      }
    }
  }
  if (after && !before && change.before) event += ",\"entered\":true";
  if (before && !after && change.after) event += ",\"left\":true";
  if (roots_.size() > 1) {
    event += ",\"field\":";
    append_json_string(event, root.field->key());
  }
  out.push_back(event + "}");
  return {};
}

}  // namespace aurora::reactive
