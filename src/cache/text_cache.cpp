// Body of the text cache over boost::concurrent_flat_map.
#include <aurora/cache/text_cache.hpp>

#include <aurora/base/checksum.hpp>

#include <boost/unordered/concurrent_flat_map.hpp>

#include <deque>
#include <functional>
#include <mutex>
#include <string>

namespace aurora {

namespace {

// Texts with data in them are seldom seen twice: long ones are not worth their memory.
constexpr std::size_t kLongestCached = 16'384;

struct TextHash {
  using is_transparent = void;
  using is_avalanching = void;
  std::size_t operator()(std::string_view text) const noexcept { return hash64(text); }
};

}  // namespace

struct TextCache::Body {
  explicit Body(std::size_t most) : entries(most) {}

  const std::size_t entries;
  boost::concurrent_flat_map<std::string, std::shared_ptr<const void>, TextHash, std::equal_to<>> texts;
  std::mutex mutex;
  std::deque<std::string> order;   // guarded by mutex: oldest first
};

TextCache::TextCache(std::size_t entries) : body_(std::make_unique<Body>(entries)) {}
TextCache::~TextCache() = default;

std::shared_ptr<const void> TextCache::find(std::string_view text) const {
  std::shared_ptr<const void> found;
  body_->texts.cvisit(text, [&](const auto& entry) { found = entry.second; });
  return found;
}

void TextCache::insert(std::string_view text, std::shared_ptr<const void> made) {
  if (body_->entries == 0 || text.size() > kLongestCached) return;
  const std::lock_guard lock(body_->mutex);
  if (!body_->texts.emplace(std::string(text), std::move(made))) return;
  body_->order.emplace_back(text);
  if (body_->order.size() <= body_->entries) return;
  body_->texts.erase(body_->order.front());
  body_->order.pop_front();
}

}  // namespace aurora
