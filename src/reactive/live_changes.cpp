// Body of changes between lists. Called by live queries.
#include <aurora/reactive/live_changes.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace aurora::reactive {

namespace {

using Kind = LiveChange::Kind;
using Pairs = std::vector<std::optional<std::size_t>>;   // of each new row: its old position

bool same_texts(const std::vector<LiveRow>& a, const std::vector<LiveRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const LiveRow& one, const LiveRow& other) {
    return one.text == other.text || *one.text == *other.text;
  });
}

// Rows are paired by key; what is left, by text: a row in the place of another that looks the same is no change.
Pairs pair_up(const std::vector<LiveRow>& before, const std::vector<LiveRow>& after) {
  std::unordered_map<std::uint64_t, std::size_t> places;
  for (std::size_t i = 0; i < before.size(); ++i) places.emplace(before[i].key, i);
  Pairs pairs(after.size());
  std::vector<bool> taken(before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto found = places.find(after[i].key);
    if (found == places.end() || taken[found->second]) continue;
    pairs[i] = found->second;
    taken[found->second] = true;
  }
  std::unordered_multimap<std::string_view, std::size_t> texts;
  for (std::size_t i = before.size(); i-- > 0;)
    if (!taken[i]) texts.emplace(*before[i].text, i);
  for (std::size_t i = 0; i < after.size() && !texts.empty(); ++i) {
    if (pairs[i]) continue;
    const auto found = texts.find(*after[i].text);
    if (found == texts.end()) continue;
    pairs[i] = found->second;
    texts.erase(found);
  }
  return pairs;
}

// Of the paired rows, a longest part that stands in the same order in both lists.
std::vector<bool> find_steady(const Pairs& pairs) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<std::size_t> ends;                    // by length: the new row that ends the best run of it
  std::vector<std::size_t> previous(pairs.size(), kNone);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs[i]) continue;
    const auto at = std::lower_bound(ends.begin(), ends.end(), *pairs[i],
                                     [&](std::size_t end, std::size_t place) { return *pairs[end] < place; });
    if (at != ends.begin()) previous[i] = *(at - 1);
    if (at == ends.end())
      ends.push_back(i);
    else
      *at = i;
  }
  std::vector<bool> steady(pairs.size());
  for (auto i = ends.empty() ? kNone : ends.back(); i != kNone; i = previous[i]) steady[i] = true;
  return steady;
}

}  // namespace

std::vector<LiveChange> compare_lists(const std::vector<LiveRow>& before, const std::vector<LiveRow>& after) {
  if (same_texts(before, after)) return {};
  const auto pairs = pair_up(before, after);
  const auto steady = find_steady(pairs);
  std::vector<bool> kept(before.size());
  std::vector<LiveChange> changes;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (!pairs[i]) {
      changes.push_back({Kind::kAdded, 0, i, nullptr, after[i].text});
      continue;
    }
    const auto& old = before[*pairs[i]];
    kept[*pairs[i]] = true;
    if (steady[i] && (old.text == after[i].text || *old.text == *after[i].text)) continue;
    changes.push_back({Kind::kModified, *pairs[i], i, old.text, after[i].text});
  }
  for (std::size_t i = 0; i < before.size(); ++i)
    if (!kept[i]) changes.push_back({Kind::kRemoved, i, 0, before[i].text, nullptr});
  sort_changes(changes);
  return changes;
}

void sort_changes(std::vector<LiveChange>& changes) {
  std::sort(changes.begin(), changes.end(), [](const LiveChange& a, const LiveChange& b) {
    const bool a_goes = a.kind == Kind::kRemoved;
    const bool b_goes = b.kind == Kind::kRemoved;
    if (a_goes != b_goes) return a_goes;
    return a_goes ? a.old_position < b.old_position : a.position < b.position;
  });
}

bool may_cancel_out(const std::vector<LiveChange>& changes) {
  std::vector<std::string_view> gone;
  std::vector<std::string_view> come;
  for (const auto& change : changes) {
    if (change.old_row) gone.emplace_back(*change.old_row);
    if (change.row) come.emplace_back(*change.row);
  }
  if (gone.size() != come.size()) return false;
  std::sort(gone.begin(), gone.end());
  std::sort(come.begin(), come.end());
  return gone == come;
}

}  // namespace aurora::reactive
