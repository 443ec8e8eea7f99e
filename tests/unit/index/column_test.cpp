// Forward columns against std::map<Ordinal, double>: made at any moment, followed by edits, read through versions held
// across changes (C1 to C3), also while a writer commits. Run under ThreadSanitizer too.

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <aurora/index/column.hpp>
#include <aurora/index/key.hpp>
#include <aurora/index/ordered_index.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>

using namespace aurora;

namespace {

using Values = std::map<Ordinal, std::optional<double>>;   // nothing: null

std::string key_of(const std::optional<double>& value) {
  std::string key;
  append_key(key, value ? ValueView::of(*value) : ValueView());
  return key;
}

Column make(const IndexVersion& version, ColumnPool& pool, ColumnType type = ColumnType::kFloat) {
  return version.column(type, pool, IndexVersion::ColumnUse::kMake);
}

bool equals(const Column& column, const Values& values) {
  std::size_t found = 0;
  for (std::uint32_t number = 0; number < 300; ++number) {
    const auto* chunk = column.chunk(number);
    if (chunk == nullptr) continue;
    for (Ordinal at = 0; at < ColumnChunk::kSize; ++at) {
      const auto ordinal = number * ColumnChunk::kSize + at;
      if (!chunk->has(ordinal)) continue;
      const auto wanted = values.find(ordinal);
      if (wanted == values.end() || !wanted->second) return false;
      if (column_value(column.type(), chunk->bits[at]).float_value() != *wanted->second) return false;
      ++found;
    }
  }
  std::size_t wanted = 0;
  for (const auto& [ordinal, value] : values) wanted += value ? 1 : 0;
  return found == wanted;
}

// Changes one document, as the pipeline does: the two edits of an update in the order of their keys.
void change(OrderedIndex& index, Values& values, std::mt19937_64& random, const EditScope& scope) {
  const auto ordinal = static_cast<Ordinal>(random() % 8 == 0 ? random() % 200'000 : random() % 3'000);
  const auto kind = random() % 8;
  std::optional<double> next;
  if (kind > 1) next = static_cast<double>(static_cast<std::int64_t>(random() % 400) - 200) / 4;
  const auto old = values.find(ordinal);
  const auto before = old != values.end() ? std::optional(key_of(old->second)) : std::nullopt;
  if (kind == 0) {
    if (before) index.remove(*before, ordinal, scope);
    values.erase(ordinal);
    return;
  }
  const auto after = key_of(next);
  if (before == after) return;
  if (before && *before < after) index.remove(*before, ordinal, scope);
  index.add(after, ordinal, scope);
  if (before && *before > after) index.remove(*before, ordinal, scope);
  values[ordinal] = next;
}

struct Snapshot {
  Sequence sequence = 0;
  IndexVersion version;
  Values values;
};

// As the engine publishes: newest reader, edit and version under one lock.
class Publisher {
 public:
  void commit(std::mt19937_64& random, int changes) {
    const std::lock_guard lock(mutex_);
    const EditScope scope{sequence_ + 1, live_.empty() ? 0 : *live_.rbegin()};
    for (int i = 0; i < changes; ++i) change(index_, values_, random, scope);
    ++sequence_;
    version_ = index_.version();
  }
  Snapshot take() {
    const std::lock_guard lock(mutex_);
    live_.insert(sequence_);
    return {sequence_, version_, values_};
  }
  void give_back(Snapshot snapshot) {
    const auto sequence = snapshot.sequence;
    snapshot = {};
    const std::lock_guard lock(mutex_);
    live_.erase(live_.find(sequence));
  }

 private:
  std::mutex mutex_;
  Sequence sequence_ = 0;
  std::multiset<Sequence> live_;
  OrderedIndex index_;
  IndexVersion version_;
  Values values_;
};

}  // namespace

