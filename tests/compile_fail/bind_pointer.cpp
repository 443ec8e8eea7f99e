// A pointer has no owner here.
// expect: aurora cannot bind a std::string_view or pointer member
#include <aurora/bind.hpp>

struct User {
  const char* name;
};

User use(const aurora::Document& document) { return document.as<User>(); }
