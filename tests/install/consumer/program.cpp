// A program of somebody else: the one that the API promises, against an installed library.
// Built by the projects of tests/install.
#include <aurora/aurora.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {
struct User {
  std::string email;
  std::int64_t age = 0;
};
}  // namespace

int main() {
  auto db = aurora::Database::open_in_memory();
  db.execute(
      R"(schema { define collection users { id: Uuid! @primary  email: Email! @unique  age: Int @indexed } })");
  db.execute("mutation($e: Email!) { insertInto(collection: \"users\", data: { email: $e, age: 30 }) { id } }",
             {{"e", "a@x.io"}});
  int seen = 0;
  for (const auto& user :
       db.query("users").where(aurora::field("age") > 25).order_by("age", aurora::desc).limit(10)) {
    if (user["email"].as<std::string_view>() != "a@x.io") return 1;
    ++seen;
  }
  if (seen != 1) return 2;
  const std::string text = db.execute("{ users { email age } }").dump();
  if (text != R"({"data":{"users":[{"email":"a@x.io","age":30}]}})") return 3;
  const std::vector<User> users = db.query("users").fetch<User>();
  if (users.size() != 1 || users.front().age != 30) return 4;
  try {
    db.execute("{ usrs { email } }");
    return 5;
  } catch (const aurora::Error& error) {
    std::printf("%s\n", error.what());
    return error.code() == aurora::ErrorCode::kCollectionNotFound ? 0 : 6;
  }
}
