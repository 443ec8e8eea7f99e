// A list of structs is not a document.
// expect: bindable
#include <aurora/database.hpp>

struct User {
  int id;
};

void use(aurora::Database& db, const std::vector<User>& users) { db.insert("users", users); }
