// Where an export may be written.
#include <aurora/aurora.hpp>

#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

namespace aurora {

TEST_CASE("facade: an export never touches the files of a database", "[facade]") {
  const storage::testing::ScratchDirectory directory;
  const auto path = directory / "db";
  auto database = Database::open(path);
  database.execute("schema { define collection d { k: Int! @primary } }");
  (void)database.insert("d", Object{{"k", 1}});
  std::filesystem::create_symlink(path, directory / "link");
  const auto elsewhere = Database::open(directory / "other");
  for (const auto& target : {path + "/CURRENT", path + "/new.json", path + "/../db/AURORA", directory / "link/CURRENT",
                             directory / "other/CURRENT"}) {
    const auto done = database.try_execute("mutation($p: String!) { export(collection: \"d\", path: $p, format: JSON) }",
                                           {{"p", target}});
    REQUIRE_FALSE(done);
    CHECK(done.error().code() == ErrorCode::kIoError);
    CHECK(done.error().message().find("directory of a database") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(path + "/new.json"));
  CHECK(database.execute("mutation($p: String!) { export(collection: \"d\", path: $p, format: JSON) }",
                         {{"p", directory / "d.json"}})
            .data_text() == R"({"export":{"exported":1}})");
  database.close();
  CHECK(Database::open(path).get("d", 1));
}

}  // namespace aurora
