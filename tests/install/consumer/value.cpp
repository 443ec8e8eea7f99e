// A program of somebody else: values go in and out, and an error can be caught by its type.
// Built by the projects of tests/install.
#include <aurora/error.hpp>
#include <aurora/value.hpp>

#include <cstdio>

int main() {
  aurora::Object user{{"name", "Ada"}, {"age", 36}};
  user.set("city", "London");
  if (user.size() != 3 || user.find("name") == nullptr) return 1;
  if (user.find("age")->as<int>() != 36) return 2;
  try {
    static_cast<void>(user.find("name")->as<int>());
    return 3;
  } catch (const aurora::Error& error) {
    std::printf("%s\n", error.what());
    return error.code() == aurora::ErrorCode::kTypeError ? 0 : 4;
  }
}
