// A view would outlive the document it points into.
// expect: aurora cannot bind a std::string_view or pointer member
#include <aurora/bind.hpp>

struct User {
  std::vector<std::string_view> names;
};

User use(const aurora::Document& document) { return document.as<User>(); }
