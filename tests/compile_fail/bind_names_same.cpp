// Renamed fields: two members cannot be one field.
// expect: aurora::binding<T>::names must differ
#include <aurora/bind.hpp>

struct User {
  int id;
  int age;
};
template <>
struct aurora::binding<User> {
  static constexpr std::array names{"id", "id"};
};

aurora::Object use(const User& user) { return aurora::to_object(user); }
