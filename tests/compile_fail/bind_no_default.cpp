// Reading makes the struct first and fills it then.
// expect: aurora cannot bind a struct that has no default constructor
#include <aurora/bind.hpp>

struct User {
  int& id;
};

User use(const aurora::Document& document) { return document.as<User>(); }
