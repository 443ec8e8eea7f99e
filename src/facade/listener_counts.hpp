// How many listeners there are, by collection. Owned by State; private to the facade.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace aurora::facade {

/// Threads: every call may come from any thread.
class ListenerCounts {
 public:
  /// Without a name: of all collections.
  void add(const std::optional<std::string>& collection) {
    std::lock_guard lock(mutex_);
    ++total_;
    ++counts_[collection.value_or("")];
  }
  /// Whether any are left.
  bool remove(const std::optional<std::string>& collection) {
    std::lock_guard lock(mutex_);
    const auto found = counts_.find(collection.value_or(""));
    if (--found->second == 0) counts_.erase(found);
    return --total_ > 0;
  }
  [[nodiscard]] std::size_t of(std::string_view collection) const {
    std::lock_guard lock(mutex_);
    return one(collection) + one("");
  }
  [[nodiscard]] std::size_t total() const {
    std::lock_guard lock(mutex_);
    return total_;
  }

 private:
  [[nodiscard]] std::size_t one(std::string_view name) const {
    const auto found = counts_.find(name);
    return found == counts_.end() ? 0 : found->second;
  }

  mutable std::mutex mutex_;
  std::size_t total_ = 0;                                      // guarded
  std::map<std::string, std::size_t, std::less<>> counts_;     // guarded; "" for those of all
};

}  // namespace aurora::facade
