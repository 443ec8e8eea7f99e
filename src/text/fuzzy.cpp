// Body of fuzzy lookup. Called by search evaluation and highlighting.
//
// Rows of the distance matrix are kept for the prefix the last term shared with this one, so each term costs only its
// new letters. When a prefix is already too far, the walk jumps to the first key behind all that begin with it.
#include <aurora/text/fuzzy.hpp>

#include <aurora/index/key.hpp>
#include <aurora/text/entries.hpp>

#include "text/code_points.hpp"

#include <algorithm>
#include <string>

namespace aurora::text {

namespace {
// Stepping over this many keys costs less than finding a place from the root.
constexpr int kStepsBeforeJump = 6;
}  // namespace

EditDistance::EditDistance(std::string_view word, int limit) : word_(code_points(word)), limit_(limit) {
  auto& row = rows_.emplace_back(word_.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = static_cast<int>(j);
  best_.push_back(0);
}

void EditDistance::push(std::uint32_t point) {
  seen_.push_back(point);
  const auto i = seen_.size();
  if (rows_.size() <= i) rows_.emplace_back(word_.size() + 1);
  auto& row = rows_[i];
  const auto& above = rows_[i - 1];
  row[0] = static_cast<int>(i);
  auto best = row[0];
  // A swap with `di - 1` letters more here and `dj - 1` more there, which are edits of their own.
  const auto swapped = [&](std::size_t j, std::size_t di, std::size_t dj) {
    return i > di && j > dj && seen_[i - di - 1] == word_[j - 1] && word_[j - dj - 1] == point
               ? rows_[i - di - 1][j - dj - 1] + static_cast<int>(di + dj) - 1
               : limit_ + 1;
  };
  for (std::size_t j = 1; j < row.size(); ++j) {
    auto least = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (word_[j - 1] == point ? 0 : 1)});
    least = std::min({least, swapped(j, 1, 1), swapped(j, 2, 1), swapped(j, 1, 2)});
    row[j] = least;
    best = std::min(best, least);
  }
  best_.resize(i);
  best_.push_back(best);
}

void EditDistance::pop(std::size_t depth) {
  seen_.resize(depth);
  best_.resize(depth + 1);
}

int edit_distance(std::string_view a, std::string_view b, int limit) {
  EditDistance distance(a, limit);
  for (std::size_t at = 0; at < b.size();) {
    distance.push(next_code_point(b, at));
    if (!distance.is_open()) return limit + 1;
  }
  return std::min(distance.distance(), limit + 1);
}

void visit_fuzzy(const IndexVersion& index, std::string_view word, int limit,
                 const std::function<void(std::string_view, int)>& visit) {
  EditDistance distance(word, limit);
  std::string last;                    // term looked at last
  std::vector<std::size_t> ends;       // where each pushed code point of it ends
  std::string dead;                    // prefix, with its mark, that is too far; empty: none
  KeyRange range{std::string(1, kTermMark), std::string(1, static_cast<char>(kTermMark + 1))};
  for (bool again = true; again;) {
    again = false;
    int steps = 0;
    index.scan(range, IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
      if (!dead.empty()) {
        if (entry.key.starts_with(dead)) {
          if (++steps <= kStepsBeforeJump) return true;
          range.lower = prefix_end(dead);
          dead.clear();
          again = !range.lower.empty();
          return false;
        }
        dead.clear();
      }
      steps = 0;
      const auto term = read_term_key(entry.key).term;
      if (term == last) return true;   // another frequency
      const auto shared = static_cast<std::size_t>(
          std::mismatch(term.begin(), term.end(), last.begin(), last.end()).first - term.begin());
      while (!ends.empty() && ends.back() > shared) ends.pop_back();
      distance.pop(ends.size());
      last.assign(term);
      for (std::size_t at = ends.empty() ? 0 : ends.back(); at < term.size();) {
        distance.push(next_code_point(term, at));
        ends.push_back(at);
        if (!distance.is_open()) {
          dead.assign(entry.key.substr(0, at + 1));
          return true;
        }
      }
      if (distance.distance() <= limit) visit(term, distance.distance());
      return true;
    });
  }
}

}  // namespace aurora::text
