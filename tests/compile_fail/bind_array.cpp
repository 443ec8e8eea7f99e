// An array among the members.
// expect: aurora cannot bind an array member: use std::vector
#include <aurora/bind.hpp>

struct User {
  char name[16];
  int age;
};

aurora::Object use(const User& user) { return aurora::to_object(user); }
