// A program with the fault that its argument names, to show that a sanitizer build reports it.
// Run by the tests sanitizers/*.
#include <cstdio>
#include <limits>
#include <string_view>
#include <thread>
#include <vector>

namespace {

int shared_counter = 0;

int race() {
  {
    std::jthread first([] { ++shared_counter; });
    std::jthread second([] { ++shared_counter; });
  }
  return shared_counter;
}

int overflow(int count) {
  const std::vector<int> values(static_cast<std::size_t>(count));
  return values.data()[count];
}

int undefined(int count) { return std::numeric_limits<int>::max() + count; }

}  // namespace

int main(int argc, char** argv) {
  const std::string_view fault = argc > 1 ? argv[1] : "";
  const int result = fault == "race"       ? race()
                     : fault == "overflow" ? overflow(argc)
                                           : undefined(argc);
  std::printf("%d\n", result);
}
