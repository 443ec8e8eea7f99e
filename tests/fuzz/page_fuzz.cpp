// Fuzz target: index pages and directories (page_codec.cpp), with the right checksum over anything.
// Input: u16 size of the directory's body, that body, then the body of a page that stands for every
// id. Built with libFuzzer, or with the replay driver of tests/support.

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/index/ordered_index.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "index/page_codec.hpp"

namespace {

using namespace aurora;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string sealed(std::uint8_t format, std::string_view body) {
  std::string block(1, static_cast<char>(format));
  append_le(block, checksum32(body));
  block += body;
  return block;
}

/// A sound index: holds its invariants, and goes on holding them when changed.
void use(OrderedIndex& index) {
  const IndexVersion loaded = index.version();
  require(OrderedIndex::check(loaded).has_value());
  const std::uint64_t entries = loaded.entry_count();
  if (entries > 1u << 20) return;  // runs make these from few bytes
  require(loaded.count(KeyRange{}) == entries);
  std::vector<std::string> keys;
  loaded.scan({}, IndexVersion::Direction::kBackward, [&](const IndexVersion::Entry& entry) {
    keys.emplace_back(entry.key);
    return true;
  });
  for (const std::string& key : keys) {
    const OrdinalSet ordinals = loaded.find(key);
    require(ordinals.size() == loaded.count(key) && !ordinals.empty());
    index.remove(key, ordinals.min(), {2, 1});
    index.add(key + "x", ordinals.max(), {2, 1});
  }
  require(OrderedIndex::check(index.version()).has_value());
  require(OrderedIndex::check(loaded).has_value());
  require(loaded.entry_count() == entries);
}

void use_page(const std::string& page) {
  const auto leaf = index::decode_page(page);
  if (!leaf) return;
  const index::Leaf& read = **leaf;
  const std::string again = index::encode_page(read);
  require(index::encode_page(*index::decode_page(again).value()) == again);
  for (std::uint32_t at = 0; at < read.size(); ++at)
    if (read.key(at).size() == index::Leaf::kMaxKeySize) return;  // use() makes each a byte longer
  const std::string directory =
      index::encode_directory({{read.page_id, read.size(), read.entries(), read.key(0)}});
  auto index =
      OrderedIndex::load(directory, [&](std::uint32_t) -> Result<std::string> { return page; });
  use(index.value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size < 2) return 0;
  const std::size_t directory_size =
      std::min<std::size_t>(load_le<std::uint16_t>(input.data()), size - 2);
  const std::string directory = sealed(index::kDirectoryFormat, input.substr(2, directory_size));
  const std::string page = sealed(index::kPageFormat, input.substr(2 + directory_size));
  use_page(page);
  auto index =
      OrderedIndex::load(directory, [&](std::uint32_t) -> Result<std::string> { return page; });
  if (index) {
    require(OrderedIndex::check(index->version()).has_value());
    require(OrderedIndex::page_ids(directory).has_value());
  }
  return 0;
}
