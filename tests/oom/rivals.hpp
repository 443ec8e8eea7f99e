// Several writers at once, each short of memory at random: nobody may wait for ever, and each answer must be true.
#pragma once

#include <cstdint>

namespace aurora::testing {

struct RivalCounts {
  std::uint64_t writes = 0, failed = 0, refused = 0, wrong = 0;
};
/// One database, written until it refuses writes or each has had its turns; then opened again and compared.
void run_rivals(std::uint64_t seed, RivalCounts& counts);

}  // namespace aurora::testing
