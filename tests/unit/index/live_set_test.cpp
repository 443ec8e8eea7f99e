// Live sets: copies share until one changes, and full stretches become runs.
#include <aurora/index/live_set.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <thread>
#include <vector>

using namespace aurora;

TEST_CASE("copies of a live set are independent") {
  LiveSet first;
  for (Ordinal i = 0; i < 1000; ++i) first.add(i);
  LiveSet second = first;
  second.remove(500);
  second.add(2000);
  CHECK(first.size() == 1000);
  CHECK(first.get().contains(500));
  CHECK(second.size() == 1000);
  CHECK_FALSE(second.get().contains(500));
  CHECK(second.max() == 2000);
  LiveSet third = second;
  second = first;   // back to what the first holds, while the third stays
  CHECK(second.get() == first.get());
  CHECK(third.max() == 2000);
  first = OrdinalSet::range(0, 3);
  CHECK(first.size() == 3);
  CHECK(second.size() == 1000);
}

TEST_CASE("a live set of ordinals that came in order is small, whatever was removed is gone") {
  LiveSet set;
  std::set<Ordinal> expected;
  constexpr Ordinal kCount = 400'000;
  for (Ordinal i = 0; i < kCount; ++i) {
    set.add(i);
    if (i % 50'000 == 49'999) set.remove(i - 7);
  }
  for (Ordinal i = 0; i < kCount; ++i)
    if (i % 50'000 != 49'992) expected.insert(i);
  std::vector<Ordinal> found;
  set.append_to(found);
  CHECK(std::vector<Ordinal>(expected.begin(), expected.end()) == found);
  CHECK(set.get().memory_bytes() < 10'000);
}

TEST_CASE("readers of copies do not meet the writer", "[threads]") {
  LiveSet set;
  for (Ordinal i = 0; i < 10'000; ++i) set.add(i);
  std::vector<std::thread> readers;
  for (int r = 0; r < 3; ++r)
    readers.emplace_back([copy = set] {
      for (int i = 0; i < 50; ++i) {
        std::uint64_t sum = 0;
        copy.get().for_each([&](Ordinal ordinal) {
          sum += ordinal;
          return true;
        });
        if (sum != std::uint64_t{10'000} * 9'999 / 2) std::terminate();
      }
    });
  for (Ordinal i = 10'000; i < 60'000; ++i) set.add(i);
  for (auto& reader : readers) reader.join();
  CHECK(set.size() == 60'000);
}
