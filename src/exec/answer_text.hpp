// Room for the text of many rows. Private to queries.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace aurora::exec {

/// To be called before each row is appended, with how many there are already since `begin`, and will be: rows are mostly
/// of one length, so that with the room guessed from the first ones the text need not move while it grows.
inline void make_room(std::string& out, std::size_t begin, std::size_t written, std::size_t rows) {
  constexpr std::size_t kSample = 16;
  constexpr std::size_t kMost = std::size_t{16} << 20;
  if (written != kSample) return;
  out.reserve(begin + std::min(kMost, (out.size() - begin) / kSample * (rows + rows / 8)));
}

}  // namespace aurora::exec
