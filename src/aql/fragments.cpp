// Resolves fragments and measures them from the leaves up, so that a chain or a bomb costs what its
// text costs. Called by check.cpp.
#include "aql/fragments.hpp"

#include <aurora/aql/parser.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <algorithm>

namespace aurora::aql {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

}  // namespace

Status FragmentGraph::build() {
  if (document_.fragments.empty() && notes_.spreads.empty()) return {};
  AURORA_TRY(index_names());
  AURORA_TRY(resolve());
  AURORA_TRY(measure_all());
  return check_operations();
}

Status FragmentGraph::index_names() {
  for (std::size_t i = 0; i < document_.fragments.size(); ++i)
    by_name_.emplace_back(document_.fragments[i].name.text, i);
  std::sort(by_name_.begin(), by_name_.end());
  for (std::size_t i = 1; i < by_name_.size(); ++i) {
    if (by_name_[i - 1].first != by_name_[i].first) continue;
    const Name& second = document_.fragments[by_name_[i].second].name;
    return error_at(text_, second.at, ErrorCode::kInvalidQuery,
                    "fragment '" + second.text + "' is defined twice");
  }
  parts_.resize(document_.fragments.size());
  for (const Part& part : notes_.parts)
    if (part.is_fragment) parts_[part.first] = &part;
  return {};
}

std::size_t FragmentGraph::lookup(std::string_view name) const noexcept {
  const auto found =
      std::lower_bound(by_name_.begin(), by_name_.end(), name,
                       [](const auto& entry, std::string_view n) { return entry.first < n; });
  return found != by_name_.end() && found->first == name ? found->second : kNone;
}

const FragmentDefinition& FragmentGraph::find(std::string_view name) const {
  return document_.fragments[lookup(name)];
}

Status FragmentGraph::resolve() {
  targets_.reserve(notes_.spreads.size());
  for (const SpreadUse& spread : notes_.spreads) {
    targets_.push_back(lookup(spread.fragment));
    if (targets_.back() != kNone) continue;
    std::vector<std::string_view> names;
    for (const auto& [name, index] : by_name_) names.push_back(name);
    return error_at(
        text_, spread.at, ErrorCode::kInvalidQuery,
        "unknown fragment '" + spread.fragment + "'" + did_you_mean(spread.fragment, names));
  }
  return {};
}

FragmentGraph::Measure FragmentGraph::measure(const Part& part) const {
  Measure sum{part.selections, part.deepest};
  for (std::size_t i = part.first_spread; i < part.last_spread; ++i) {
    const Measure& inner = measures_[targets_[i]];
    sum.selections = std::min(sum.selections + inner.selections, limits_.selections + 1);
    const std::uint64_t depth = std::uint64_t{notes_.spreads[i].depth} + inner.depth;
    const auto bounded =
        static_cast<std::uint32_t>(std::min(depth, std::uint64_t{limits_.depth} + 1));
    sum.depth = std::max(sum.depth, bounded);
  }
  return sum;
}

/// Measures a fragment once all it spreads are measured; those left over spread each other.
Status FragmentGraph::measure_all() {
  const std::size_t count = parts_.size();
  measures_.resize(count);
  std::vector<std::uint32_t> waiting(count);  // spreads not measured yet
  std::vector<std::vector<std::size_t>> users(count);
  std::vector<std::size_t> ready;
  for (std::size_t f = 0; f < count; ++f) {
    waiting[f] = static_cast<std::uint32_t>(parts_[f]->last_spread - parts_[f]->first_spread);
    if (waiting[f] == 0) ready.push_back(f);
    for (std::size_t i = parts_[f]->first_spread; i < parts_[f]->last_spread; ++i)
      users[targets_[i]].push_back(f);
  }
  std::size_t done = 0;
  for (; done < ready.size(); ++done) {
    const std::size_t f = ready[done];
    measures_[f] = measure(*parts_[f]);
    for (const std::size_t user : users[f])
      if (--waiting[user] == 0) ready.push_back(user);
  }
  if (done == count) return {};
  return cycle(waiting);
}

/// Names one cycle: from a fragment that waits, following spreads that wait, until one comes again.
Error FragmentGraph::cycle(const std::vector<std::uint32_t>& waiting) const {
  constexpr std::size_t kShown = 8;
  std::vector<std::size_t> seen_at(waiting.size(), kNone);
  std::vector<std::size_t> spreads;  // the way taken
  std::size_t f = static_cast<std::size_t>(
      std::find_if(waiting.begin(), waiting.end(), [](std::uint32_t n) { return n != 0; }) -
      waiting.begin());
  while (seen_at[f] == kNone) {
    seen_at[f] = spreads.size();
    std::size_t i = parts_[f]->first_spread;
    while (waiting[targets_[i]] == 0) ++i;
    spreads.push_back(i);
    f = targets_[i];
  }
  std::string message = "fragment '" + document_.fragments[f].name.text + "' contains itself";
  const std::size_t first = seen_at[f];
  if (spreads.size() - first > 1) {
    message += ": " + document_.fragments[f].name.text;
    for (std::size_t i = first; i < spreads.size() && i < first + kShown; ++i)
      message += " → " + notes_.spreads[spreads[i]].fragment;
    if (spreads.size() - first > kShown) message += " → …";
  }
  return error_at(text_, notes_.spreads[spreads[first]].at, ErrorCode::kInvalidQuery,
                  std::move(message));
}

Status FragmentGraph::check_operations() const {
  std::size_t total = 0;
  for (const Part& part : notes_.parts) {
    if (part.is_fragment) continue;
    const Measure size = measure(part);
    total += size.selections;
    const Offset at = document_.operations[part.first].at;
    if (total > limits_.selections)
      return error_at(text_, at, ErrorCode::kLimitExceeded,
                      "with its fragments laid out the text has more than the limit of " +
                          std::to_string(limits_.selections) + " selections (limit 'selections')");
    if (size.depth > limits_.depth)
      return error_at(text_, at, ErrorCode::kLimitExceeded,
                      "with its fragments laid out the operation nests deeper than the limit of " +
                          std::to_string(limits_.depth) + " open brackets (limit 'depth')");
  }
  return {};
}

}  // namespace aurora::aql
