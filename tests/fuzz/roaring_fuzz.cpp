// Fuzz target: bytes of ordinal sets (ordinal_codec.cpp). Whatever from_bytes accepts must behave
// as a set. Built with libFuzzer, or with the replay driver of tests/support.

#include <aurora/index/ordinal_set.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aurora;
  auto read = OrdinalSet::from_bytes({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  OrdinalSet& set = *read;
  if (set.size() > 1u << 22) return 0;  // full containers cost no bytes, but time below
  std::vector<Ordinal> values;
  set.append_to(values);
  require(values.size() == set.size());
  require(std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end());

  std::string bytes;
  set.append_bytes(bytes);
  require(OrdinalSet::from_bytes(bytes).value() == set);
  const OrdinalSet twin = OrdinalSet::of_sorted(values);
  require(twin == set);

  const OrdinalSet other = OrdinalSet::range(65000, 200000);
  const OrdinalSet pair[] = {set & other, set - other};
  require((pair[0] | pair[1]) == set);
  require(pair[0].size() == set.intersection_size(other));
  const OrdinalSet* const both[] = {&set, &other};
  require(OrdinalSet::union_of(both) == (twin | other));
  OrdinalSet changed = set;
  changed |= other;
  changed -= other;
  require(changed == pair[1]);
  OrdinalSet::Iterator iterator(set);
  iterator.seek(100000);
  const auto expected = std::lower_bound(values.begin(), values.end(), 100000u);
  require(iterator.valid() == (expected != values.end()));
  if (iterator.valid()) require(iterator.value() == *expected);
  for (const Ordinal ordinal : {0u, 65535u, 65536u, 131072u, 0xFFFFFFFFu}) {
    require(set.contains(ordinal) == twin.contains(ordinal));
    require(set.add(ordinal) != twin.contains(ordinal));
    require(set.remove(ordinal));
  }
  set.optimize();
  require(set.size() <= values.size());
  return 0;
}
