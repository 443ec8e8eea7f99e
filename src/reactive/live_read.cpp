// Body of results that are read again. Called by live queries; calls the executor.
#include <aurora/reactive/live_read.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/schema/path.hpp>

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
  [[nodiscard]] FieldChunks field_chunks(CollectionId id, const ChunksAsk& ask) override {
    return base_.field_chunks(id, ask);
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
  AURORA_ASSIGN(const auto output, exec::run_query(recorder, *text_.field, context));
  whole_ = !output.json.starts_with('[');
  if (whole_) {
    rows.push_back({0, std::make_shared<const std::string>(output.json)});
  }
  // A collection made anew begins with the same ordinals.
  AURORA_ASSIGN(const auto collection, view.catalog().require(text_.field->name.text));
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

// Requires: a change of the collection that is searched.
bool LiveRead::may_change_search(const Change& change) const {
  if (!change.before || !change.after) return true;
  const auto& collection = *searched_->collection;
  const bool same_texts = std::all_of(searched_->fields.begin(), searched_->fields.end(), [&](const FieldPath& path) {
    return compare(read_path(collection, path, change.before.view()), read_path(collection, path, change.after.view())) == 0;
  });
  if (!same_texts) return true;
  // With the same texts it has the same score. Whether it is found may still depend on it, and how it looks.
  const plan::Filter* filter = nullptr;
  for (const auto& [read, asked] : reads_) {
    if (read != collection.id) continue;
    if (filter != nullptr || varies(*asked)) return true;
    filter = asked.get();
  }
  if (filter == nullptr) return true;
  const bool before = filter->matches(change.before.view());
  const bool after = filter->matches(change.after.view());
  if (!before && !after) return false;
  if (before != after || whole_ || !searched_->by_score) return true;
  const auto key = std::uint64_t{collection.id} << 32 | change.ordinal;
  return std::any_of(rows_.begin(), rows_.end(), [&](const LiveRow& row) { return row.key == key; });
}

bool LiveRead::may_change_by(const commit::Commit& commit) const {
  for (const auto& change : commit.changes) {
    if (searched_ && change.collection == searched_->collection->id) {
      if (may_change_search(change)) return true;
      continue;
    }
    for (const auto& [collection, filter] : reads_) {
      if (collection != change.collection) continue;
      if (varies(*filter) || (change.before && filter->matches(change.before.view())) ||
          (change.after && filter->matches(change.after.view())))
        return true;
    }
  }
  return false;
}

Result<LiveResult::Effect> LiveRead::apply(const commit::Commit& commit, const ViewAt& view_at,
                                           std::vector<LiveChange>& changes) {
  // Reads that found nothing to ask for are not noted: a definition that is gone may be one of theirs.
  if (commit.catalog_changed) return Effect::kUnknown;
  if (!may_change_by(commit)) return Effect::kNone;
  // Ranks are those of the current texts.
  auto* const view = searched_ ? nullptr : view_at(commit.sequence);
  if (view == nullptr) return Effect::kUnknown;
  const auto before = rows_;
  AURORA_TRY(read(*view));
  for (auto& change : compare_lists(before, rows_)) changes.push_back(std::move(change));
  return Effect::kReread;
}

bool LiveRead::depends_on(CollectionId collection) const {
  if (searched_ && searched_->collection->id == collection) return true;
  return std::any_of(reads_.begin(), reads_.end(), [&](const auto& read) { return read.first == collection; });
}

std::vector<Route> LiveRead::routes() const {
  std::vector<Route> routes;
  routes.reserve(reads_.size());
  if (searched_) routes.push_back({searched_->collection, std::nullopt, {}});
  for (const auto& [collection, filter] : reads_) {
    if (searched_ && collection == searched_->collection->id) continue;
    if (varies(*filter)) {
      routes.push_back({filter->shared_collection(), std::nullopt, {}});
      continue;
    }
    for (auto& route : routes_of(*filter)) routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace aurora::reactive
