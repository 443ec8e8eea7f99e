// Selection of fields instead of documents: from columns, as far as they are kept, else from the documents. Called by
// queries and the facade; calls selection and the view.
#include "selector.hpp"

#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

// A column costs a line of memory a value, or two, a document five or six.
constexpr std::size_t kMostColumns = 4;
// So few documents are read one by one, so that they stay hot.
constexpr std::uint64_t kPointReads = 64;

std::vector<ChunkField> chunk_fields(const CollectionDef& collection, std::span<const FieldPath> fields) {
  std::vector<ChunkField> wanted;
  for (const auto& path : fields) {
    if (is_virtual(collection, path.field)) return {};
    wanted.push_back({&path, column_type(collection, path).value_or(ColumnType::kPacked)});
  }
  return wanted;
}

// Rows whose fields are visited in natural order, some from columns, some from documents.
class FieldReader {
 public:
  FieldReader(View& view, const CollectionDef& collection, std::span<const FieldPath> fields, const FieldChunks& chunks,
              std::uint64_t most, const FieldsVisit& visit)
      : view_(view), collection_(collection), fields_(fields), chunks_(chunks), most_(most), visit_(visit) {}

  static constexpr std::size_t kBatch = 256;

  /// `ordinals` rise; at most kBatch. False when the visitor stopped.
  Status read(std::span<const Ordinal> ordinals) {
    ordinals_ = ordinals;
    find(ordinals);
    next_ = 0;
    if (missing_.empty()) return pass(ordinals.size());
    Status failed;
    AURORA_TRY(view_.scan(collection_.id, OrdinalSet::of_sorted(missing_), [&](Ordinal ordinal, const RecordRef& record) {
      const auto at = static_cast<std::size_t>(std::lower_bound(ordinals.begin(), ordinals.end(), ordinal) - ordinals.begin());
      failed = pass(at);
      if (!failed) return false;
      ++next_;
      ++documents_;
      for (std::size_t f = 0; f < fields_.size(); ++f) row_[f] = read_path(collection_, fields_[f], record.view());
      failed = visit_({std::span<const ValueView>(row_).first(fields_.size()), most_});
      return failed.has_value();
    }));
    AURORA_TRY(failed);
    return pass(ordinals.size());
  }

  [[nodiscard]] std::uint64_t documents() const noexcept { return documents_; }

 private:
  // Reads what columns have into values_, and notes the others in missing_. Lines of memory are asked for before any of
  // them is waited for: first those of the values' bits, then those of their bytes.
  void find(std::span<const Ordinal> ordinals) {
    missing_.clear();
    const auto width = fields_.size();
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
      const auto place = ordinals[i] % ColumnChunk::kSize;
      if (i == 0 || ordinals[i] / ColumnChunk::kSize != ordinals[i - 1] / ColumnChunk::kSize)
        places_[i] = chunks_.at(ordinals[i] / ColumnChunk::kSize);
      else
        places_[i] = places_[i - 1];
      if (places_[i] == nullptr) continue;
      for (std::size_t f = 0; f < width; ++f) {
        __builtin_prefetch(&places_[i][f]->present[place / 64]);
        __builtin_prefetch(&places_[i][f]->bits[place]);
      }
    }
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
      bool found = places_[i] != nullptr;
      for (std::size_t f = 0; found && f < width; ++f) {
        auto& value = values_[i * width + f];
        found = chunks_.read(f, *places_[i][f], ordinals[i], value);
        if (!value.encoded().empty()) __builtin_prefetch(value.encoded().data());
      }
      if (found) continue;
      places_[i] = nullptr;
      missing_.push_back(ordinals[i]);
    }
  }

  // Visits the rows up to `end` that columns have.
  Status pass(std::size_t end) {
    const auto width = fields_.size();
    for (; next_ < end; ++next_)
      if (places_[next_] != nullptr)
        AURORA_TRY(visit_({std::span<const ValueView>(values_).subspan(next_ * width, width), most_}));
    return {};
  }

  View& view_;
  const CollectionDef& collection_;
  const std::span<const FieldPath> fields_;
  const FieldChunks& chunks_;
  const std::uint64_t most_;
  const FieldsVisit& visit_;
  std::uint64_t documents_ = 0;
  // Of the batch under way:
  std::span<const Ordinal> ordinals_;
  std::size_t next_ = 0;                                      // row to be visited
  std::array<const ColumnChunk* const*, kBatch> places_;      // of each row its chunks; null: its document is read
  std::array<ValueView, kBatch * kMostColumns> values_;
  std::array<ValueView, kMostColumns> row_;                   // of a document
  std::vector<Ordinal> missing_;
};

}  // namespace

