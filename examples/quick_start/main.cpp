#include <aurora/aurora.hpp>
#include <iostream>

struct User {
  std::string email;
  int age = 0;
};

int main() {
  auto db = aurora::Database::open("app.db");
  db.execute(
      "schema { define collection users if not exists { id: Uuid! @primary"
      "  email: Email! @indexed  age: Int @indexed } }");
  db.insert("users", User{"ada@example.org", 36});
  const auto adults = db.query("users").where(aurora::field("age") >= 18);
  for (const User& user : adults.fetch<User>()) std::cout << user.email << '\n';
  std::cout << db.execute("{ users(orderBy: { age: DESC }, limit: 3) { email age } }").dump();
}
