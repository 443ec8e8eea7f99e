// For a live query with `distinct`: all matching rows by the value that is shown once, so that the next one is known when
// the first of a value goes. Owned by live rows.
#pragma once

#include <aurora/document/record.hpp>

#include <map>
#include <string>
#include <unordered_map>

namespace aurora::reactive {

/// Threads: one thread at a time. Cost: O(log n) a call.
class DistinctRows {
 public:
  struct Member {
    Ordinal ordinal = 0;
    RecordRef record;
  };
  using Members = std::map<std::string, Member, std::less<>>;   // by the row's key: the first is shown

  void insert(const std::string& value, std::string key, Member member) {
    by_value_[value].insert_or_assign(std::move(key), std::move(member));
  }
  /// False when there was no such row.
  bool erase(const std::string& value, const std::string& key) {
    const auto found = by_value_.find(value);
    if (found == by_value_.end() || found->second.erase(key) == 0) return false;
    if (found->second.empty()) by_value_.erase(found);
    return true;
  }
  /// Null when no row has the value.
  [[nodiscard]] const Members::value_type* first(const std::string& value) const {
    const auto found = by_value_.find(value);
    return found == by_value_.end() ? nullptr : &*found->second.begin();
  }
  template <class Visit>
  void visit_firsts(const Visit& visit) const {
    for (const auto& [value, members] : by_value_) visit(*members.begin());
  }

 private:
  std::unordered_map<std::string, Members> by_value_;   // none is empty
};

}  // namespace aurora::reactive
