// What the tests of the ordered index share: the naive twin, random keys, and comparison of the
// two. Used by the tests of this folder.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <aurora/index/ordered_index.hpp>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace aurora::test {

using Twin = std::map<std::string, std::set<Ordinal>>;
using Random = std::mt19937_64;

inline std::uint64_t entries_of(const Twin& twin) {
  std::uint64_t entries = 0;
  for (const auto& [key, ordinals] : twin) entries += ordinals.size();
  return entries;
}

/// Everything the version holds, by a scan.
inline Twin contents(const IndexVersion& version, const KeyRange& range = {},
                     IndexVersion::Direction direction = IndexVersion::Direction::kForward) {
  Twin twin;
  std::string last;
  bool first = true;
  version.scan(range, direction, [&](const IndexVersion::Entry& entry) {
    if (!first)
      REQUIRE(
          (direction == IndexVersion::Direction::kForward ? last < entry.key : last > entry.key));
    first = false;
    last = entry.key;
    std::set<Ordinal>& ordinals = twin[last];
    REQUIRE(entry.inline_ordinals.empty() == (entry.set != nullptr));
    ordinals.insert(entry.inline_ordinals.begin(), entry.inline_ordinals.end());
    if (entry.set != nullptr)
      entry.set->for_each([&](Ordinal ordinal) { return ordinals.insert(ordinal).second; });
    return true;
  });
  return twin;
}

inline void require_same(const IndexVersion& version, const Twin& twin) {
  const Status sound = OrderedIndex::check(version);
  INFO((sound ? std::string() : sound.error().message()));
  REQUIRE(sound.has_value());
  REQUIRE(version.key_count() == twin.size());
  REQUIRE(version.entry_count() == entries_of(twin));
  REQUIRE(contents(version) == twin);
}

/// Keys of one kind: bytes of any length, long common prefixes, numbers, few values, zero bytes and
/// prefixes of each other.
class KeySource {
 public:
  KeySource(Random& random, unsigned kind, std::size_t distinct)
      : random_(random), kind_(kind % 6), distinct_(distinct) {
    for (int i = 0; i < 3; ++i) prefixes_.push_back(bytes(300 + random_() % 200));
  }

  std::string next() {
    const std::uint64_t pick = random_() % distinct_;
    switch (kind_) {
      case 0:
        return bytes_from(pick, 1 + pick % 40);
      case 1:
        return prefixes_[pick % 3] + std::to_string(pick);
      case 2:
        return number(pick * 0x9E3779B97F4A7C15u);
      case 3:
        return pick == 0 ? std::string() : "city " + std::to_string(pick % 50);
      case 4:
        return std::string(pick % 400, pick % 2 == 0 ? '\0' : 'a');
      default:
        return pick % 3 == 0 ? prefixes_[0].substr(0, pick % 300) : bytes_from(pick, pick % 512);
    }
  }

  static std::string number(std::uint64_t value) {
    std::string key(1, '\x20');
    for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(value >> shift));
    return key;
  }

 private:
  std::string bytes(std::size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random_());
    return text;
  }
  static std::string bytes_from(std::uint64_t seed, std::size_t size) {
    Random random(seed);
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random());
    return text;
  }

  Random& random_;
  unsigned kind_;
  std::size_t distinct_;
  std::vector<std::string> prefixes_;
};

}  // namespace aurora::test
