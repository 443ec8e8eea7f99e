// The fluent query: db.query("users").where(field("age") > 25).order_by("age", desc).limit(10).
#pragma once

#include <aurora/condition.hpp>
#include <aurora/document.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aurora {

class FieldQuery;
class View;
class Watcher;
class WriteView;
namespace exec {
struct DocumentQuery;
}
namespace facade {
class State;
class TransactionState;
}  // namespace facade

/// The documents of a query: a range, already read at one state of the database.
class Documents {
 public:
  Documents() = default;
  explicit Documents(std::vector<Document> documents) : documents_(std::move(documents)) {}
  [[nodiscard]] auto begin() const noexcept { return documents_.begin(); }
  [[nodiscard]] auto end() const noexcept { return documents_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return documents_.size(); }
  [[nodiscard]] bool empty() const noexcept { return documents_.empty(); }
  [[nodiscard]] const Document& operator[](std::size_t index) const noexcept { return documents_[index]; }

 private:
  std::vector<Document> documents_;
};

/// A query being built; each call adds to it and gives it back (a temporary by value, so that a loop over a
/// chain of calls is safe). Runs when it is read. Copyable. One that is kept and read again is planned once.
/// Threads: one at a time. Errors: reading throws what the same AQL would; the try_ forms give it back.
class Query {
 public:
  /// All conditions given must hold.
  Query& where(Condition condition) &;
  Query where(Condition condition) && { return std::move(where(std::move(condition))); }
  Query& filter(Condition condition) & { return where(std::move(condition)); }
  Query filter(Condition condition) && { return std::move(where(std::move(condition))); }
  /// The first call is the main order, later ones break its ties.
  Query& order_by(std::string path, Direction direction = asc) &;
  Query order_by(std::string path, Direction direction = asc) && {
    return std::move(order_by(std::move(path), direction));
  }
  Query& limit(std::uint64_t count) &;
  Query limit(std::uint64_t count) && { return std::move(limit(count)); }
  Query& offset(std::uint64_t count) &;
  Query offset(std::uint64_t count) && { return std::move(offset(count)); }

  /// The same rows, of which only these fields are read (field_query.hpp): names, or dotted paths.
  [[nodiscard]] FieldQuery select(std::vector<std::string> paths) const;

  [[nodiscard]] Result<Documents> try_fetch() const;
  [[nodiscard]] Documents fetch() const { return try_fetch().value(); }
  [[nodiscard]] Documents collect() const { return fetch(); }
  /// Into bound structs (bind.hpp).
  template <class T>
  [[nodiscard]] std::vector<T> fetch() const {
    std::vector<T> result;
    for (const auto& document : fetch()) result.push_back(document.template as<T>());
    return result;
  }
  /// The first document, if there is one.
  [[nodiscard]] std::optional<Document> first() const;
  [[nodiscard]] Result<std::uint64_t> try_count() const;
  [[nodiscard]] std::uint64_t count() const { return try_count().value(); }
  /// Changes every match by AQL update data (modifiers included); returns how many. A commit of its own.
  std::uint64_t update(const Object& data) const;
  /// Removes every match; returns how many. A commit of its own.
  std::uint64_t remove() const;
  /// Lets a watcher give at most one update in this time.
  Query& debounce(std::chrono::milliseconds shortest) &;
  Query debounce(std::chrono::milliseconds shortest) && { return std::move(debounce(shortest)); }
  /// The result, and every change of it from then on (watcher.hpp). Errors: as reading; InvalidOperation inside a
  /// transaction.
  [[nodiscard]] Watcher watch() const;
  [[nodiscard]] Result<Watcher> try_watch() const;
  /// The plan as JSON, as @explain(analyze: true) gives it. Runs the query.
  [[nodiscard]] std::string explain() const;

  /// Reads once and iterates.
  class Iterator {
   public:
    using value_type = Document;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(std::shared_ptr<const Documents> documents) : documents_(std::move(documents)) {}
    const Document& operator*() const noexcept { return (*documents_)[at_]; }
    const Document* operator->() const noexcept { return &**this; }
    Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    void operator++(int) noexcept { ++at_; }
    friend bool operator==(const Iterator& a, std::default_sentinel_t) noexcept {
      return !a.documents_ || a.at_ >= a.documents_->size();
    }

   private:
    std::shared_ptr<const Documents> documents_;
    std::size_t at_ = 0;
  };
  [[nodiscard]] Iterator begin() const { return Iterator(std::make_shared<const Documents>(fetch())); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend class Database;
  friend class FieldQuery;
  friend class Transaction;
  struct Specification {
    std::string collection;
    List conditions;
    std::vector<std::pair<std::string, Direction>> order;
    std::optional<std::uint64_t> limit;
    std::uint64_t offset = 0;
    std::chrono::milliseconds debounce{0};
  };
  Query(std::shared_ptr<facade::State> state, std::shared_ptr<facade::TransactionState> transaction,
        std::string collection);
  using Plan = std::shared_ptr<const exec::DocumentQuery>;
  [[nodiscard]] Result<Plan> make(View& view) const;
  [[nodiscard]] Result<void> read(const std::function<Result<void>(View&, const exec::DocumentQuery&)>& work) const;
  [[nodiscard]] Result<void> write(const std::function<Result<void>(WriteView&, const exec::DocumentQuery&)>& work) const;

  std::shared_ptr<facade::State> state_;
  std::shared_ptr<facade::TransactionState> transaction_;   // null: outside
  Specification specification_;
  mutable Plan plan_;   // of the last read, while it stays right; null: none
};

}  // namespace aurora
