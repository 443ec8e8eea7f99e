// Fuzz target: any bytes as CSV. Reading ends, places lie inside the text, cells are what was declared, and
// it does not matter where the input is cut.
#include <aurora/io/cells.hpp>
#include <aurora/io/infer.hpp>
#include <aurora/io/record_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace aurora;

void require(bool holds) {
  if (!holds) std::abort();
}

// All that the reader says, in one text.
std::string read(std::string_view text, std::size_t piece) {
  const auto source = io::text_source(text, piece);
  const auto reader = io::make_record_reader(io::Format::kCsv, *source, {.record_bytes = 4'096});
  io::Inference inference(io::Format::kCsv);
  std::vector<io::Record> good;
  std::string said;
  io::Record record;
  for (;;) {
    const auto more = reader->next(record);
    if (!more) return said + more.error().what();
    if (!*more) break;
    require(record.line >= 1 && record.line <= text.size() + 1);
    said += std::to_string(record.line);
    if (record.problem) {
      require(record.problem->line() >= record.line);
      said += record.problem->what();
      continue;
    }
    said += to_json(Value(record.fields));
    inference.add(record.fields);
    good.push_back(record);
  }
  // Every cell of a sample can be read as the type that was inferred from it.
  io::CellConverter converter;
  for (const auto& field : inference.fields()) converter.declare(field.name, field.type);
  for (auto& one : good) require(converter.convert(one.fields).has_value());
  return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(text, 1u << 16);
  require(read(text, 1) == whole);
  require(read(text, 5) == whole);
  return 0;
}
