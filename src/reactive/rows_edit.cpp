// Body of edits of live rows. Called by live rows.
#include "reactive/rows_edit.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/key_search.hpp>
#include <aurora/exec/lookup.hpp>
#include <aurora/schema/ttl.hpp>

#include <algorithm>
#include <map>
#include <unordered_set>

namespace aurora::reactive {

namespace {

using Kind = LiveChange::Kind;

std::size_t count_below(const std::vector<std::string>& sorted, const std::string& key) {
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), key) - sorted.begin());
}

std::size_t count_below(const std::vector<std::size_t>& sorted, std::size_t position) {
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), position) - sorted.begin());
}

}  // namespace

// ---------------------------------------------------------------- what is touched

Status RowsEdit::gather(const commit::Commit& commit) {
  now_ = commit.time;
  if (live_.query_.distinct)
    AURORA_TRY(gather_distinct(commit));
  else
    for (const auto& change : commit.changes)
      if (change.collection == live_.query_.collection->id) AURORA_TRY(gather_change(change, commit.time));
  if (!live_.projection_.lookups().empty()) gather_looked_up(commit);
  return {};
}

Status RowsEdit::gather_change(const Change& change, DateTime now) {
  Touch touch;
  touch.ordinal = change.ordinal;
  if (change.before) {
    AURORA_ASSIGN(const auto before, live_.extended(change.before, now));
    touch.old_key = live_.key_of(before.view(), change.ordinal);
    if (rows_.find(touch.old_key) != nullptr) touch.old_rank = rows_.rank(touch.old_key);
  }
  if (change.after) {
    AURORA_ASSIGN(auto after, live_.extended(change.after, now));
    if (is_match(after, now)) {
      touch.key = live_.key_of(after.view(), change.ordinal);
      if (live_.complete_ || touch.key <= live_.horizon_) touch.record = std::move(after);
    }
  }
  if (touch.old_rank || touch.record) touches_.push_back(std::move(touch));
  return {};
}

bool RowsEdit::is_match(const RecordRef& record, DateTime now) const {
  const auto& filter = *live_.query_.filter;
  return filter.matches(filter.root(), record.view()) && !is_expired(*live_.query_.collection, record.view(), now);
}

// The rows of each value are brought up to date; touched is what that makes of the first ones.
Status RowsEdit::gather_distinct(const commit::Commit& commit) {
  struct First {
    std::string key;              // empty: there was none
    Ordinal ordinal = 0;
    RecordRef record;
  };
  auto& rows = live_.distinct_;
  std::map<std::string, First> firsts;   // of the values that are touched, as they were
  const auto note = [&](const std::string& value) {
    const auto [at, is_new] = firsts.try_emplace(value);
    const auto* first = is_new ? rows.first(value) : nullptr;
    if (first != nullptr) at->second = {first->first, first->second.ordinal, first->second.record};
  };
  for (const auto& change : commit.changes) {
    if (change.collection != live_.query_.collection->id) continue;
    if (change.before) {
      AURORA_ASSIGN(const auto before, live_.extended(change.before, commit.time));
      const auto value = live_.value_of(before.view());
      note(value);
      rows.erase(value, live_.key_of(before.view(), change.ordinal));
    }
    if (change.after) {
      AURORA_ASSIGN(auto after, live_.extended(change.after, commit.time));
      if (!is_match(after, commit.time)) continue;
      const auto value = live_.value_of(after.view());
      note(value);
      auto key = live_.key_of(after.view(), change.ordinal);
      rows.insert(value, std::move(key), {change.ordinal, std::move(after)});
    }
  }
  // A document may be the first of one value before and of another after: it is one row then.
  std::map<Ordinal, Touch> touched;
  for (const auto& [value, old] : firsts) {
    const auto* first = rows.first(value);
    const bool is_same = first != nullptr && first->first == old.key && first->second.record.bytes().data() == old.record.bytes().data();
    if (is_same) continue;
    if (!old.key.empty()) {
      auto& touch = touched[old.ordinal];
      touch.ordinal = old.ordinal;
      touch.old_key = old.key;
      touch.old_rank = rows_.rank(old.key);
    }
    if (first != nullptr) {
      auto& touch = touched[first->second.ordinal];
      touch.ordinal = first->second.ordinal;
      touch.key = first->first;
      touch.record = first->second.record;
    }
  }
  for (auto& [ordinal, touch] : touched) touches_.push_back(std::move(touch));
  return {};
}

