// Runs a fuzz target without libFuzzer: its seeds, and mutations of them from a fixed seed.
// Linked with each tests/fuzz/*_fuzz.cpp when the compiler has no libFuzzer.
//
// usage: <target>_fuzz [seed=N] [rounds=N] [file or directory]...

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<Bytes> read_all(const std::filesystem::path& path) {
  std::vector<Bytes> inputs;
  if (!std::filesystem::is_directory(path)) {
    inputs.push_back(read(path));
    return inputs;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the same order on every machine: one seed, one run
  for (const auto& file : files) inputs.push_back(read(file));
  return inputs;
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

  /// One to four small changes: a bit, a byte, a cut, a repetition, a piece of another input.
  Bytes mutate(Bytes input, const std::vector<Bytes>& others) {
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(input, others);
    return input;
  }

 private:
  void change(Bytes& input, const std::vector<Bytes>& others) {
    const std::size_t at = below(input.size() + 1);
    const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
    const auto byte = static_cast<std::uint8_t>(random_());
    switch (below(6)) {
      case 0:
        if (place != input.end()) *place = static_cast<std::uint8_t>(*place ^ (1U << below(8)));
        break;
      case 1:
        if (place != input.end()) *place = byte;
        break;
      case 2:
        input.insert(place, byte);
        break;
      case 3:
        input.erase(place, place + static_cast<std::ptrdiff_t>(below(input.size() - at + 1)));
        break;
      case 4:
        input.resize(at);
        break;
      default:
        splice(input, at, others[below(others.size())]);
    }
  }

  void splice(Bytes& input, std::size_t at, const Bytes& other) {
    constexpr std::size_t kMaxSize = 1U << 16;
    if (other.empty() || input.size() > kMaxSize) return;
    const std::size_t from = below(other.size());
    const std::size_t count = 1 + below(std::min<std::size_t>(other.size() - from, 256));
    const Bytes piece(other.begin() + static_cast<std::ptrdiff_t>(from),
                      other.begin() + static_cast<std::ptrdiff_t>(from + count));
    input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
  }

  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  std::size_t rounds = 20000;
  std::vector<Bytes> inputs{Bytes{}};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with("seed=")) {
      seed = std::strtoull(argument.c_str() + 5, nullptr, 10);
    } else if (argument.starts_with("rounds=")) {
      rounds = std::strtoull(argument.c_str() + 7, nullptr, 10);
    } else {
      for (auto& input : read_all(argument)) inputs.push_back(std::move(input));
    }
  }
  for (const auto& input : inputs) LLVMFuzzerTestOneInput(input.data(), input.size());

  std::printf("%zu inputs, seed=%llu, rounds=%zu\n", inputs.size(),
              static_cast<unsigned long long>(seed), rounds);
  std::fflush(stdout);  // so that the seed is known when the target crashes
  Mutator mutator(seed);
  for (std::size_t round = 0; round < rounds; ++round) {
    const Bytes input = mutator.mutate(inputs[mutator.below(inputs.size())], inputs);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  return 0;
}