// False when documents are to be read.
Result<bool> Selector::try_field_columns(std::span<const FieldPath> fields, const FieldsVisit& visit) {
  if (!access_.exact || !may_use_columns() || fields.empty() || fields.size() > kMostColumns) return false;
  const auto start = clock();
  const auto end = std::min(window_end(query_), committed().size());
  if (end <= query_.offset || end - query_.offset <= kPointReads) return false;
  const auto wanted = chunk_fields(*query_.collection, fields);
  if (wanted.empty()) return false;
  std::optional<OrdinalSet> within;
  if (after_ || before_) cut_to_bounds(within.emplace(committed()));
  const auto& rows = within ? *within : committed();
  const auto chunks = view_.field_chunks(query_.collection->id, {wanted, rows, settings_.deadline});
  if (!chunks) return false;

  const auto most = std::min(end, rows.size());
  FieldReader reader(view_, *query_.collection, fields, chunks, most > query_.offset ? most - query_.offset : 0, visit);
  std::array<Ordinal, FieldReader::kBatch> batch;
  std::uint64_t position = 0;
  std::uint64_t visited = 0;
  OrdinalSet::Iterator at(rows);
  for (auto read = at.read(batch); read > 0 && position < end; read = at.read(batch)) {
    AURORA_TRY(check_deadline(settings_));
    auto page = std::span<const Ordinal>(batch).first(std::min<std::uint64_t>(read, end - position));
    position += page.size();
    if (position <= query_.offset) continue;
    page = page.last(std::min<std::uint64_t>(page.size(), position - query_.offset));
    AURORA_TRY(reader.read(page));
    visited += page.size();
  }
  examined_ += reader.documents();
  looked_at_ = std::max(looked_at_, rows.size());
  if (explanation_ != nullptr) {
    std::string columns;
    for (const auto& field : fields) columns += (columns.empty() ? "column of " : ", ") + field.text();
    auto node = std::move(access_.node);
    if (access_.candidates) {
      node = over("Scan", std::move(columns), std::move(node));
    } else {
      node.condition += (node.condition.empty() ? "" : ", ") + columns;
    }
    measure(node, position, start);
    node_ = std::move(node);
    limit_node(visited, start);
  }
  finish(shown(query_, visited), start, shown(query_, visited));
  return true;
}

Status Selector::each_fields(std::span<const FieldPath> fields, const FieldsVisit& visit) {
  std::vector<ValueView> values(fields.size());
  const auto of_document = [&](const RowAtHand& row) -> Status {
    for (std::size_t i = 0; i < fields.size(); ++i) values[i] = read_path(*query_.collection, fields[i], row.record.view());
    return visit({values, row.most});
  };
  if (is_streamed() && !walks_backward()) {
    AURORA_TRY(choose());
    if (!query_.limit) AURORA_TRY(narrow());
    AURORA_ASSIGN(const bool done, try_field_columns(fields, visit));
    if (done) return {};
  }
  return each(of_document);
}

Status each_fields(View& view, const DocumentQuery& query, std::span<const FieldPath> fields, const ExecSettings& settings,
                   plan::Explanation* explanation, const FieldsVisit& visit) {
  Selector selector(view, query, settings, explanation);
  AURORA_TRY(selector.prepare());
  return selector.each_fields(fields, visit);
}

}  // namespace aurora::exec
