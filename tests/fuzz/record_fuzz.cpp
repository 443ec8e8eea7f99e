// Fuzz target: bytes taken for a record. Whatever `check` accepts must be safe to read, compare,
// copy and write; the checksum is set right so that the input reaches the checks behind it.
#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/document/record.hpp>
#include <aurora/index/key.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace aurora;

void require(bool holds) {
  if (!holds) std::abort();
}

void read_all(RecordView record) {
  RecordBuilder builder;
  for (std::uint32_t i = 0; i < record.field_count(); ++i) {
    const auto [id, value] = record.field_at(i);
    require(record.field(id).type() == value.type());
    require(compare(value, value) == 0);
    static_cast<void>(to_json(value));
    std::string key;
    append_key(key, value);
    static_cast<void>(cut_key(key));
    const Value copy(value);
    static_cast<void>(compare(copy, copy));
    builder.add(id, copy);
  }
  auto rebuilt = builder.finish(record.schema_version(), 1u << 30);
  require(rebuilt.has_value());
  RecordRef sealed = *std::move(rebuilt);
  sealed.seal(record.sequence(), record.sid());
  require(RecordView::check(sealed.bytes()).has_value());
  require(sealed.view().field_count() == record.field_count());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.size() >= RecordView::kHeaderBytes) {
    bytes[0] = static_cast<char>(RecordView::kFormat);
    const auto sum =
        checksum32(std::string_view(bytes).substr(8)) ^ load_le<std::uint32_t>(bytes.data());
    store_le(bytes.data() + 4, sum);
  }
  // A copy of exactly this length, so that a byte too far is seen.
  const auto exact = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), exact.get());
  const std::string_view record(exact.get(), bytes.size());
  if (RecordView::check(record)) read_all(RecordView(record));
  return 0;
}
