// Body of live totals. Called by live queries; calls the consumers of groups and aggregates.
#include <aurora/reactive/live_totals.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/query_arguments.hpp>
#include <aurora/expr/computed_fields.hpp>

#include <algorithm>
#include <array>

namespace aurora::reactive {

namespace {

// False for what shows documents, and for figures that a document cannot be taken out of: they are read again.
bool can_follow(const LiveText& text, const aql::Selection& selection, std::string_view collection) {
  constexpr std::array<std::string_view, 5> kNot{"nodes", "first", "last", "stddev", "countDistinct"};
  const auto parts = exec::expand_selections(selection.selections, collection, text.bindings, text.fragments);
  return parts && std::all_of(parts->begin(), parts->end(), [&](const aql::Selection* part) {
    if (part->name.text == "aggregate") return can_follow(text, *part, collection);
    return std::find(kNot.begin(), kNot.end(), part->name.text) == kNot.end();
  });
}

}  // namespace

Result<std::unique_ptr<LiveTotals>> LiveTotals::make(exec::DocumentQuery query,
                                                     const std::vector<const aql::Selection*>& selections,
                                                     const LiveText& text) {
  // Documents that expire are gone from a result before a commit removes them.
  // A value that reads the time cannot be taken out again as it was put in.
  if (query.search || query.collection->ttl || varies(*query.collection)) return std::unique_ptr<LiveTotals>();
  for (const auto* selection : selections) {
    const auto& name = selection->name.text;
    const bool leaf = !selection->has_selections && selection->arguments.empty();
    if (!exec::is_collective(*query.collection, *selection)) return std::unique_ptr<LiveTotals>();
    if (name == "totalCount" && leaf) continue;
    if ((name != "aggregate" && name != "groupBy") || !can_follow(text, *selection, query.collection->name))
      return std::unique_ptr<LiveTotals>();
  }
  std::unique_ptr<LiveTotals> totals(new LiveTotals(std::move(query), text));
  totals->selections_ = selections;
  return totals;
}

Status LiveTotals::read(View& view) {
  const exec::ConsumerContext context{*query_.collection, text_.bindings, text_.fragments, text_.settings.sort_bytes,
                                      view, text_.settings, nullptr};
  parts_.clear();
  count_ = 0;
  computed_ = query_.filter->virtuals();
  for (const auto* selection : selections_) {
    Part part{selection, nullptr};
    if (selection->name.text == "groupBy") {
      AURORA_ASSIGN(part.consumer, exec::make_group(*selection, context));
    } else if (selection->name.text == "aggregate") {
      AURORA_ASSIGN(part.consumer, exec::make_aggregate(*selection, context));
    }
    if (part.consumer) {
      for (const auto field : part.consumer->reads()) add_if_virtual(*query_.collection, field, computed_);
    }
    parts_.push_back(std::move(part));
  }
  query_.computed = computed_;
  const auto add = [&](const exec::Row& row) -> Status {
    ++count_;
    for (auto& part : parts_)
      if (part.consumer) AURORA_TRY(part.consumer->add(row));
    return {};
  };
  AURORA_TRY(exec::visit_matches(view, query_, false, text_.settings, nullptr, add));
  spoiled_ = false;
  AURORA_ASSIGN(shown_, text());
  return {};
}

Result<RowText> LiveTotals::text() const {
  std::string out = "{";
  for (const auto& part : parts_) {
    if (out.size() > 1) out += ',';
    out += exec::json_key(part.selection->key());
    if (part.consumer)
      AURORA_TRY(part.consumer->append(out));
    else
      out += std::to_string(count_);
  }
  return RowText(std::make_shared<const std::string>(out + "}"));
}

// Null when it does not match.
Result<RecordRef> LiveTotals::matching(const RecordRef& record, DateTime now) const {
  if (!record) return record;
  auto found = record;
  if (!computed_.empty()) {
    AURORA_ASSIGN(found, with_computed(*query_.collection, record.view(), computed_, now));
  }
  return query_.filter->matches(query_.filter->root(), found.view()) ? found : RecordRef();
}

Result<bool> LiveTotals::exchange(const Change& change, DateTime now, bool& touched) {
  AURORA_ASSIGN(auto before, matching(change.before, now));
  AURORA_ASSIGN(auto after, matching(change.after, now));
  if (!before && !after) return true;
  if (spoiled_) return false;
  touched = true;
  const exec::Row old_row{change.ordinal, std::move(before)};
  const exec::Row row{change.ordinal, std::move(after)};
  count_ += row.record ? 1u : 0u;
  count_ -= old_row.record ? 1u : 0u;
  for (auto& part : parts_) {
    if (!part.consumer) continue;
    AURORA_ASSIGN(const bool done, part.consumer->exchange(old_row.record ? &old_row : nullptr,
                                                           row.record ? &row : nullptr));
    if (!done) return false;
  }
  return true;
}

Result<LiveResult::Effect> LiveTotals::apply(const commit::Commit& commit, const ViewAt&,
                                             std::vector<LiveChange>& changes) {
  bool touched = false;
  for (const auto& change : commit.changes) {
    if (change.collection != query_.collection->id) continue;
    auto done = exchange(change, commit.time, touched);
    spoiled_ = !done || !*done;
    if (!done) return done.error();
    if (!*done) return Effect::kUnknown;
  }
  if (!touched) return Effect::kNone;
  auto next = text();
  spoiled_ = !next;
  if (!next) return next.error();
  if (**next == *shown_) return Effect::kNone;
  changes.push_back({LiveChange::Kind::kModified, 0, 0, shown_, *next});
  shown_ = *std::move(next);
  return Effect::kChanged;
}

}  // namespace aurora::reactive
