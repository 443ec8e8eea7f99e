// Names of imported fields, made such that AQL can name them.
// Called by imports for the top-level names of each record.
#pragma once

#include <aurora/value.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace aurora::io {

/// True for [A-Za-z_][A-Za-z0-9_]*.
[[nodiscard]] bool is_identifier(std::string_view name) noexcept;

/// Renames what is no identifier: other characters become '_', a leading digit gets one in front, and a
/// name that is taken a number behind. Names that belong to the system (`_sid`, `__…`) lose underscores in
/// front until they do not. The same name always becomes the same.
/// Cost: one lookup a field; memory for every name met.
class FieldNames {
 public:
  void rename(Object& record);
  /// How many different names there were.
  [[nodiscard]] std::size_t count() const noexcept { return names_.size(); }
  /// From and to, in the order they were met; grows.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& changes() const noexcept {
    return changes_;
  }

 private:
  [[nodiscard]] const std::string& name_for(const std::string& original);

  std::unordered_map<std::string, std::string> names_;  // of every name met, by the original
  std::unordered_set<std::string> taken_;               // the names given out
  std::vector<std::pair<std::string, std::string>> changes_;
};

}  // namespace aurora::io
