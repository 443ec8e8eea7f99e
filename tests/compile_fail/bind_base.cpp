// A base class has members without names of their own here.
// expect: aurora cannot bind a struct with a base class: make it a member
#include <aurora/bind.hpp>

struct Base {
  int id;
};
struct User : Base {
  int age;
};

User use(const aurora::Document& document) { return document.as<User>(); }
