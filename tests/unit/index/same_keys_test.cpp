// What an update left alone: told only where no key can differ.
#include <aurora/index/extract.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace aurora;

namespace {

RecordRef record_of(std::initializer_list<std::pair<FieldId, Value>> fields) {
  RecordBuilder builder;
  for (const auto& [id, value] : fields) builder.add(id, value);
  auto record = builder.finish(1).value();
  record.seal(1, Uuid());
  return record;
}

CollectionDef collection_of(FieldType type) {
  CollectionDef collection;
  collection.fields.resize(2);
  for (FieldId id = 1; id <= 2; ++id) {
    collection.fields[id - 1].id = id;
    collection.fields[id - 1].name = id == 1 ? "a" : "b";
    collection.fields[id - 1].type.type = type;
  }
  return collection;
}

}  // namespace

TEST_CASE("documents are the same in an index only byte by byte") {
  const auto collection = collection_of(FieldType::kAny);
  IndexDef index;
  index.paths = {FieldPath{1, "a", {}}};
  const auto same = [&](const Value& a, const Value& b) {
    return is_same_in(collection, index, record_of({{1, a}, {2, Value(1)}}).view(),
                      record_of({{1, b}, {2, Value(2)}}).view());
  };
  CHECK(same(Value(7), Value(7)));
  CHECK(same(Value(), Value()));
  CHECK(same(Value("text"), Value("text")));
  CHECK(same(Value(List{Value(1), Value("x")}), Value(List{Value(1), Value("x")})));
  CHECK_FALSE(same(Value(7), Value(8)));
  CHECK_FALSE(same(Value(7), Value()));
  CHECK_FALSE(same(Value(1), Value(1.0)));
  CHECK_FALSE(same(Value(0.0), Value(-0.0)));
  CHECK_FALSE(same(Value("text"), Value("texts")));
  CHECK_FALSE(same(Value(true), Value(false)));
  CHECK_FALSE(same(Value(Date{1}), Value(Date{2})));
  index.paths.push_back(FieldPath{2, "b", {}});
  CHECK_FALSE(same(Value(7), Value(7)));   // the other part differs
}
