// Tests of records and the codec: the byte table, building, reading, sealing, and bytes from
// outside (R1 to R3).
#include "random_values.hpp"

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/document/codec.hpp>
#include <aurora/document/record.hpp>

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <thread>

namespace aurora {
namespace {

Uuid some_sid() { return Uuid::parse("0190b4c2-1f6a-7c3e-9a4d-5b6c7d8e9f00").value(); }

RecordRef sealed(RecordBuilder& builder) {
  RecordRef record = builder.finish(7).value();
  record.seal(42, some_sid());
  return record;
}

// The checksum made right again after bytes were changed.
void reseal(std::string& bytes) {
  const std::uint32_t sum =
      checksum32(std::string_view(bytes).substr(8)) ^ load_le<std::uint32_t>(bytes.data());
  store_le(bytes.data() + 4, sum);
}

// Looks at everything a view can reach; the sanitizers say whether any of it was out of bounds.
std::size_t touch(ValueView value) {
  switch (value.type()) {
    case Type::kList: {
      std::size_t sum = 0;
      for (std::uint32_t i = 0; i < value.list().size(); ++i) sum += touch(value.list()[i]);
      return sum;
    }
    case Type::kObject: {
      std::size_t sum = 0;
      const ObjectView object = value.object();
      for (std::uint32_t i = 0; i < object.size(); ++i)
        sum += object.name(i).size() + touch(object.value(i));
      return sum + touch(object.find("a"));
    }
    default:
      return to_json(value).size() + (compare(value, value) == 0 ? 1 : 0);
  }
}

std::size_t touch(RecordView record) {
  std::size_t sum = record.sequence() + record.schema_version() + touch(record.sid_view());
  for (std::uint32_t i = 0; i < record.field_count(); ++i) {
    const auto [id, value] = record.field_at(i);
    sum += touch(value) + touch(record.field(id));
  }
  return sum;
}

TEST_CASE("record: the bytes are those of the table", "[record]") {
  RecordBuilder builder;
  builder.add(9, Value("hi"));
  builder.add(2, Value(300));
  builder.add(5, Value());  // R1
  const RecordRef record = sealed(builder);
  std::string expected;
  expected += std::string("\x01\x02\x02\0", 4);
  append_le<std::uint32_t>(expected, 0);
  append_le<std::uint64_t>(expected, 42);
  expected.append(reinterpret_cast<const char*>(some_sid().bytes.data()), 16);
  append_le<std::uint32_t>(expected, 7);
  expected += std::string("\x02\0\x09\0", 4);  // ids
  expected += std::string("\x04\x08", 2);      // tags: Int of two bytes, string
  expected += std::string("\x02\0\x04\0", 4);  // ends
  expected += std::string("\x2C\x01hi", 4);    // payloads
  reseal(expected);
  CHECK(record.bytes() == expected);
  CHECK(RecordView::check(record.bytes()));
}

TEST_CASE("record: an empty one", "[record]") {
  RecordBuilder builder;
  const RecordRef record = sealed(builder);
  CHECK(record.bytes().size() == RecordView::kHeaderBytes);
  CHECK(RecordView::check(record.bytes()));
  CHECK(record.view().field(1).is_null());
  CHECK(record.view().sid() == some_sid());
  CHECK(record.view().sid_view().uuid_value() == some_sid());
  CHECK(record.view().sequence() == 42);
  CHECK(record.view().schema_version() == 7);
  CHECK(RecordView().field(3).is_null());
}

TEST_CASE("record: fields of every count are found, others are null", "[record]") {
  RecordBuilder builder;
  for (std::uint32_t count = 1; count < 70; ++count) {
    for (std::uint32_t i = count; i-- > 0;)
      builder.add(static_cast<FieldId>(3 * i + 1), Value(static_cast<int>(i)));
    const RecordRef record = sealed(builder);
    REQUIRE(record.view().field_count() == count);
    for (std::uint32_t id = 0; id < 3 * count + 3; ++id) {
      const ValueView field = record.view().field(static_cast<FieldId>(id));
      if (id % 3 == 1 && id < 3 * count) {
        REQUIRE(field.as<std::uint32_t>() == id / 3);
      } else {
        REQUIRE(field.is_null());
      }
    }
    REQUIRE(record.view().field(kOpenFields).is_null());
  }
}

TEST_CASE("record: the offsets widen at 64 KiB of payload, in records and in containers",
          "[record]") {
  RecordBuilder builder;
  for (const std::size_t size : {65'000, 65'533, 65'534, 65'535, 65'536, 65'537, 200'000}) {
    const Value text(std::string(size, 't'));
    const Value list(List{text, 1, List{text, "x"}});
    const Value object(Object{{"a", text}, {"b", list}, {"c", Object{{"d", 2}}}});
    builder.add(1, text);
    const RecordRef alone = sealed(builder);
    CHECK(alone.bytes()[1] == (size < 65'536 ? 2 : 4));
    builder.add(1, list);
    builder.add(2, object);
    const RecordRef record = sealed(builder);
    INFO("size " << size);
    REQUIRE(RecordView::check(record.bytes()));
    CHECK(Value(record.view().field(1)) == list);
    CHECK(Value(record.view().field(2)) == object);
  }
}

TEST_CASE("codec: a container is narrow exactly below 64 KiB", "[record]") {
  // width, count, tag, end: 1 + 2 + 1 + 2 bytes before the payload.
  const auto width_of = [](std::size_t text) {
    std::string bytes;
    codec::append_payload(bytes, Value(List{std::string(text, 'x')}));
    CHECK(codec::is_valid_payload(13, bytes));
    return static_cast<int>(bytes[0]);
  };
  CHECK(width_of(65'535 - 6) == 2);
  CHECK(width_of(65'536 - 6) == 4);
}

TEST_CASE("codec: Ints take the shortest form", "[record]") {
  const auto size_of = [](std::int64_t value) {
    std::string bytes;
    const auto tag = codec::append_payload(bytes, Value(value));
    CHECK(codec::view_payload(tag, bytes).int_value() == value);
    return bytes.size();
  };
  CHECK(size_of(127) == 1);
  CHECK(size_of(-128) == 1);
  CHECK(size_of(128) == 2);
  CHECK(size_of(-32'769) == 4);
  CHECK(size_of(2'147'483'647) == 4);
  CHECK(size_of(2'147'483'648) == 8);
  CHECK(size_of(std::numeric_limits<std::int64_t>::min()) == 8);
}

TEST_CASE("record: a builder is as new after each finish", "[record]") {
  RecordBuilder builder;
  builder.add(1, Value(std::string(2'000'000, 'x')));
  CHECK(builder.finish(1, 1'000'000).error().code() == ErrorCode::kLimitExceeded);
  builder.add(2, Value(1));
  const RecordRef record = sealed(builder);
  CHECK(record.view().field_count() == 1);
  CHECK(record.view().field(1).is_null());
}

TEST_CASE("record: a limit is met exactly", "[record]") {
  RecordBuilder builder;
  const auto finish = [&builder](std::uint32_t limit) {
    builder.add(1, Value(std::string(59, 'x')));  // 36 + 2 + 1 + 2 + 59 bytes
    return builder.finish(1, limit).has_value();
  };
  CHECK(finish(100));
  CHECK_FALSE(finish(99));
}

Value nested(std::uint32_t levels) {
  Value value(1);
  for (std::uint32_t i = 0; i < levels; ++i) {
    if (i % 2 == 0) {
      value = Value(List{std::move(value)});
    } else {
      Object object;
      object.append("o", std::move(value));
      value = Value(std::move(object));
    }
  }
  return value;
}

TEST_CASE("record: depth is refused on write and on read alike", "[record]") {
  CHECK(codec::check_depth(nested(codec::kMaxDepth)));
  CHECK(codec::check_depth(nested(codec::kMaxDepth + 1)).error().code() ==
        ErrorCode::kLimitExceeded);

  RecordBuilder builder;
  builder.add(1, nested(codec::kMaxDepth));
  const RecordRef record = sealed(builder);
  CHECK(RecordView::check(record.bytes()));
  CHECK(Value(record.view().field(1)) == nested(codec::kMaxDepth));

  builder.add(1, nested(codec::kMaxDepth + 1));
  CHECK(builder.finish(1).error().code() == ErrorCode::kLimitExceeded);

  std::string too_deep;
  const auto tag = codec::append_payload(too_deep, nested(codec::kMaxDepth + 1));
  CHECK_FALSE(codec::is_valid_payload(tag, too_deep));
}

TEST_CASE("record: random documents come back field for field", "[record][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  RecordBuilder builder;
  for (int round = 0; round < 10'000; ++round) {
    std::map<FieldId, Value> document;
    for (std::uint32_t count = random.below(20); count > 0; --count) {
      document[static_cast<FieldId>(random.below(random.below(2) == 0 ? 24 : 65'536))] =
          random.value();
    }
    for (auto field = document.rbegin(); field != document.rend(); ++field) {
      if (random.below(2) == 0) {
        builder.add(field->first, field->second);
      } else {
        const EncodedValue encoded(field->second);
        builder.add(field->first, encoded.view());
      }
    }
    const RecordRef record = sealed(builder);
    INFO("round " << round);
    REQUIRE(RecordView::check(record.bytes()));
    std::uint32_t stored = 0;
    for (const auto& [id, value] : document) {
      REQUIRE(Value(record.view().field(id)) == value);
      if (value.is_null()) continue;
      REQUIRE(record.view().field_at(stored).first == id);
      ++stored;
    }
    REQUIRE(record.view().field_count() == stored);
  }
}

TEST_CASE("record: every flipped bit and every cut is Corruption", "[record]") {
  RecordBuilder builder;
  builder.add(1, Value("name"));
  builder.add(2, Value(List{1, "two", Object{{"three", 3.0}}}));
  builder.add(3, Value(true));
  const std::string whole(sealed(builder).bytes());
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const Status status = RecordView::check(damaged);
    INFO("bit " << bit);
    REQUIRE_FALSE(status);
    REQUIRE(status.error().code() == ErrorCode::kCorruption);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    REQUIRE_FALSE(RecordView::check(std::string_view(whole).substr(0, size)));
  }
  CHECK_FALSE(RecordView::check(whole + "x"));
}

TEST_CASE("record: hostile bytes with a right checksum are refused or safe to read",
          "[record][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  RecordBuilder builder;
  std::size_t accepted = 0;
  for (int round = 0; round < 60'000; ++round) {
    for (FieldId id = 0; id < 4; ++id) builder.add(id, random.value());
    std::string bytes(sealed(builder).bytes());
    for (std::uint32_t count = random.below(3) + 1; count > 0; --count) {
      const std::uint32_t at = random.below(static_cast<std::uint32_t>(bytes.size()));
      static constexpr char kBytes[] = {
          0, 1, 2, 4, 8, 13, 14, 15, 127, static_cast<char>(128), static_cast<char>(255)};
      bytes[at] = random.below(3) == 0 ? static_cast<char>(bytes[at] + 1)
                                       : kBytes[random.below(std::size(kBytes))];
    }
    if (random.below(8) == 0)
      bytes.resize(random.below(static_cast<std::uint32_t>(bytes.size())) + 1);
    if (bytes.size() >= 8) reseal(bytes);
    const std::vector<char> exact(bytes.begin(), bytes.end());  // so that a byte too far is seen
    const std::string_view view(exact.data(), exact.size());
    if (!RecordView::check(view)) continue;
    ++accepted;
    touch(RecordView(view));
  }
  CHECK(accepted > 0);
}

TEST_CASE("record: malformed values of each kind", "[record]") {
  using namespace std::string_view_literals;
  CHECK(codec::is_valid_payload(0, ""));
  CHECK(codec::is_valid_payload(13, "\x02\0\0"sv));
  CHECK(codec::is_valid_payload(14, "\x04\0\0\0\0"sv));
  const std::pair<std::uint8_t, std::string_view> bad[] = {
      {0, "x"},                                   // null with a payload
      {3, ""},                                    // short Int
      {6, "1234567"},                             //
      {8, "\xFF"},                                // not UTF-8
      {9, "123456789012345"},                     // 15 bytes of a uuid
      {10, "12345"},                              //
      {13, ""},                                   // no width
      {13, "\x03\0\0\0"sv},                       // unknown width
      {13, "\x02\0"sv},                           // cut count
      {13, "\x02\x01\0"sv},                       // cut tables
      {13, "\x04\xFF\xFF\xFF\xFF"sv},             // a count far beyond the bytes
      {13, "\x02\0\0x"sv},                        // bytes after the end
      {13, "\x02\x01\0\x03\x01\0"sv},             // an end beyond the bytes
      {13, "\x02\x02\0\x03\x03\x02\0\x01\0x"sv},  // falling ends
      {13, "\x02\x01\0\x0F\0\0"sv},               // unknown tag
      {14, "\x02\x01\0\0\x05\0\0\0"sv},           // a name beyond the bytes
      {14, "\x02\x01\0\0\x01\0\0\0\xFF"sv},       // a name that is not UTF-8
      {15, ""},                                   //
      {255, ""},                                  //
  };
  for (const auto& [tag, payload] : bad) {
    INFO("tag " << int{tag} << ", " << payload.size() << " bytes");
    CHECK_FALSE(codec::is_valid_payload(tag, payload));
  }
}

TEST_CASE("record: shared bytes outlive their first owner, from any thread", "[record][threads]") {
  RecordBuilder builder;
  builder.add(1, Value("kept"));
  RecordRef first = sealed(builder);
  const RecordRef second = first;
  CHECK(first == second);
  CHECK(first.memory_bytes() > first.bytes().size());
  RecordRef moved = std::move(first);
  CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move)
  CHECK(RecordRef().bytes().empty());
  CHECK(RecordRef().memory_bytes() == 0);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([copy = second] {
        for (int round = 0; round < 10'000; ++round) {
          const RecordRef mine = copy;
          RecordRef other;
          other = mine;
        }
      });
    }
    moved = RecordRef();
  }
  CHECK(second.view().field(1).string_value() == "kept");
  const RecordRef copy = RecordRef::copy_of(second.bytes());
  CHECK_FALSE(copy == second);
  CHECK(copy.bytes() == second.bytes());
  CHECK(RecordRef::copy_of("").bytes().empty());
}

}  // namespace
}  // namespace aurora
