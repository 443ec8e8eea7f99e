// The record of the stores that know only bytes: four fields at known places, then the whole
// document. Nothing is parsed to read it: what these peers show is the floor of their engine, not
// the cost of a document database on it. Used by lmdb.cpp, rocksdb.cpp and memory.cpp.
#pragma once

#include "data.hpp"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace aurora::bench {

struct PackedHead {
  std::int64_t amount;
  double score;
  std::uint32_t customer_size;
  std::uint32_t city_size;
};

[[nodiscard]] inline std::string packed(const Row& row) {
  const Order& order = row.order;
  const PackedHead head{order.amount, order.score,
                        static_cast<std::uint32_t>(order.customer.size()),
                        static_cast<std::uint32_t>(order.city.size())};
  std::string bytes(sizeof head, '\0');
  std::memcpy(bytes.data(), &head, sizeof head);
  return bytes.append(order.customer).append(order.city).append(row.json);
}

[[nodiscard]] inline std::uint64_t packed_digest(std::string_view bytes) {
  PackedHead head;
  std::memcpy(&head, bytes.data(), sizeof head);
  return digest(bytes.substr(sizeof head, head.customer_size),
                bytes.substr(sizeof head + head.customer_size, head.city_size), head.amount);
}

/// A number as bytes that sort as it does. Requires: it is not negative.
[[nodiscard]] inline std::string big_endian(std::int64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[7 - i] = static_cast<char>(number >> (8 * i));
  return bytes;
}
/// A score likewise: from zero on, the bits of a double sort as it does.
[[nodiscard]] inline std::string big_endian(double score) {
  std::int64_t bits = 0;
  std::memcpy(&bits, &score, sizeof bits);
  return big_endian(bits);
}

[[nodiscard]] inline std::string_view bytes_of(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

}  // namespace aurora::bench
