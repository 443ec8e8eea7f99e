// Records of an export, one at a time, in any format; what the readers of this room read back equal.
// Called by the export mutation.
#pragma once

#include <aurora/io/cells.hpp>
#include <aurora/io/file_sink.hpp>
#include <aurora/io/format.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace aurora::io {

/// A field of every record.
struct Column {
  std::string name;
  CellType type = CellType::kAny;
};

/// A field of one record.
struct Field {
  std::string_view name;
  ValueView value;
};

/// Threads: one at a time. Cost: nothing is kept but the sink's buffer.
class RecordWriter {
 public:
  RecordWriter() = default;
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  virtual ~RecordWriter() = default;

  /// For CSV: a value for each column, in their order. Errors: those of the sink.
  [[nodiscard]] virtual Status add(std::span<const Field> fields) = 0;
  /// Once, behind the last record; the sink is not finished by it. Errors: those of the sink.
  [[nodiscard]] virtual Status finish() = 0;
};

/// Requires: a sink that outlives the writer.
[[nodiscard]] std::unique_ptr<RecordWriter> make_record_writer(Format format, FileSink& sink,
                                                               std::vector<Column> columns);

}  // namespace aurora::io
