// Cells of a CSV file as values of the declared types.
// Called by imports between the reader and the insert.
#pragma once

#include <aurora/result.hpp>
#include <aurora/value.hpp>

#include <string>
#include <string_view>
#include <unordered_map>

namespace aurora::io {

/// How a cell is read.
enum class CellType : std::uint8_t {
  kText,     ///< as it is; Uuid, DateTime and the like are read by the insert
  kInt,      ///< an integer of 64 bits
  kFloat,    ///< a finite number
  kBoolean,  ///< true or false in any case, 1 or 0
  kJson,     ///< JSON text: lists, objects, JSON
  kAny,      ///< JSON text when it is that, else text
};

/// For a type as introspection writes it: "Int", "[String!]", "{ city: String }".
[[nodiscard]] CellType cell_type_of(std::string_view declared_type) noexcept;

/// The value of a cell. An empty cell is null, except that a quoted empty one (which the reader hands
/// on as an empty text) is the empty text where text is declared. Errors: TypeError.
[[nodiscard]] Result<Value> read_cell(CellType type, std::string_view cell);

/// Converts whole records. Columns without a type stay text: the insert says what is unknown.
class CellConverter {
 public:
  void declare(std::string field, std::string_view declared_type);
  /// Errors: TypeError naming the field.
  [[nodiscard]] Status convert(Object& record) const;

 private:
  std::unordered_map<std::string, CellType> types_;
};

}  // namespace aurora::io
