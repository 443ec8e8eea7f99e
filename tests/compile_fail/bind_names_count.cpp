// Renamed fields: one name for each member.
// expect: aurora::binding<T>::names must have one name for each member
#include <aurora/bind.hpp>

struct User {
  int id;
  int age;
};
template <>
struct aurora::binding<User> {
  static constexpr std::array names{"id"};
};

aurora::Object use(const User& user) { return aurora::to_object(user); }
