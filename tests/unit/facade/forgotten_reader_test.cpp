// A transaction that is left open: what it makes the database keep is bounded, it is told, and nobody else notices.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace {

using aurora::Database;
using aurora::ErrorCode;
using aurora::Object;

constexpr std::uint64_t kBound = 256u << 10;
constexpr int kDocuments = 200;

struct Fixture {
  std::vector<std::string> warnings;
  Database db = open();

  Database open() {
    aurora::Config config;
    config.max_history_bytes = kBound;
    config.logger = [this](aurora::LogLevel level, std::string_view message) {
      if (level == aurora::LogLevel::kWarning && message.find("max_history_bytes") != message.npos)
        warnings.emplace_back(message);
    };
    auto made = Database::open_in_memory(config);
    made.execute("schema { define collection d { k: Int! @primary  n: Int  pad: String } }");
    for (int k = 0; k < kDocuments; ++k) made.insert("d", Object{{"k", k}, {"n", 0}, {"pad", std::string(1'000, 'x')}});
    return made;
  }
  // Changes the first half of the documents; 100 KiB of older versions.
  void change() { db.execute("mutation { update(collection: \"d\", where: {k: {lt: 100}}, data: {n: {increment: 1}}) }"); }
};

template <class Call>
ErrorCode failure(Call call) {
  try {
    call();
  } catch (const aurora::Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

}  // namespace

TEST_CASE("forgotten reader: within the bound an old state is read as it was", "[facade]") {
  Fixture fixture;
  auto transaction = fixture.db.begin_transaction();
  fixture.change();
  fixture.change();
  CHECK((*transaction.get("d", 7))["n"].as<int>() == 0);
  CHECK(transaction.query("d").where(aurora::field("n") == 0).count() == kDocuments);
  CHECK(fixture.db.stats().history_bytes > 0);
  CHECK(fixture.warnings.empty());
}

TEST_CASE("forgotten reader: beyond the bound it is told, never given another state", "[facade]") {
  Fixture fixture;
  auto transaction = fixture.db.begin_transaction();
  for (int i = 0; i < 20; ++i) {
    fixture.change();
    CHECK(fixture.db.stats().history_bytes <= kBound + 200'000);
  }
  CHECK(fixture.warnings.size() == 1);
  CHECK(failure([&] { (void)transaction.get("d", 7); }) == ErrorCode::kConflict);
  CHECK(failure([&] { (void)transaction.query("d").where(aurora::field("n") == 0).count(); }) == ErrorCode::kConflict);
  CHECK(failure([&] { (void)transaction.execute("{ d(orderBy: {k: ASC}) { k n } }"); }) == ErrorCode::kConflict);
  // What did not change since is there still.
  CHECK((*transaction.get("d", 150))["n"].as<int>() == 0);
}

TEST_CASE("forgotten reader: others go on, and the memory comes back", "[facade]") {
  Fixture fixture;
  {
    auto forgotten = fixture.db.begin_transaction();
    for (int i = 0; i < 20; ++i) fixture.change();
    auto fresh = fixture.db.begin_transaction();
    CHECK((*fresh.get("d", 7))["n"].as<int>() == 20);
    fixture.change();
    CHECK((*fresh.get("d", 7))["n"].as<int>() == 20);
    fixture.db.transaction([](aurora::Transaction& tx) { tx.execute("mutation { update(collection: \"d\", where: {k: 1}, data: {n: 0}) }"); });
  }
  fixture.change();
  CHECK(fixture.db.stats().history_bytes == 0);
  CHECK((*fixture.db.get("d", 1))["n"].as<int>() == 1);
}
