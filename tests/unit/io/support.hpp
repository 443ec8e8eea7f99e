// What the tests of this room share: reading a text as records, in pieces of any size.
#pragma once

#include <aurora/io/record_reader.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aurora::io {

/// What a reader gave, as text that tells all of it: "line {json}", "line ! Code line:column message", and last
/// "end" or "stopped Code line:column message".
inline std::vector<std::string> read_all(Format format, std::string_view text, std::size_t piece = 1u << 16,
                                         std::size_t record_bytes = 16u << 20) {
  const auto place_of = [](const Error& error) {
    return std::string(to_string(error.code())) + " " + std::to_string(error.line()) + ":" +
           std::to_string(error.column()) + " " + error.message();
  };
  const auto source = text_source(text, piece);
  const auto reader = make_record_reader(format, *source, {.record_bytes = record_bytes});
  std::vector<std::string> out;
  Record record;
  for (;;) {
    const auto more = reader->next(record);
    if (!more) {
      out.push_back("stopped " + place_of(more.error()));
      return out;
    }
    if (!*more) break;
    out.push_back(std::to_string(record.line) +
                  (record.problem ? " ! " + place_of(*record.problem) : " " + to_json(Value(record.fields))));
  }
  out.emplace_back("end");
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace aurora::io
