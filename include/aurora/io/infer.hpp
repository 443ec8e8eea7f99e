// A collection's definition from a sample of its records.
// Called by imports into a collection that does not exist yet.
#pragma once

#include <aurora/io/format.hpp>
#include <aurora/value.hpp>

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace aurora::io {

struct InferredField {
  std::string name;
  std::string type;        ///< as a definition writes it, without '!'
  bool primary = false;    ///< then also required
};

/// Looks at records and says what they have in common.
///
/// Int, Float, Boolean, Uuid, Date and DateTime where every value of the field is one; Float for Int and
/// Float together; [T] for lists of one such T, [JSON] for lists of objects; JSON for objects; String for other texts;
/// Any for a mixture. Cells of CSV are told apart by their text, a mixture of them is String. Everything
/// may be null, but for a field `id` that every record has, each another one, of Int, String or Uuid:
/// that one is the primary key.
class Inference {
 public:
  explicit Inference(Format format) : cells_(format == Format::kCsv) {}
  void add(const Object& record);
  /// In the order of first appearance.
  [[nodiscard]] std::vector<InferredField> fields() const;

 private:
  using Kinds = std::uint32_t;
  struct Seen {
    std::string name;
    Kinds kinds = 0;       // of values that are not null
    Kinds elements = 0;    // of the elements of lists
  };
  [[nodiscard]] std::string type_of(const Seen& field) const;
  void note_id(const Value& value);

  bool cells_;
  std::vector<Seen> seen_;
  std::unordered_map<std::string, std::size_t> places_;
  std::unordered_set<std::string> ids_;
  bool ids_unique_ = true;
  std::uint64_t ids_count_ = 0;
  std::uint64_t records_ = 0;
};

/// "define collection c {…}", a field a line. Requires: names that are identifiers.
[[nodiscard]] std::string definition_text(std::string_view collection, std::span<const InferredField> fields);

}  // namespace aurora::io
