// Bodies of the field reader's templates.
#pragma once

#include <aurora/text/entries.hpp>

#include "text/field_reader.hpp"

#include <algorithm>

namespace aurora::text {

template <class Visit>
void FieldReader::visit_matches(const KeyRange& range, std::span<const Ordinal> matches, const Visit& visit) const {
  std::vector<Ordinal> scratch;
  index_.base->scan(range, IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
    const auto frequency = read_term_key(entry.key).frequency;
    visit_common(entry, matches, scratch, [&](std::size_t place) {
      if (!is_hidden(matches[place])) visit(place, frequency);
    });
    return true;
  });
  if (index_.own == nullptr) return;
  index_.own->scan(range, IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
    const auto frequency = read_term_key(entry.key).frequency;
    visit_common(entry, matches, scratch, [&](std::size_t place) { visit(place, frequency); });
    return true;
  });
}

}  // namespace aurora::text
