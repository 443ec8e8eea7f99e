// A class with private members and without to_json.
// expect: T must be a struct that aurora can bind
#include <aurora/database.hpp>

class User {
 public:
  User() = default;

 private:
  int id_ = 0;
};

std::vector<User> use(const aurora::Query& query) { return query.fetch<User>(); }
