// The matches of a query as indexes and columns alone tell them, for what can be answered without opening a document.
// Made by selection; asked by aggregates and groups.
#pragma once

#include <aurora/exec/select.hpp>
#include <aurora/exec/view.hpp>
#include <aurora/index/column.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aurora::exec {

/// Whose columns are asked for, and what for. Requires: the view has columns(), and nothing is pending.
struct ColumnSource {
  View& view;
  const CollectionVersion& version;
  std::uint64_t documents = 0;             ///< how many must be read without columns
  const ExecSettings& settings;
};

/// What was read instead of documents, for the plan.
struct ColumnNotes {
  std::vector<std::string> indexes = {};   ///< whose columns gave the values
  std::vector<std::string> fields = {};    ///< with a column of their own

  /// Remembers where column_at finds the column of a path.
  void add(const CollectionDef& collection, const FieldPath& path);
  /// "column of a, b"
  [[nodiscard]] std::string text() const;
};

struct IndexedMatches {
  const CollectionDef& collection;
  const CollectionVersion& version;
  const OrdinalSet& ordinals;
  bool all = false;                        ///< every live document
  ColumnSource columns;
  std::string keys_of = {};                ///< the index whose keys made the groups
  ColumnNotes columns_of = {};
};

/// What a column of values at `path` holds; nothing when no column can: undeclared, a list, a Uuid, computed as it is
/// read.
[[nodiscard]] std::optional<ColumnType> column_type(const CollectionDef& collection, const FieldPath& path);

/// The column of the values at `path`: beside an index, or of the field. Null when it cannot be had, or when making it
/// would cost more than reading the documents.
[[nodiscard]] Column column_at(const ColumnSource& source, const FieldPath& path);

/// Some of the ordinals of an index entry or a set, rising.
struct OrdinalSpan {
  std::span<const Ordinal> listed;         ///< when `set` is null
  const OrdinalSet* set = nullptr;

  /// Calls `visit` with a span of ordinals at a time.
  template <class Visit>
  void for_each_batch(const Visit& visit) const {
    if (set == nullptr) return visit(listed);
    std::array<Ordinal, 512> batch;
    OrdinalSet::Iterator at(*set);
    for (auto read = at.read(batch); read > 0; read = at.read(batch)) visit(std::span<const Ordinal>(batch).first(read));
  }
};

/// One column read at ordinals that mostly rise.
class ColumnCursor {
 public:
  explicit ColumnCursor(const Column& column) : column_(column) {}

  /// False for null.
  [[nodiscard]] bool read(Ordinal ordinal, std::uint64_t& bits) {
    const auto number = ordinal / ColumnChunk::kSize;
    if (number != number_) {
      number_ = number;
      chunk_ = column_.chunk(number);
    }
    if (chunk_ == nullptr || !chunk_->has(ordinal)) return false;
    bits = chunk_->bits[ordinal % ColumnChunk::kSize];
    return true;
  }
  /// The value; texts are borrowed from the column.
  [[nodiscard]] ValueView value(Ordinal ordinal) {
    std::uint64_t bits = 0;
    if (!read(ordinal, bits)) return {};
    return column_.type() == ColumnType::kText ? ValueView::of(std::string_view(column_.texts()[bits]))
                                               : column_value(column_.type(), bits);
  }

 private:
  const Column& column_;
  std::uint32_t number_ = UINT32_MAX;
  const ColumnChunk* chunk_ = nullptr;
};

}  // namespace aurora::exec
