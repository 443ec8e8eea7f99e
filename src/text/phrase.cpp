// Body of phrases. Called by evaluation, for the documents that hold all words, and by highlighting.
#include "text/phrase.hpp"

#include <algorithm>

namespace aurora::text {

void PhraseFinder::add(const Token& token, std::uint32_t position, std::uint32_t tag) {
  if (token.stop) return;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (!words_[i].matches(token)) continue;
    auto& places = places_[i];
    if (places.empty() || places.back().position != position) places.push_back({position, tag});
  }
}

const PhraseFinder::Place* PhraseFinder::at(std::size_t word, std::uint32_t position) const {
  const auto& places = places_[word];
  const auto found = std::lower_bound(places.begin(), places.end(), position,
                                      [](const Place& place, std::uint32_t wanted) { return place.position < wanted; });
  return found != places.end() && found->position == position ? &*found : nullptr;
}

bool PhraseFinder::found() const {
  return std::any_of(places_.front().begin(), places_.front().end(), [&](const Place& start) {
    for (std::size_t i = 1; i < words_.size(); ++i)
      if (at(i, start.position + words_[i].offset) == nullptr) return false;
    return true;
  });
}

std::vector<std::uint32_t> PhraseFinder::find() const {
  std::vector<std::uint32_t> tags;
  for (const auto& start : places_.front()) {
    const auto before = tags.size();
    tags.push_back(start.tag);
    for (std::size_t i = 1; i < words_.size() && tags.size() > before; ++i) {
      if (const auto* place = at(i, start.position + words_[i].offset))
        tags.push_back(place->tag);
      else
        tags.resize(before);
    }
  }
  return tags;
}

void PhraseFinder::clear() {
  for (auto& places : places_) places.clear();
}

}  // namespace aurora::text
