// What was made of texts, by text, so that a text that comes again is not worked on again.
// Owned by the facade, which keeps parsed statements in it.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace aurora {

/// Threads: every call may come from any thread; those that look for different texts do not wait for each other.
/// Cost: O(length of the text).
class TextCache {
 public:
  /// The oldest text goes when there are more than `entries`; 0: nothing is kept.
  explicit TextCache(std::size_t entries);
  ~TextCache();
  TextCache(const TextCache&) = delete;
  TextCache& operator=(const TextCache&) = delete;

  /// Null when it is not there.
  [[nodiscard]] std::shared_ptr<const void> find(std::string_view text) const;
  /// Keeps it, unless something is kept for the text already or the text is too long to come twice.
  void insert(std::string_view text, std::shared_ptr<const void> made);

 private:
  struct Body;
  const std::unique_ptr<Body> body_;
};

}  // namespace aurora