TEST_CASE("a column follows its index through held versions") {
  std::mt19937_64 random(Catch::getSeed());
  ColumnPool pool(1u << 30);
  {
    Publisher publisher;
    std::vector<Snapshot> held;
    int seen = 0;
    for (int round = 0; round < 1'000; ++round) {
      publisher.commit(random, static_cast<int>(random() % 20));
      if (random() % 3 == 0) held.push_back(publisher.take());
      if (!held.empty() && random() % 3 == 0) {
        const auto& snapshot = held[random() % held.size()];
        if (const auto column = make(snapshot.version, pool)) {
          REQUIRE(equals(column, snapshot.values));
          ++seen;
        }
      }
      while (held.size() > 6) {
        const auto at = static_cast<std::ptrdiff_t>(random() % held.size());
        publisher.give_back(std::move(held[static_cast<std::size_t>(at)]));
        held.erase(held.begin() + at);
      }
    }
    CHECK(seen > 100);
    for (auto& snapshot : held) publisher.give_back(std::move(snapshot));
    const auto last = publisher.take();
    REQUIRE(equals(make(last.version, pool), last.values));
    CHECK(pool.bytes() > 0);
  }
  CHECK(pool.bytes() == 0);
}

TEST_CASE("readers make and read columns while a writer commits", "[threads]") {
  ColumnPool pool(1u << 30);
  Publisher publisher;
  std::mt19937_64 random(Catch::getSeed());
  publisher.commit(random, 5'000);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<int> seen{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!stop.load()) {
        auto snapshot = publisher.take();
        if (const auto column = make(snapshot.version, pool)) {
          ++seen;
          if (!equals(column, snapshot.values)) ++wrong;
        }
        publisher.give_back(std::move(snapshot));
      }
    });
  for (int i = 0; i < 2'000; ++i) publisher.commit(random, static_cast<int>(1 + random() % 10));
  stop = true;
  for (auto& reader : readers) reader.join();
  CHECK(wrong == 0);
  const auto last = publisher.take();
  CHECK(equals(make(last.version, pool), last.values));
}

TEST_CASE("no column is made without room, of other values, or when none may be made") {
  ColumnPool pool(1u << 26);
  OrderedIndex index;
  Values values;
  std::mt19937_64 random(Catch::getSeed());
  for (Sequence i = 1; i < 1'000; ++i) change(index, values, random, {i, 0});
  ColumnPool none(0);
  CHECK_FALSE(make(index.version(), none));
  CHECK_FALSE(index.version().column(ColumnType::kFloat, pool, IndexVersion::ColumnUse::kIfThere));
  OrderedIndex texts;
  std::string key;
  append_key(key, ValueView::of(std::string_view("x")));
  texts.add(key, 1, {1, 0});
  CHECK_FALSE(make(texts.version(), pool));

  const auto column = make(index.version(), pool);
  REQUIRE(column);
  CHECK(equals(index.version().column(ColumnType::kFloat, pool, IndexVersion::ColumnUse::kIfThere), values));
  // Adopted by the next edit; another kind of value ends it.
  index.add(key_of(1.5), 7'777, {1'001, 1'000});
  CHECK(make(index.version(), pool));
  index.add(key, 7'778, {1'002, 1'001});
  CHECK_FALSE(make(index.version(), pool));
  index.forget_column();
  index.remove(key, 7'778, {1'003, 1'002});
  CHECK(make(index.version(), pool));
}

TEST_CASE("keys tell their values again") {
  const auto round_trip = [](const Value& value, bool as_int) {
    std::string key;
    append_key(key, value);
    const auto read = read_key(key, as_int);
    return read && *read == value;
  };
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 53, (std::int64_t{1} << 53) + 1, -(std::int64_t{1} << 53) - 1,
        std::int64_t{INT64_MAX}, std::int64_t{INT64_MIN}, std::int64_t{INT64_MAX} - 511})
    CHECK(round_trip(Value(number), true));
  for (const double number : {0.0, -1.5, 1e300, -1e-300, 9007199254740993.0, 1.8446744073709552e19})
    CHECK(round_trip(Value(number), false));
  CHECK(round_trip(Value(std::string("a\0b", 3)), false));
  CHECK(round_trip(Value(""), false));
  CHECK(round_trip(Value(true), false));
  CHECK(round_trip(Value(Date{-5}), false));
  CHECK(round_trip(Value(Time{86'399'999'999}), false));
  CHECK(round_trip(Value(DateTime{-1}), false));
  CHECK(round_trip(Value(), false));
  std::string key;
  append_key(key, Value(List{1, 2}));
  CHECK_FALSE(read_key(key, false));
  key.clear();
  append_key(key, Value(0.5));
  CHECK_FALSE(read_key(key, true));   // no Int
  key.clear();
  append_key(key, Value(std::string(2'000, 'x')));
  cut_key(key);
  CHECK_FALSE(read_key(key, false));
}
