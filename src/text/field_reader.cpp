// Body of the field reader. Called by search evaluation.
#include "text/field_reader.hpp"

#include <aurora/index/key.hpp>

namespace aurora::text {

KeyRange term_range(std::string_view term) {
  KeyRange range;
  range.lower = std::string(1, kTermMark).append(term);
  range.upper = range.lower;
  range.lower += '\0';
  range.upper += '\x01';
  return range;
}

KeyRange prefix_range(std::string_view prefix, bool stemmed) {
  KeyRange range;
  range.lower = std::string(1, stemmed ? kPlainMark : kTermMark).append(prefix);
  range.upper = prefix_end(range.lower);
  return range;
}

FieldReader::FieldReader(const FieldIndex& index, std::uint64_t documents) : index_(index) {
  auto total = index_.base_lengths != nullptr ? index_.base_lengths->total() : 0;
  if (index_.hidden != nullptr && index_.base_lengths != nullptr)
    index_.hidden->for_each([&](Ordinal ordinal) {
      total -= index_.base_lengths->at(ordinal);
      return true;
    });
  if (index_.own_lengths != nullptr) total += index_.own_lengths->total();
  mean_length_ = documents == 0 ? 0 : static_cast<double>(total) / static_cast<double>(documents);
}

OrdinalSet FieldReader::find(const KeyRange& range) const {
  auto found = index_.base->find(range);
  if (index_.hidden != nullptr) found -= *index_.hidden;
  if (index_.own != nullptr) found |= index_.own->find(range);
  return found;
}

std::uint32_t FieldReader::length(Ordinal ordinal) const noexcept {
  if (index_.own_lengths != nullptr)
    if (const auto own = index_.own_lengths->at(ordinal); own != 0) return own;
  return index_.base_lengths != nullptr && !is_hidden(ordinal) ? index_.base_lengths->at(ordinal) : 0;
}

}  // namespace aurora::text
