// A program of somebody else: the headers and the library it was linked with are of one version.
// Built by the projects of tests/install.
#include <aurora/version.hpp>

#include <cstdio>

int main() {
  std::printf("aurora %.*s\n", static_cast<int>(aurora::version().size()),
              aurora::version().data());
  return aurora::version_number() == AURORA_VERSION ? 0 : 1;
}
