// One field's postings as a view sees them, committed and uncommitted together. Private to the text room.
#pragma once

#include <aurora/text/search.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::text {

/// Keys of exactly one term, of whatever frequency.
[[nodiscard]] KeyRange term_range(std::string_view term);
/// Keys of all words that begin with `prefix`; `stemmed`: in a field whose terms are stems.
[[nodiscard]] KeyRange prefix_range(std::string_view prefix, bool stemmed);

class FieldReader {
 public:
  /// `index` is borrowed; `documents`: of the whole collection.
  FieldReader(const FieldIndex& index, std::uint64_t documents);

  [[nodiscard]] const FieldIndex& index() const noexcept { return index_; }
  [[nodiscard]] OrdinalSet find(const KeyRange& range) const;
  [[nodiscard]] std::uint32_t length(Ordinal ordinal) const noexcept;
  /// Mean number of words of the collection's documents, those without any included.
  [[nodiscard]] double mean_length() const noexcept { return mean_length_; }

  /// Calls `visit(place, frequency)` for each entry of the range whose ordinal stands in `matches` (rising), with
  /// its place there; for several keys in a range, once for each.
  template <class Visit>
  void visit_matches(const KeyRange& range, std::span<const Ordinal> matches, const Visit& visit) const;

 private:
  [[nodiscard]] bool is_hidden(Ordinal ordinal) const { return index_.hidden != nullptr && index_.hidden->contains(ordinal); }

  FieldIndex index_;
  double mean_length_ = 0;
};

/// Places in `matches` of the ordinals of one entry.
template <class Visit>
void visit_common(const IndexVersion::Entry& entry, std::span<const Ordinal> matches, std::vector<Ordinal>& scratch,
                  const Visit& visit) {
  // Looking each match up in a set beats listing a set that is many times larger.
  constexpr std::size_t kMuchLarger = 16;
  std::span<const Ordinal> listed = entry.inline_ordinals;
  if (entry.set != nullptr) {
    if (entry.set->size() > matches.size() * kMuchLarger) {
      for (std::size_t i = 0; i < matches.size(); ++i)
        if (entry.set->contains(matches[i])) visit(i);
      return;
    }
    scratch.clear();
    entry.set->append_to(scratch);
    listed = scratch;
  }
  std::size_t at = 0;
  for (const auto ordinal : listed) {
    // Steps double until past the ordinal, then halve.
    std::size_t step = 1;
    while (at + step < matches.size() && matches[at + step] < ordinal) {
      at += step;
      step *= 2;
    }
    const auto end = matches.begin() + static_cast<std::ptrdiff_t>(std::min(at + step + 1, matches.size()));
    const auto found = std::lower_bound(matches.begin() + static_cast<std::ptrdiff_t>(at), end, ordinal);
    at = static_cast<std::size_t>(found - matches.begin());
    if (at == matches.size()) return;
    if (matches[at] == ordinal) visit(at);
  }
}

}  // namespace aurora::text

#include "text/field_reader-inl.hpp"
