// Body of live rows: reading, keys, texts. Called by live queries; calls selection and projection.
#include <aurora/reactive/live_rows.hpp>

#include "reactive/rows_edit.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/lookup.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>

namespace aurora::reactive {

namespace {

// As many rows as the window has, within these bounds, are kept behind it.
constexpr std::size_t kFewestSpare = 64;
constexpr std::size_t kMostSpare = 4096;

// Parts of a key, so that a null stands where the term puts it.
constexpr char kNullFirst = '\x00';
constexpr char kValue = '\x01';
constexpr char kNullLast = '\x02';

void append_term(std::string& key, const exec::SortTerm& term, ValueView value) {
  if (value.is_null()) {
    key += term.nulls_first ? kNullFirst : kNullLast;
    return;
  }
  key += kValue;
  const auto begin = key.size();
  append_key(key, value);
  if (term.descending) std::transform(key.begin() + static_cast<std::ptrdiff_t>(begin), key.end(),
                                      key.begin() + static_cast<std::ptrdiff_t>(begin),
                                      [](char byte) { return static_cast<char>(~byte); });
}

bool reads_deeper(const exec::Projection& projection, CollectionId collection) {
  return std::any_of(projection.lookups().begin(), projection.lookups().end(), [&](const auto& lookup) {
    return lookup->foreign.collection->id == collection || reads_deeper(lookup->projection, collection);
  });
}

void add_lookups(const exec::Projection& projection, std::vector<Route>& routes) {
  for (const auto& lookup : projection.lookups()) {
    routes.push_back({lookup->foreign.collection, std::nullopt, {}});
    add_lookups(lookup->projection, routes);
  }
}

}  // namespace

bool LiveRows::suits(const exec::DocumentQuery& query) {
  if (query.search || query.after || query.before || query.backward) return false;
  // The first of a value may expire, and nobody would hear of it.
  if (query.distinct && query.collection->ttl) return false;
  if (!varies(*query.collection)) return true;
  if (query.distinct && is_virtual(*query.collection, query.distinct->field)) return false;
  // Keys and matches of then could not be found again.
  return query.filter->virtuals().empty() &&
         std::none_of(query.order.begin(), query.order.end(), [&](const exec::SortTerm& term) {
           return term.subject == plan::Subject::kPath && is_virtual(*query.collection, term.path.field);
         });
}

LiveRows::LiveRows(exec::DocumentQuery query, exec::Projection projection, const exec::ExecSettings& settings)
    : query_(std::move(query)), projection_(std::move(projection)), settings_(settings) {
  computed_ = query_.filter->virtuals();
  for (const auto& term : query_.order)
    if (term.subject == plan::Subject::kPath) add_if_virtual(*query_.collection, term.path.field, computed_);
  if (query_.distinct) add_if_virtual(*query_.collection, query_.distinct->field, computed_);
}

std::size_t LiveRows::window_begin() const noexcept { return std::min<std::size_t>(query_.offset, rows_.size()); }

std::size_t LiveRows::window_end() const noexcept {
  if (!query_.limit) return rows_.size();
  return query_.offset > SIZE_MAX - *query_.limit ? SIZE_MAX : query_.offset + *query_.limit;
}

std::size_t LiveRows::spare() const noexcept {
  return std::clamp<std::size_t>(query_.limit.value_or(0), kFewestSpare, kMostSpare);
}

std::string LiveRows::key_of(RecordView record, Ordinal ordinal) const {
  std::string key;
  for (const auto& term : query_.order)
    append_term(key, term, term.subject == plan::Subject::kSid ? record.sid_view()
                                                               : read_path(*query_.collection, term.path, record));
  for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(ordinal >> shift);
  return key;
}

std::string LiveRows::value_of(RecordView record) const {
  std::string value;
  append_key(value, read_path(*query_.collection, *query_.distinct, record));
  return value;
}

Result<RecordRef> LiveRows::extended(const RecordRef& record, DateTime now) const {
  if (computed_.empty()) return record;
  return with_computed(*query_.collection, record.view(), computed_, now);
}

Status LiveRows::read(View& view) {
  auto wanted = query_;
  wanted.offset = 0;
  if (query_.limit) wanted.limit = window_end() > SIZE_MAX - spare() ? window_end() : window_end() + spare();
  if (query_.distinct) {
    wanted.distinct.reset();
    wanted.limit.reset();
    wanted.order.clear();
    // Rows are to hold what the order reads all the same.
    wanted.computed = computed_;
  }
  AURORA_ASSIGN(auto found, exec::select(view, wanted, settings_, nullptr));
  rows_ = {};
  distinct_ = {};
  std::uint64_t bytes = 0;
  for (auto& row : found) {
    auto key = key_of(row.record.view(), row.ordinal);
    bytes += key.size() + sizeof(RowEntry) + row.record.memory_bytes();
    if (bytes > settings_.sort_bytes)
      return Error(ErrorCode::kLimitExceeded, "the watched result needs more than " +
                                                  std::to_string(settings_.sort_bytes) +
                                                  " bytes (max_sort_bytes); add a limit or a filter");
    if (query_.distinct) {
      const auto value = value_of(row.record.view());
      distinct_.insert(value, std::move(key), {row.ordinal, std::move(row.record)});
    } else {
      rows_.insert({std::move(key), row.ordinal, std::move(row.record), nullptr});
    }
  }
  distinct_.visit_firsts([&](const DistinctRows::Members::value_type& first) {
    rows_.insert({first.first, first.second.ordinal, first.second.record, nullptr});
  });
  complete_ = !wanted.limit || found.size() < *wanted.limit;
  horizon_ = complete_ || rows_.size() == 0 ? std::string() : rows_.at(rows_.size() - 1).key;
  std::vector<RowEntry*> shown;
  const auto begin = window_begin();
  const auto end = std::min(window_end(), rows_.size());
  if (begin < end)
    rows_.visit_from(begin, [&](RowEntry& entry) {
      shown.push_back(&entry);
      return shown.size() < end - begin;
    });
  return write_texts(shown, &view);
}

Status LiveRows::write_texts(const std::vector<RowEntry*>& entries, View* view) const {
  const bool looks_up = !projection_.lookups().empty();
  exec::LookupResults lookups;
  if (looks_up) {
    std::vector<RecordView> records;
    records.reserve(entries.size());
    for (const auto* entry : entries) records.push_back(entry->record.view());
    AURORA_ASSIGN(lookups, exec::LookupResults::find(*view, projection_, records, settings_));
  }
  exec::RowExtras extras;
  if (looks_up) extras.lookups = &lookups;
  for (auto* entry : entries) {
    std::string text;
    AURORA_TRY(projection_.append(text, *query_.collection, entry->record.view(), extras));
    ++extras.row;
    entry->text = std::make_shared<const std::string>(std::move(text));
    // What lookups find may change, and the row is then written again.
    // Nor is one gone that may expire before it is shown again.
    if (!looks_up && !query_.collection->ttl) entry->record = {};
  }
  return {};
}

std::vector<LiveRow> LiveRows::list() const {
  std::vector<LiveRow> shown;
  const auto begin = window_begin();
  const auto end = std::min(window_end(), rows_.size());
  if (begin >= end) return shown;
  shown.reserve(end - begin);
  rows_.visit_from(begin, [&](const RowEntry& entry) {
    shown.push_back({std::uint64_t{query_.collection->id} << 32 | entry.ordinal, entry.text});
    return shown.size() < end - begin;
  });
  return shown;
}

bool LiveRows::depends_on(CollectionId collection) const {
  return query_.collection->id == collection || reads_deeper(projection_, collection);
}

std::vector<Route> LiveRows::routes() const {
  auto routes = routes_of(*query_.filter);
  add_lookups(projection_, routes);
  return routes;
}

bool LiveRows::is_looked_up_deeper(CollectionId collection) const {
  return std::any_of(projection_.lookups().begin(), projection_.lookups().end(),
                     [&](const auto& lookup) { return reads_deeper(lookup->projection, collection); });
}

Result<LiveResult::Effect> LiveRows::apply(const commit::Commit& commit, const ViewAt& view_at,
                                           std::vector<LiveChange>& changes) {
  RowsEdit edit(*this);
  for (const auto& change : commit.changes)
    if (is_looked_up_deeper(change.collection)) return Effect::kUnknown;
  AURORA_TRY(edit.gather(commit));
  if (edit.is_empty()) return Effect::kNone;
  if (!complete_ && edit.size_after() < window_end()) return Effect::kUnknown;
  View* view = nullptr;
  if (!projection_.lookups().empty() && (view = view_at(commit.sequence)) == nullptr) return Effect::kUnknown;
  const auto before = changes.size();
  AURORA_ASSIGN(const bool told, edit.run(view, changes));
  if (!told) return Effect::kUnknown;
  trim();
  return changes.size() > before ? Effect::kChanged : Effect::kNone;
}

void LiveRows::trim() {
  if (!is_bounded() || query_.distinct || window_end() > SIZE_MAX / 2 || rows_.size() <= window_end() + 2 * spare()) return;
  rows_.cut_to(window_end() + spare());
  complete_ = false;
  horizon_ = rows_.at(rows_.size() - 1).key;
}

}  // namespace aurora::reactive
