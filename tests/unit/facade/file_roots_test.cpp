// Config::file_roots: what statements may read and write, wherever in a text they stand.
#include <aurora/aurora.hpp>

#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

namespace aurora {

using storage::testing::ScratchDirectory;
using storage::testing::slurp;
using storage::testing::spit;

namespace {

Database bounded(const std::string& root) {
  Config config;
  config.file_roots = {root};
  auto database = Database::open_in_memory(config);
  database.execute("schema { define collection d { k: Int! @primary } }");
  (void)database.insert("d", Object{{"k", 1}});
  return database;
}

void check_forbidden(Database& database, const std::string& text, const std::string& path) {
  INFO(text);
  const auto done = database.try_execute(text, {{"p", path}});
  REQUIRE_FALSE(done);
  CHECK(done.error().code() == ErrorCode::kForbidden);
  CHECK(done.error().message().find("file_roots") != std::string::npos);
}

}  // namespace

TEST_CASE("facade: statements reach files under file_roots alone", "[facade]") {
  const ScratchDirectory directory;
  std::filesystem::create_directory(directory / "root");
  spit(directory / "secret.jsonl", "{\"k\": 9}\n");
  auto database = bounded(directory / "root");
  const std::string import = "import(collection: \"d\", path: $p, format: JSONL)";
  const std::string write = "export(collection: \"d\", path: $p, format: JSONL)";
  for (const auto& path : {directory / "secret.jsonl", std::string("../secret.jsonl")}) {
    for (const auto& operation : {import, write}) {
      check_forbidden(database, "mutation($p: String!) { " + operation + " }", path);
      check_forbidden(database, "mutation($p: String!) { transaction { " + operation + " } }", path);
    }
  }
  CHECK(slurp(directory / "secret.jsonl") == "{\"k\": 9}\n");
  CHECK(database.execute("mutation { export(collection: \"d\", path: \"d.jsonl\") }").data_text() ==
        R"({"export":{"exported":1}})");
  CHECK(slurp(directory / "root/d.jsonl") == "{\"k\":1}\n");
  database.execute("mutation { delete(collection: \"d\", where: {k: 1}) }");
  CHECK(database.execute("mutation { import(collection: \"d\", path: \"d.jsonl\") }").data_text() ==
        R"({"import":{"imported":1,"skipped":0,"failed":0}})");
}

TEST_CASE("facade: the action of a handler is bounded by file_roots too", "[facade]") {
  const ScratchDirectory directory;
  std::filesystem::create_directory(directory / "root");
  auto database = bounded(directory / "root");
  database.execute("define handler \"leak\" { on: \"insert:d\", action: { export(collection: \"d\", path: \"" +
                   (directory / "out.json") + "\") } }");
  const auto inserted = database.try_execute("mutation { insertInto(collection: \"d\", data: {k: 2}) }");
  REQUIRE_FALSE(inserted);
  CHECK(inserted.error().code() == ErrorCode::kForbidden);
  CHECK_FALSE(std::filesystem::exists(directory / "out.json"));
}

TEST_CASE("facade: file_roots that are no paths are refused at open", "[facade]") {
  Config config;
  config.file_roots = {""};
  CHECK_THROWS_AS(Database::open_in_memory(config), Error);
}

}  // namespace aurora
