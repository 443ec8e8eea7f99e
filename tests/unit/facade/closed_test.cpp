// Handles that outlive their database report Closed.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <optional>
#include <string>

namespace {

using aurora::Database;
using aurora::Error;
using aurora::ErrorCode;
using aurora::Object;

std::optional<ErrorCode> code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("every call on a closed database is Closed", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection things { n: Int @primary } }");
  const auto statement = db.prepare("{ things { n } }");
  auto transaction = db.begin_transaction();
  const auto query = db.query("things");
  db.close();
  CHECK_FALSE(db.is_open());
  CHECK(code_of([&] { db.execute("{ things { n } }"); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { static_cast<void>(db.explain("{ things { n } }")); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { static_cast<void>(db.prepare("{ things { n } }")); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { db.insert("things", Object{{"n", 1}}); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { static_cast<void>(db.get("things", 1)); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { static_cast<void>(db.begin_transaction()); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { static_cast<void>(db.verify()); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { static_cast<void>(statement.execute()); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { static_cast<void>(transaction.execute("{ things { n } }")); }) == ErrorCode::kClosed);
  CHECK(code_of([&] { static_cast<void>(query.fetch()); }) == ErrorCode::kClosed);
  CHECK_FALSE(code_of([&] { db.close(); }));   // closing twice is nothing
}
