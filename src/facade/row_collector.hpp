// Puts rows of fields together. Used by whoever hands out Rows.
#pragma once

#include <aurora/rows.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace aurora::facade {

/// Threads: one at a time. Cost: a copy of each value; an allocation for many of them together.
class RowCollector {
 public:
  explicit RowCollector(std::shared_ptr<const std::vector<std::string>> names);

  /// `most`: how many rows there will be, as far as it is known; 0: it is not. Requires: a value a name.
  void add(std::span<const ValueView> values, std::uint64_t most);
  /// Ends it.
  [[nodiscard]] Rows take();

 private:
  [[nodiscard]] char* room(std::size_t bytes);

  std::shared_ptr<Rows::Body> body_;
  char* free_ = nullptr;
  std::size_t left_ = 0;
  std::size_t block_ = 0;        // bytes of the last one
};

}  // namespace aurora::facade
