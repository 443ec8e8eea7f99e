// Tests of the version: headers and library come from the same place.
// Runs in aurora_unit_tests.
#include <aurora/version.hpp>

#include <catch2/catch_test_macros.hpp>
#include <string>

TEST_CASE("the linked library has the version of the headers", "[base][version]") {
  REQUIRE(aurora::version_number() == AURORA_VERSION);
  REQUIRE(aurora::version() == std::to_string(AURORA_VERSION_MAJOR) + "." +
                                   std::to_string(AURORA_VERSION_MINOR) + "." +
                                   std::to_string(AURORA_VERSION_PATCH));
}