// Rows that look for a document that changed: they are written anew.
void RowsEdit::gather_looked_up(const commit::Commit& commit) {
  std::unordered_set<Ordinal> known;
  for (const auto& touch : touches_) known.insert(touch.ordinal);
  for (const auto& lookup : live_.projection_.lookups()) {
    std::unordered_set<std::string> keys;
    const auto add = [&](std::string key, ValueView) { return keys.insert(std::move(key)), true; };
    for (const auto& change : commit.changes) {
      if (change.collection != lookup->foreign.collection->id) continue;
      if (change.before) exec::visit_keys(lookup->foreign, change.before.view(), add);
      if (change.after) exec::visit_keys(lookup->foreign, change.after.view(), add);
    }
    if (keys.empty()) continue;
    std::size_t rank = 0;
    rows_.visit_from(0, [&](const RowEntry& entry) {
      bool looks_for = false;
      exec::visit_keys(lookup->local, entry.record.view(), [&](const std::string& key, ValueView) {
        looks_for = keys.contains(key);
        return !looks_for;
      });
      if (looks_for && known.insert(entry.ordinal).second)
        touches_.push_back({entry.ordinal, entry.key, rank, entry.key, entry.record, {}});
      ++rank;
      return true;
    });
  }
}

std::size_t RowsEdit::size_after() const noexcept {
  auto size = rows_.size();
  for (const auto& touch : touches_) size = size - (touch.old_rank ? 1 : 0) + (touch.record ? 1 : 0);
  return size;
}

// ---------------------------------------------------------------- editing

RowsEdit::Window RowsEdit::window() const {
  const auto end = std::min(live_.window_end(), rows_.size());
  return {std::min(live_.window_begin(), end), end};
}

Result<bool> RowsEdit::run(View* view, std::vector<LiveChange>& changes) {
  old_window_ = window();
  if (old_window_.begin < old_window_.end) {
    old_first_ = rows_.at(old_window_.begin).key;
    old_last_ = rows_.at(old_window_.end - 1).key;
  }
  swap_in();
  window_ = window();
  find_shifted();
  if (brings_expired()) {
    swap_out();
    return false;
  }
  auto written = write_texts(view);
  if (!written) {
    swap_out();
    return written.error();
  }
  std::vector<LiveChange> found;
  tell(found);
  drop_unmoved(found);
  sort_changes(found);
  if (found.empty() || (may_cancel_out(found) && shows_the_same(found))) return true;
  std::move(found.begin(), found.end(), std::back_inserter(changes));
  return true;
}

void RowsEdit::swap_in() {
  for (auto& touch : touches_) {
    if (!touch.old_rank) continue;
    touch.old = rows_.take(touch.old_key);
    gone_.push_back(touch.old_key);
  }
  for (const auto& touch : touches_) {
    if (!touch.record) continue;
    rows_.insert({touch.key, touch.ordinal, touch.record, nullptr});
    come_.push_back(touch.key);
  }
  std::sort(gone_.begin(), gone_.end());
  std::sort(come_.begin(), come_.end());
}

void RowsEdit::swap_out() {
  for (const auto& key : come_) rows_.take(key);
  for (auto& touch : touches_)
    if (touch.old_rank) rows_.insert(std::move(touch.old));
}

bool RowsEdit::is_touched(const std::string& key) const {
  return std::binary_search(come_.begin(), come_.end(), key);
}

// Of a row that was not touched.
std::size_t RowsEdit::old_rank_of(const std::string& key, std::size_t rank) const {
  return rank - count_below(come_, key) + count_below(gone_, key);
}

// Rows of one side's window that were not touched are those between its first and last key.
void RowsEdit::find_shifted() {
  if (!live_.is_bounded() && live_.query_.offset == 0) return;
  const bool had_rows = old_window_.begin < old_window_.end;
  const auto first = had_rows ? rows_.rank(old_first_) : 0;
  const auto behind = had_rows ? rows_.rank(old_last_ + '\0') : 0;
  const auto note = [&](std::size_t begin, std::size_t end, std::vector<std::size_t>& ranks) {
    if (begin >= end) return;
    auto rank = begin;
    rows_.visit_from(begin, [&](const RowEntry& entry) {
      if (!is_touched(entry.key)) ranks.push_back(rank);
      return ++rank < end;
    });
  };
  note(window_.begin, std::min(window_.end, had_rows ? first : window_.end), entered_);
  if (!had_rows) return;
  note(std::max(window_.begin, behind), window_.end, entered_);
  note(first, std::min(behind, window_.begin), left_);
  note(std::max(first, window_.end), behind, left_);
}

