// Body of results that are read again. Called by live queries; calls the executor.
#include <aurora/reactive/live_read.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/query.hpp>

#include <algorithm>

namespace aurora::reactive {

/// Notes what is read through it.
class LiveRead::Recorder final : public View {
 public:
  Recorder(View& base, Reads& reads) : base_(base), reads_(reads) {}

  [[nodiscard]] const Catalog& catalog() const override { return base_.catalog(); }
  [[nodiscard]] Sequence sequence() const override { return base_.sequence(); }
  [[nodiscard]] DateTime now() const override { return base_.now(); }
  [[nodiscard]] Result<const CollectionVersion*> collection(CollectionId id) override { return base_.collection(id); }
  [[nodiscard]] Result<RecordRef> record(CollectionId id, Ordinal ordinal) override {
    return base_.record(id, ordinal);
  }
  [[nodiscard]] const PendingDocuments* pending(CollectionId id) override { return base_.pending(id); }
  [[nodiscard]] Status scan(CollectionId id, const OrdinalSet& ordinals,
                            const std::function<bool(Ordinal, const RecordRef&)>& visit) override {
    return base_.scan(id, ordinals, visit);
  }
  [[nodiscard]] ColumnPool* columns() override { return base_.columns(); }
  [[nodiscard]] Column field_column(CollectionId id, const ColumnAsk& ask) override {
    return base_.field_column(id, ask);
  }
  // The parts of one answer often read by the same condition.
  void on_read(CollectionId id, std::shared_ptr<const plan::Filter> filter) override {
    const auto same = [&](const auto& read) { return read.first == id && read.second == filter; };
    if (std::none_of(reads_.begin(), reads_.end(), same)) reads_.emplace_back(id, std::move(filter));
  }
  [[nodiscard]] bool keeps_reads() const override { return true; }

 private:
  View& base_;
  Reads& reads_;
};

Status LiveRead::read(View& view) {
  std::vector<LiveRow> rows;
  Reads reads;
  Recorder recorder(view, reads);
  std::vector<exec::RowPlace> places;
  exec::QueryContext context{text_.bindings, text_.fragments, text_.settings, text_.operation.directives};
  context.places = &places;
  AURORA_ASSIGN(const auto output, exec::run_query(recorder, text_.operation.selections.front(), context));
  if (!output.json.starts_with('[')) {
    rows.push_back({0, std::make_shared<const std::string>(output.json)});
  }
  // A collection made anew begins with the same ordinals.
  AURORA_ASSIGN(const auto collection, view.catalog().require(text_.operation.selections.front().name.text));
  const auto key_of = [&](Ordinal ordinal) { return std::uint64_t{collection->id} << 32 | ordinal; };
  std::size_t begin = 1;
  for (const auto& place : places) {
    rows.push_back({key_of(place.ordinal), std::make_shared<const std::string>(output.json, begin, place.end - begin)});
    begin = place.end + 1;
  }
  rows_ = std::move(rows);
  reads_ = std::move(reads);
  return {};
}

bool LiveRead::may_change_by(const commit::Commit& commit) const {
  for (const auto& change : commit.changes)
    for (const auto& [collection, filter] : reads_) {
      if (collection != change.collection) continue;
      if (every_change_ || varies(*filter) || (change.before && filter->matches(change.before.view())) ||
          (change.after && filter->matches(change.after.view())))
        return true;
    }
  return false;
}

Result<LiveResult::Effect> LiveRead::apply(const commit::Commit& commit, const ViewAt& view_at,
                                           std::vector<LiveChange>& changes) {
  // Reads that found nothing to ask for are not noted: a definition that is gone may be one of theirs.
  if (commit.catalog_changed) return Effect::kUnknown;
  if (!may_change_by(commit)) return Effect::kNone;
  // Ranks are those of the current texts.
  auto* const view = every_change_ ? nullptr : view_at(commit.sequence);
  if (view == nullptr) return Effect::kUnknown;
  const auto before = rows_;
  AURORA_TRY(read(*view));
  for (auto& change : compare_lists(before, rows_)) changes.push_back(std::move(change));
  return Effect::kReread;
}

bool LiveRead::depends_on(CollectionId collection) const {
  return std::any_of(reads_.begin(), reads_.end(), [&](const auto& read) { return read.first == collection; });
}

std::vector<Route> LiveRead::routes() const {
  std::vector<Route> routes;
  routes.reserve(reads_.size());
  for (const auto& [collection, filter] : reads_)
    routes.push_back(every_change_ || varies(*filter) ? Route{filter->shared_collection(), std::nullopt, {}}
                                                      : route_of(*filter));
  return routes;
}

}  // namespace aurora::reactive
