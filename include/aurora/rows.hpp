// Rows of named fields, as FieldQuery and Statement hand them out. Public; includes only std and the vocabulary headers.
#pragma once

#include <aurora/value.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

namespace facade {
class RowCollector;
}

/// The rows of a query, already read at one state of the database: for each the values of the fields that were named, null
/// where there is none. Cheap to copy; keeps its values alive by itself, also after the database is closed.
/// Threads: const use from any thread.
class Rows {
  struct Body {
    std::shared_ptr<const std::vector<std::string>> names;
    std::vector<ValueView> values;                 // row by row
    std::vector<std::unique_ptr<char[]>> bytes;    // that they borrow
    std::size_t count = 0;
  };

 public:
  /// One of them. Valid as long as its Rows, or a copy of those, lives.
  class Row {
   public:
    /// By the place of the name in names(); null beyond.
    [[nodiscard]] ValueView operator[](std::size_t place) const noexcept {
      return place < names_->size() ? values_[place] : ValueView();
    }
    /// As it was named; null when it was not.
    [[nodiscard]] ValueView operator[](std::string_view name) const noexcept {
      for (std::size_t i = 0; i < names_->size(); ++i)
        if ((*names_)[i] == name) return values_[i];
      return {};
    }
    [[nodiscard]] std::span<const ValueView> values() const noexcept { return {values_, names_->size()}; }
    [[nodiscard]] std::string to_json() const;

   private:
    friend class Rows;
    Row(const std::vector<std::string>& names, const ValueView* values) noexcept : names_(&names), values_(values) {}
    const std::vector<std::string>* names_;
    const ValueView* values_;
  };

  class Iterator {
   public:
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Row operator*() const noexcept { return (*rows_)[at_]; }
    Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    Iterator operator++(int) noexcept {
      auto before = *this;
      ++at_;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.at_ == b.at_; }

   private:
    friend class Rows;
    Iterator(const Rows& rows, std::size_t at) noexcept : rows_(&rows), at_(at) {}
    const Rows* rows_ = nullptr;
    std::size_t at_ = 0;
  };

  Rows() = default;
  [[nodiscard]] Iterator begin() const noexcept { return {*this, 0}; }
  [[nodiscard]] Iterator end() const noexcept { return {*this, size()}; }
  [[nodiscard]] std::size_t size() const noexcept { return body_ ? body_->count : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Requires: index < size().
  [[nodiscard]] Row operator[](std::size_t index) const noexcept {
    return {*body_->names, body_->values.data() + index * body_->names->size()};
  }
  /// Of the fields, as they were named.
  [[nodiscard]] std::span<const std::string> names() const noexcept {
    return body_ ? std::span<const std::string>(*body_->names) : std::span<const std::string>();
  }

 private:
  friend class facade::RowCollector;
  std::shared_ptr<const Body> body_;
};

}  // namespace aurora
