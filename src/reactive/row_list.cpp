// Body of row lists. Called by live rows.
#include <aurora/reactive/row_list.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace aurora::reactive {

namespace {
bool stands_before(const RowEntry& entry, std::string_view key) { return entry.key < key; }
}  // namespace

std::size_t RowList::chunk_of(std::string_view key) const {
  const auto behind = std::upper_bound(chunks_.begin(), chunks_.end(), key, [](std::string_view wanted, const Chunk& chunk) {
    return wanted < chunk.front().key;
  });
  return behind == chunks_.begin() ? 0 : static_cast<std::size_t>(behind - chunks_.begin()) - 1;
}

RowEntry* RowList::find(std::string_view key) {
  if (chunks_.empty()) return nullptr;
  auto& chunk = chunks_[chunk_of(key)];
  const auto at = std::lower_bound(chunk.begin(), chunk.end(), key, stands_before);
  return at != chunk.end() && at->key == key ? &*at : nullptr;
}

std::size_t RowList::rank(std::string_view key) const {
  if (chunks_.empty()) return 0;
  const auto place = chunk_of(key);
  std::size_t before = 0;
  for (std::size_t i = 0; i < place; ++i) before += chunks_[i].size();
  const auto& chunk = chunks_[place];
  return before + static_cast<std::size_t>(std::lower_bound(chunk.begin(), chunk.end(), key, stands_before) - chunk.begin());
}

RowEntry& RowList::at(std::size_t position) {
  std::size_t place = 0;
  for (; position >= chunks_[place].size(); ++place) position -= chunks_[place].size();
  return chunks_[place][position];
}

void RowList::insert(RowEntry entry) {
  ++size_;
  if (chunks_.empty()) {
    chunks_.emplace_back().push_back(std::move(entry));
    return;
  }
  const auto place = chunk_of(entry.key);
  auto& chunk = chunks_[place];
  const auto at = std::lower_bound(chunk.begin(), chunk.end(), entry.key, stands_before);
  const bool at_end = at == chunk.end() && place + 1 == chunks_.size();
  chunk.insert(at, std::move(entry));
  if (chunk.size() <= kChunk) return;
  // Rows that come in order fill their chunks.
  const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(at_end ? kChunk : kChunk / 2);
  Chunk second(std::make_move_iterator(middle), std::make_move_iterator(chunk.end()));
  chunk.erase(middle, chunk.end());
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(place) + 1, std::move(second));
}

RowEntry RowList::take(std::string_view key) {
  const auto place = chunk_of(key);
  auto& chunk = chunks_[place];
  const auto at = std::lower_bound(chunk.begin(), chunk.end(), key, stands_before);
  auto entry = std::move(*at);
  chunk.erase(at);
  --size_;
  if (chunk.empty()) chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(place));
  return entry;
}

void RowList::cut_to(std::size_t size) {
  while (size_ > size) {
    auto& last = chunks_.back();
    const auto surplus = std::min(last.size(), size_ - size);
    last.erase(last.end() - static_cast<std::ptrdiff_t>(surplus), last.end());
    size_ -= surplus;
    if (last.empty()) chunks_.pop_back();
  }
}

}  // namespace aurora::reactive
