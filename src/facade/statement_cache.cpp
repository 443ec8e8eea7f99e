// Body of the statement cache over boost::concurrent_flat_map.
#include "statement_cache.hpp"

#include "state.hpp"

#include <aurora/base/checksum.hpp>

#include <boost/unordered/concurrent_flat_map.hpp>

#include <deque>
#include <functional>
#include <mutex>
#include <string>

namespace aurora::facade {

namespace {

// Texts with data in them are seldom seen twice: long ones are not worth their memory.
constexpr std::size_t kLongestCached = 16'384;

struct TextHash {
  using is_transparent = void;
  using is_avalanching = void;
  std::size_t operator()(std::string_view text) const noexcept { return hash64(text); }
};

}  // namespace

struct StatementCache::Body {
  explicit Body(std::size_t most) : entries(most) {}

  const std::size_t entries;
  boost::concurrent_flat_map<std::string, std::shared_ptr<const ParsedText>, TextHash, std::equal_to<>> texts;
  std::mutex mutex;
  std::deque<std::string> order;   // guarded by mutex: oldest first
};

StatementCache::StatementCache(std::size_t entries) : body_(std::make_unique<Body>(entries)) {}
StatementCache::~StatementCache() = default;

std::shared_ptr<const ParsedText> StatementCache::find(std::string_view text) const {
  std::shared_ptr<const ParsedText> found;
  body_->texts.cvisit(text, [&](const auto& entry) { found = entry.second; });
  return found;
}

void StatementCache::insert(const std::shared_ptr<const ParsedText>& parsed) {
  if (body_->entries == 0 || parsed->text.size() > kLongestCached) return;
  const std::lock_guard lock(body_->mutex);
  if (!body_->texts.emplace(parsed->text, parsed)) return;
  body_->order.push_back(parsed->text);
  if (body_->order.size() <= body_->entries) return;
  body_->texts.erase(body_->order.front());
  body_->order.pop_front();
}

}  // namespace aurora::facade
