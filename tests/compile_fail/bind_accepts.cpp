// A struct that can be bound, for comparison: inserted, fetched, read.
// expect-success
#include <aurora/aurora.hpp>

struct User {
  std::string email;
  std::int64_t age = 0;
};

std::vector<User> use(aurora::Database& db) {
  db.insert("users", User{"a@x.io", 30});
  return db.query("users").fetch<User>();
}
