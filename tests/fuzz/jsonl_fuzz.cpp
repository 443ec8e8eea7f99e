// Fuzz target: any bytes as JSON lines and as a JSON array. Reading ends, places lie inside the text, and it
// does not matter where the input is cut; names that imports make can be named in AQL.
#include <aurora/io/field_names.hpp>
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

std::string read(io::Format format, std::string_view text, std::size_t piece) {
  const auto source = io::text_source(text, piece);
  const auto reader = io::make_record_reader(format, *source, {.record_bytes = 4'096});
  io::FieldNames names;
  io::Inference inference(format);
  std::string said;
  io::Record record;
  for (;;) {
    const auto more = reader->next(record);
    if (!more) return said + more.error().what();
    if (!*more) break;
    require(record.line >= 1 && record.line <= text.size() + 1);
    said += std::to_string(record.line);
    if (record.problem) {
      require(record.problem->line() >= record.line && record.problem->line() <= text.size() + 1);
      said += record.problem->what();
      continue;
    }
    said += to_json(Value(record.fields));
    names.rename(record.fields);
    for (const auto& [name, value] : record.fields) require(io::is_identifier(name));
    inference.add(record.fields);
  }
  return said + io::definition_text("c", inference.fields());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto format : {io::Format::kJsonLines, io::Format::kJson}) {
    const std::string whole = read(format, text, 1u << 16);
    require(read(format, text, 1) == whole);
    require(read(format, text, 5) == whole);
  }
  return 0;
}
