// A document as the C++ API hands it out: a shared, immutable record with the names of its collection.
// Public; includes only std and the vocabulary headers.
#pragma once

#include <aurora/value.hpp>

#include <memory>
#include <string_view>

namespace aurora {

class RecordRef;
struct CollectionDef;
namespace facade {
class DocumentCollector;
}

/// Cheap to copy; keeps its bytes alive by itself, also after the database is closed. Documents of one result that stand
/// side by side share memory, which lives as long as one of them does.
/// Threads: const use from any thread.
class Document {
 public:
  Document() = default;
  Document(const std::shared_ptr<const CollectionDef>& collection, const RecordRef& record);
  /// The value of a field, or of a part of one by a dotted path; null when absent. `_sid` is the system id.
  /// Valid as long as this document lives.
  [[nodiscard]] ValueView operator[](std::string_view path) const;
  [[nodiscard]] bool has(std::string_view path) const { return !(*this)[path].is_null(); }
  /// The value of the primary key; of `_sid` when the collection has none.
  [[nodiscard]] Value id() const;
  [[nodiscard]] Uuid sid() const;
  /// Of the commit that wrote this state.
  [[nodiscard]] std::uint64_t sequence() const;
  [[nodiscard]] std::string_view collection() const;
  /// All fields that are not null, in declared order.
  [[nodiscard]] Object fields() const;
  [[nodiscard]] std::string to_json() const;
  [[nodiscard]] explicit operator bool() const noexcept { return body_ != nullptr; }

  /// The document as a bound struct (see bind.hpp). Errors: throws TypeError naming the field.
  template <class T>
  [[nodiscard]] T as() const;

 private:
  friend class facade::DocumentCollector;
  struct Body;
  struct Single;
  std::shared_ptr<const Body> body_;
};

}  // namespace aurora

// The body of Document::as.
#include <aurora/bind.hpp>