bool RowsEdit::brings_expired() const {
  const auto& collection = *live_.query_.collection;
  return collection.ttl && std::any_of(entered_.begin(), entered_.end(), [&](std::size_t rank) {
    return is_expired(collection, rows_.at(rank).record.view(), now_);
  });
}

Status RowsEdit::write_texts(View* view) {
  std::vector<RowEntry*> missing;
  for (const auto& touch : touches_)
    if (touch.record && window_.contains(rows_.rank(touch.key))) missing.push_back(rows_.find(touch.key));
  for (const auto rank : entered_)
    if (auto& entry = rows_.at(rank); entry.text == nullptr) missing.push_back(&entry);
  return live_.write_texts(missing, view);
}

// ---------------------------------------------------------------- telling

void RowsEdit::tell(std::vector<LiveChange>& changes) {
  for (const auto& touch : touches_) {
    const bool was = touch.old_rank && old_window_.contains(*touch.old_rank);
    const auto rank = touch.record ? rows_.rank(touch.key) : SIZE_MAX;
    const bool is = touch.record && window_.contains(rank);
    if (!was && !is) continue;
    LiveChange change;
    change.kind = !was ? Kind::kAdded : is ? Kind::kModified : Kind::kRemoved;
    if (was) {
      change.old_position = *touch.old_rank - old_window_.begin;
      change.old_row = touch.old.text;
    }
    if (is) {
      change.position = rank - window_.begin;
      change.row = rows_.at(rank).text;
      if (was && *change.row == *change.old_row) change.row = change.old_row;
    }
    changes.push_back(std::move(change));
  }
  for (const auto rank : entered_)
    changes.push_back({Kind::kAdded, 0, rank - window_.begin, nullptr, rows_.at(rank).text});
  for (const auto rank : left_) {
    const auto& entry = rows_.at(rank);
    changes.push_back({Kind::kRemoved, old_rank_of(entry.key, rank) - old_window_.begin, 0, entry.text, nullptr});
  }
}

// Rows with the same text are told only when they stand elsewhere among the steady rows, or among each other.
void RowsEdit::drop_unmoved(std::vector<LiveChange>& changes) const {
  std::vector<std::size_t> old_places;
  std::vector<std::size_t> places;
  for (const auto& change : changes) {
    if (change.old_row) old_places.push_back(change.old_position);
    if (change.row) places.push_back(change.position);
  }
  std::sort(old_places.begin(), old_places.end());
  std::sort(places.begin(), places.end());
  std::sort(changes.begin(), changes.end(),
            [](const LiveChange& a, const LiveChange& b) { return a.old_position < b.old_position; });
  std::size_t reached = 0;
  std::erase_if(changes, [&](const LiveChange& change) {
    if (change.kind != Kind::kModified || change.row != change.old_row) return false;
    if (change.old_position - count_below(old_places, change.old_position) !=
        change.position - count_below(places, change.position))
      return false;
    if (change.position < reached) return false;
    reached = change.position;
    return true;
  });
}

// Compares the part of the window that the changes touch. Requires: as many rows come as go.
bool RowsEdit::shows_the_same(const std::vector<LiveChange>& changes) const {
  auto begin = SIZE_MAX;
  std::size_t end = 0;
  std::vector<std::pair<std::size_t, const std::string*>> olds;
  std::vector<std::size_t> places;
  for (const auto& change : changes) {
    if (change.old_row) olds.emplace_back(change.old_position, change.old_row.get());
    if (change.row) places.push_back(change.position);
  }
  std::sort(olds.begin(), olds.end());
  std::sort(places.begin(), places.end());
  for (const auto& old : olds) begin = std::min(begin, old.first), end = std::max(end, old.first + 1);
  for (const auto place : places) begin = std::min(begin, place), end = std::max(end, place + 1);
  std::vector<const std::string*> shown;
  std::vector<const std::string*> steady;
  rows_.visit_from(window_.begin + begin, [&](const RowEntry& entry) {
    const auto place = begin + shown.size();
    shown.push_back(entry.text.get());
    if (!std::binary_search(places.begin(), places.end(), place)) steady.push_back(entry.text.get());
    return place + 1 < end;
  });
  auto old = olds.begin();
  auto next = steady.begin();
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto* was = old != olds.end() && old->first == begin + i ? (old++)->second : *next++;
    if (was != shown[i] && *was != *shown[i]) return false;
  }
  return true;
}

}  // namespace aurora::reactive
