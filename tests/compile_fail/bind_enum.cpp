// An enum has no value of its own.
// expect: aurora cannot bind an enum member
#include <aurora/bind.hpp>

enum class Role { kUser, kAdmin };
struct User {
  Role role;
};

aurora::Object use(const User& user) { return aurora::to_object(user); }
