// A member of a type that no value can hold; the messages name the struct and the type.
// expect: aurora cannot bind a member of this type
// expect: User
// expect: Opaque
#include <aurora/bind.hpp>

class Opaque {
 public:
  Opaque() = default;

 private:
  int inside_ = 0;
};
struct User {
  std::optional<Opaque> what;
};

aurora::Object use(const User& user) { return aurora::to_object(user); }
