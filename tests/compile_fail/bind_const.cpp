// A const member can be written, but not read into.
// expect: aurora cannot read into a const member
#include <aurora/bind.hpp>

struct User {
  const int id = 0;
};

aurora::Object write(const User& user) { return aurora::to_object(user); }
User read(const aurora::Object& object) { return aurora::from_object<User>(object); }
