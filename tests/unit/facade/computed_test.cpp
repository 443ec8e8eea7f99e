// Permanent computed fields through the C++ interface: in documents, queries and transactions, and registered.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

using aurora::ComputedExpression;
using aurora::Database;
using aurora::Error;
using aurora::ErrorCode;
using aurora::Object;
using aurora::Transaction;
using aurora::Value;

Database people() {
  auto db = Database::open_in_memory();
  db.execute(
      "schema { define collection people { name: String! @primary  last: String  age: Int  pay: Int "
      "full: String @computed(expr: \"${name} ${last}\") "
      "loud: String @computed(expr: \"full | uppercase\") @indexed } }");
  db.insert("people", Object{{"name", "Ada"}, {"last", "Vale"}, {"age", 36}, {"pay", 10}});
  return db;
}

template <class Call>
ErrorCode code_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

}  // namespace

TEST_CASE("computed fields are in documents however they are read", "[facade][computed]") {
  auto db = people();
  const auto inserted = db.insert("people", Object{{"name", "Bo"}, {"last", "Moor"}});
  CHECK(inserted["full"].as<std::string>() == "Bo Moor");
  CHECK(inserted["loud"].as<std::string>() == "BO MOOR");
  CHECK(db.get("people", "Ada")->fields().find("full")->as<std::string>() == "Ada Vale");
  CHECK(db.get("people", "Ada")->to_json() ==
        R"({"name":"Ada","last":"Vale","age":36,"pay":10,"full":"Ada Vale","loud":"ADA VALE"})");
  CHECK((*db.update("people", "Bo", Object{{"last", "Dale"}}))["loud"].as<std::string>() == "BO DALE");
  const auto found = db.query("people").where(aurora::field("full") == "Bo Dale").fetch();
  REQUIRE(found.size() == 1);
  CHECK(found[0]["full"].as<std::string>() == "Bo Dale");
  CHECK(db.query("people").where(aurora::field("loud") == "BO DALE").count() == 1);
  CHECK(code_of([&] { db.insert("people", Object{{"name", "C"}, {"full", "x"}}); }) == ErrorCode::kValidationError);
  CHECK(db.verify().problems.empty());
}

TEST_CASE("a transaction sees computed fields of its own writes, and conflicts over them", "[facade][computed]") {
  auto db = people();
  db.transaction([](Transaction& tx) {
    tx.insert("people", Object{{"name", "Bo"}, {"last", "Moor"}});
    CHECK(tx.query("people").where(aurora::field("full") == "Bo Moor").count() == 1);
    CHECK(tx.query("people").where(aurora::field("loud") == "BO MOOR").count() == 1);
    CHECK((*tx.get("people", "Bo"))["full"].as<std::string>() == "Bo Moor");
  });
  auto reader = db.begin_transaction();
  CHECK(reader.query("people").where(aurora::field("full") == "Ada Vale").count() == 1);
  reader.insert("people", Object{{"name", "Cy"}});
  db.update("people", "Ada", Object{{"last", "Oak"}});
  CHECK(code_of([&] { reader.commit(); }) == ErrorCode::kConflict);
}

TEST_CASE("a computed field can be registered at each start", "[facade][computed]") {
  auto db = people();
  for (int start = 0; start < 2; ++start) {
    db.register_computed_field("people", "label", "concat(full, \" (\", age, \")\")");
    db.register_computed_field("people", "all", ComputedExpression::sum({"age", "pay"}));
    db.register_computed_field("people", "half", ComputedExpression::average({"age", "pay"}));
    db.register_computed_field("people", "line", ComputedExpression::concat({"name", "last"}, " \"-\" "));
  }
  const auto ada = *db.get("people", "Ada");
  CHECK(ada["label"].as<std::string>() == "Ada Vale (36)");
  CHECK(ada["all"].as<std::int64_t>() == 46);
  CHECK(ada["half"].as<double>() == 23.0);
  CHECK(ada["line"].as<std::string>() == "Ada \"-\" Vale");
  db.register_computed_field("people", "label", "age * 2");
  CHECK((*db.get("people", "Ada"))["label"].as<std::int64_t>() == 72);
  CHECK(aurora::to_json(db.execute("{ people(where: {label: {gt: 70}}) { label } }").data()) ==
        R"({"people":[{"label":72}]})");

  const auto refused = [&](std::string name, const char* expression) {
    return code_of([&] { db.register_computed_field("people", name, expression); });
  };
  CHECK(refused("x", "agee + 1") == ErrorCode::kInvalidDefinition);
  CHECK(refused("x", "twice(age)") == ErrorCode::kInvalidDefinition);
  CHECK(refused("x", "x + 1") == ErrorCode::kInvalidDefinition);
  CHECK(refused("age", "1 + 1") == ErrorCode::kInvalidDefinition);
  CHECK(refused("no name", "1 + 1") == ErrorCode::kInvalidDefinition);
  CHECK(code_of([&] { db.register_computed_field("nobody", "x", "1"); }) == ErrorCode::kCollectionNotFound);
}
