// Tests of Document: fields by name and path, order, the empty document, lifetime.
#include "unit/facade/fixture.hpp"

#include <aurora/database.hpp>

#include <optional>

namespace aurora {
namespace {

using test::collection_of;
using test::document_of;
using test::kSid;

TEST_CASE("Document: fields by name, path and system id", "[document]") {
  const auto document =
      document_of(collection_of({"name", "age", "address"}),
                  Object{{"name", "Ada"},
                         {"address", Object{{"city", "Paris"}, {"tags", List{"a"}}, {"a.b", 1}}},
                         {"extra", Object{{"n", 7}}}});
  CHECK(document["name"].as<std::string_view>() == "Ada");
  CHECK(document["address.city"].as<std::string>() == "Paris");
  CHECK(document["address"]["city"].as<std::string>() == "Paris");
  CHECK(document["extra.n"].as<int>() == 7);
  CHECK(document["_sid"].as<Uuid>() == kSid);
  CHECK(document.sid() == kSid);
  CHECK(document.sequence() == 42);
  CHECK(document.collection() == "things");
  CHECK(document.has("name"));
  for (const char* absent :
       {"age", "nothing", "", ".", "name.x", "address.", ".address", "address..city",
        "address.tags.0", "address.a.b", "extra.n.m", "_sid.x", "address.zip"}) {
    INFO(absent);
    CHECK(document[absent].is_null());
    CHECK_FALSE(document.has(absent));
  }
}

TEST_CASE("Document: fields and JSON in declared order, open fields behind, no nulls",
          "[document]") {
  const auto document = document_of(
      collection_of({"b", "a", "c"}),
      Object{{"z", Value(true)}, {"a", 1}, {"b", "x\n"}, {"y", nullptr}, {"w", List{}}});
  CHECK(document.to_json() == R"({"b":"x\n","a":1,"z":true,"w":[]})");
  CHECK(to_json(Value(document.fields())) == document.to_json());
}

TEST_CASE("Document: a declared field hides an open one of its name", "[document]") {
  RecordBuilder builder;
  builder.add(kOpenFields, Value(Object{{"later", 1}, {"other", 2}}));
  auto record = builder.finish(1).value();
  record.seal(1, kSid);
  const Document document(std::make_shared<const CollectionDef>(collection_of({"later"})), record);
  CHECK(document["later"].is_null());
  CHECK(document.to_json() == R"({"other":2})");
}

TEST_CASE("Document: records older than a field show its backfill", "[document]") {
  auto collection = collection_of({"name", "level"});
  collection.version = 3;
  collection.fields[1].added_in = 3;
  collection.fields[1].backfill = std::make_shared<const EncodedValue>(Value("basic"));
  RecordBuilder builder;
  builder.add(1, Value("Ada"));
  auto record = builder.finish(2).value();
  record.seal(1, kSid);
  const Document document(std::make_shared<const CollectionDef>(std::move(collection)), record);
  CHECK(document["level"].as<std::string>() == "basic");
  CHECK(document.to_json() == R"({"name":"Ada","level":"basic"})");
}

TEST_CASE("Document: the id is the primary key, else the system id", "[document]") {
  auto collection = collection_of({"name", "code"});
  CHECK(document_of(collection, Object{{"code", 9}}).id() == Value(kSid));
  collection.fields[1].primary = true;
  CHECK(document_of(collection, Object{{"code", 9}}).id() == Value(9));
}

TEST_CASE("Document: the empty one has nothing", "[document]") {
  const Document none;
  CHECK_FALSE(none);
  CHECK(none["name"].is_null());
  CHECK(none["_sid"].is_null());
  CHECK(none.id().is_null());
  CHECK(none.sid() == Uuid{});
  CHECK(none.sequence() == 0);
  CHECK(none.collection().empty());
  CHECK(none.fields().empty());
  CHECK(none.to_json() == "null");
}

TEST_CASE("Document: a copy keeps the bytes alive", "[document]") {
  std::optional<Document> original =
      document_of(collection_of({"name"}), Object{{"name", std::string(100, 'x')}});
  const Document copy = *original;
  const auto view = copy["name"];
  original.reset();
  CHECK(view.as<std::string_view>() == std::string(100, 'x'));
}

TEST_CASE("Document: those of one result are kept by themselves, small ones and large ones", "[document]") {
  auto db = std::make_optional(Database::open_in_memory());
  db->execute("schema { define collection texts { id: Int! @primary  group: Int @indexed  text: String } }");
  const auto size_of = [](std::int64_t id) { return static_cast<std::size_t>(id % 7 == 0 ? 3'000 + id : id % 50 * 25); };
  std::vector<Object> texts;
  for (std::int64_t id = 0; id < 500; ++id)
    texts.push_back({{"id", id}, {"group", id % 2}, {"text", std::string(size_of(id), static_cast<char>('a' + id % 26))}});
  db->insert_many("texts", texts);
  auto all = db->query("texts").fetch();
  auto odd = db->query("texts").where(field("group") == 1).fetch();
  auto last = db->query("texts").order_by("id", desc).limit(3).fetch();
  const auto prepared = db->prepare("{ texts(orderBy: { id: ASC }) { id group text } }").fetch();
  REQUIRE(all.size() == 500);
  REQUIRE(odd.size() == 250);
  REQUIRE(last.size() == 3);
  REQUIRE(prepared.size() == 500);
  const Document kept = all[123];
  // Changed, gone and closed: what was read stays.
  db->query("texts").update({{"text", "other"}});
  db->query("texts").where(field("group") == 1).remove();
  db.reset();
  const auto check = [&](const Document& document, std::int64_t id) {
    INFO(id);
    CHECK(document["id"].as<std::int64_t>() == id);
    CHECK(document["text"].as<std::string_view>() ==
          std::string(size_of(id), static_cast<char>('a' + id % 26)));
    CHECK(document.id() == Value(id));
  };
  for (std::size_t i = 0; i < all.size(); ++i) check(all[i], static_cast<std::int64_t>(i));
  for (std::size_t i = 0; i < prepared.size(); ++i) check(prepared[i], static_cast<std::int64_t>(i));
  for (std::size_t i = 0; i < odd.size(); ++i) check(odd[i], static_cast<std::int64_t>(2 * i + 1));
  for (std::size_t i = 0; i < 3; ++i) check(last[i], static_cast<std::int64_t>(499 - i));
  all = odd = last = Documents();
  check(kept, 123);
}

}  // namespace
}  // namespace aurora
