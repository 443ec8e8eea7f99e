// The naive twin of a collection: a list of documents, read from one end to the other each time.
// Compared with the real thing by the model test; shares no code with plan, index or exec.
#pragma once

#include <aurora/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::testing {

enum class Kind { kInt, kFloat, kString, kBool, kInts, kStrings, kObject };

[[nodiscard]] constexpr bool is_list(Kind kind) {
  return kind == Kind::kInts || kind == Kind::kStrings;
}
[[nodiscard]] constexpr bool is_scalar(Kind kind) { return kind < Kind::kInts; }

struct TwinField {
  std::string name;
  Kind kind = Kind::kInt;
  bool primary = false;
  bool unique = false;
  bool indexed = false;
  Value initial;  ///< the default; null: none
};

struct TwinCompound {
  std::vector<std::string> fields;
  bool unique = false;
};

struct TwinSchema {
  std::vector<TwinField> fields;
  std::vector<TwinCompound> compounds;
  [[nodiscard]] const TwinField* find(std::string_view name) const;
  [[nodiscard]] TwinField* find(std::string_view name);
  [[nodiscard]] bool in_compound(std::string_view name) const;
};

struct TwinOrder {
  std::string path;
  bool descending = false;
  std::optional<bool> nulls_first;
};

struct TwinQuery {
  Object where;
  std::vector<TwinOrder> order;
  std::string distinct;  ///< empty: not
  std::size_t offset = 0;
  std::optional<std::size_t> limit;
};

/// By the reference, "Order across types", for the kinds that the model uses.
[[nodiscard]] int twin_compare(const Value& a, const Value& b);
/// The value at a dotted path; null when absent.
[[nodiscard]] const Value& twin_value(const Object& document, std::string_view path);
[[nodiscard]] bool twin_matches(const Object& document, const Object& where);

class Twin {
 public:
  TwinSchema schema;

  /// Documents in the order of their insertion, null fields left out. Copyable: a copy is a
  /// transaction.
  [[nodiscard]] const std::vector<Object>& documents() const { return documents_; }
  void drop_documents() { documents_.clear(); }

  // Each of these is one operation: false, with nothing changed, when a unique value would be there
  // twice.
  [[nodiscard]] bool insert(const std::vector<Object>& documents);
  [[nodiscard]] bool update(const Object& where, const Object& data, std::size_t& affected);
  [[nodiscard]] bool upsert(const Object& where, const Object& data, std::size_t& affected);
  std::size_t remove(const Object& where);

  [[nodiscard]] std::vector<Object> select(const TwinQuery& query) const;

  // What an alter does to the documents; the schema is changed too.
  void add_field(const TwinField& field);
  void drop_field(const std::string& name);
  void rename_field(const std::string& from, const std::string& to);
  void widen_to_float(const std::string& name);

  /// Every declared field, absent ones as null: a result without a selection set.
  [[nodiscard]] Object shown(const Object& document) const;

 private:
  [[nodiscard]] bool keeps_unique() const;
  void add(const Object& document);
  void change(Object& document, const Object& data) const;
  std::vector<Object> documents_;
};

}  // namespace aurora::testing
