// The lists of live queries: changes between two lists lead from one to the other, sorted rows know their places.
#include <aurora/reactive/live_changes.hpp>
#include <aurora/reactive/row_list.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace aurora::reactive {

namespace {

using Kind = LiveChange::Kind;

LiveRow row(std::uint64_t key, const std::string& text) { return {key, std::make_shared<const std::string>(text)}; }

std::vector<std::string> texts(const std::vector<LiveRow>& list) {
  std::vector<std::string> found;
  for (const auto& each : list) found.push_back(*each.text);
  return found;
}

// As docs/live.md says: the old ones out, then the new ones in.
std::vector<std::string> applied(const std::vector<LiveRow>& before, const std::vector<LiveChange>& changes) {
  auto list = texts(before);
  std::vector<std::size_t> olds;
  for (const auto& change : changes)
    if (change.kind != Kind::kAdded) olds.push_back(change.old_position);
  std::sort(olds.rbegin(), olds.rend());
  for (const auto old : olds) list.erase(list.begin() + static_cast<std::ptrdiff_t>(old));
  for (const auto& change : changes)
    if (change.kind != Kind::kRemoved)
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(change.position), *change.row);
  return list;
}

}  // namespace

TEST_CASE("changes between lists lead from one to the other", "[reactive]") {
  std::mt19937 random(7);
  const auto make = [&] {
    std::vector<LiveRow> list;
    for (std::uint64_t key = 0; key < 8; ++key)
      if (random() % 3 > 0) list.push_back(row(key, std::string(1, static_cast<char>('a' + random() % 4))));
    std::shuffle(list.begin(), list.end(), random);
    return list;
  };
  for (int i = 0; i < 3000; ++i) {
    const auto before = make();
    const auto after = make();
    const auto changes = compare_lists(before, after);
    CHECK(applied(before, changes) == texts(after));
    CHECK(changes.empty() == (texts(before) == texts(after)));
  }
}

TEST_CASE("a row that changes, moves, or is replaced by one that looks the same", "[reactive]") {
  const std::vector before{row(1, "a"), row(2, "b"), row(3, "c")};
  const auto changed = compare_lists(before, {row(1, "a"), row(2, "x"), row(3, "c")});
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].kind == Kind::kModified);
  CHECK((*changed[0].old_row == "b" && *changed[0].row == "x" && changed[0].position == 1));
  const auto moved = compare_lists(before, {row(3, "c"), row(1, "a"), row(2, "b")});
  REQUIRE(moved.size() == 1);
  CHECK((moved[0].old_position == 2 && moved[0].position == 0 && *moved[0].row == "c"));
  CHECK(compare_lists(before, {row(9, "a"), row(2, "b"), row(3, "c")}).empty());
  const auto grown = compare_lists(before, {row(9, "a"), row(2, "b"), row(3, "c"), row(4, "d")});
  REQUIRE(grown.size() == 1);
  CHECK((grown[0].kind == Kind::kAdded && grown[0].position == 3));
}

TEST_CASE("a row list against a map", "[reactive]") {
  std::mt19937 random(11);
  RowList list;
  std::map<std::string, Ordinal> twin;
  const auto check = [&] {
    std::size_t place = 0;
    for (const auto& [key, ordinal] : twin) {
      if (list.rank(key) != place || list.at(place).ordinal != ordinal || list.find(key) == nullptr) return false;
      ++place;
    }
    return list.size() == twin.size() && list.rank("zzz") == twin.size();
  };
  for (Ordinal i = 0; i < 6000; ++i) {
    const auto key = std::to_string(random() % 2000);
    if (twin.contains(key)) {
      CHECK(list.take(key).ordinal == twin[key]);
      twin.erase(key);
    } else {
      list.insert({key, i, {}, nullptr});
      twin[key] = i;
    }
    if (i % 500 == 0) CHECK(check());
  }
  CHECK(check());
  while (twin.size() > 300) twin.erase(std::prev(twin.end()));
  list.cut_to(300);
  CHECK(check());
  for (Ordinal i = 0; i < 1000; ++i) list.insert({"~" + std::to_string(10'000 + i), i, {}, nullptr});
  std::size_t seen = 0;
  list.visit_from(250, [&](const RowEntry&) { return ++seen < 400; });
  CHECK(seen == 400);
  CHECK(list.find("nothing") == nullptr);
}

}  // namespace aurora::reactive
