// Tests of the checksum and hashes: published values of XXH3, and that each flipped bit shows.
#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace aurora {
namespace {

TEST_CASE("checksum: values of XXH3 on the empty input", "[checksum]") {
  // What XXH3 promises never to change; stored checksums depend on it.
  CHECK(hash64("") == 0x2D06800538D394C2u);
  CHECK(checksum32("") == 0x38D394C2u);
  const Hash128 empty = hash128("");
  CHECK(empty.high == 0x99AA06D3014798D8u);
  CHECK(empty.low == 0x6001C324468D497Fu);
}

TEST_CASE("checksum: every flipped bit shows, at every length class", "[checksum]") {
  for (const std::size_t size : {1, 3, 8, 16, 17, 128, 129, 240, 241, 1024}) {
    std::string bytes(size, 'q');
    const auto before = checksum32(bytes);
    std::size_t missed = 0;
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      if (checksum32(bytes) == before) ++missed;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
    CHECK(missed == 0);
  }
}

TEST_CASE("bytes: unaligned access in both orders", "[bytes]") {
  std::string out("x");
  append_be<std::uint32_t>(out, 0x01020304u);
  append_le<std::uint16_t>(out, std::uint16_t{0x0506});
  CHECK(out == std::string("x\x01\x02\x03\x04\x06\x05"));
  CHECK(load_be<std::uint32_t>(out.data() + 1) == 0x01020304u);
  CHECK(load_le<std::uint16_t>(out.data() + 5) == 0x0506);
  out.assign(9, '.');
  store_be<std::uint64_t>(out.data() + 1, 0x6162636465666768u);
  CHECK(out == ".abcdefgh");
}

}  // namespace
}  // namespace aurora
