// Parsed texts by their text, so that a text that comes again is not parsed again. Owned by the shared state.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace aurora::facade {

struct ParsedText;

/// Threads: every call may come from any thread; those that look for different texts do not wait for each other.
/// Cost: O(length of the text).
class StatementCache {
 public:
  /// The oldest text goes when there are more than `entries`; 0: nothing is kept.
  explicit StatementCache(std::size_t entries);
  ~StatementCache();
  StatementCache(const StatementCache&) = delete;
  StatementCache& operator=(const StatementCache&) = delete;

  /// Null when it is not there.
  [[nodiscard]] std::shared_ptr<const ParsedText> find(std::string_view text) const;
  /// Keeps it, unless the text is there already or too long to be seen twice.
  void insert(const std::shared_ptr<const ParsedText>& parsed);

 private:
  struct Body;
  const std::unique_ptr<Body> body_;
};

}  // namespace aurora::facade
