// The documents that every workload uses: orders as a shop has them, made from their number alone,
// so that each store gets the same ones and any run can be repeated.
// Used by workloads and peers.
#pragma once

#include <aurora/aurora.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::bench {

struct Address {
  std::string street;
  std::string zip;
};

/// Nine fields, about 300 bytes as JSON, a list and a nested object. `id` is the unique key, `city`
/// and `amount` are indexed.
struct Order {
  Uuid id;
  std::string customer;
  std::string city;
  std::string status;
  std::int64_t amount = 0;
  DateTime created_at;
  std::vector<std::string> tags;
  Address address;
  std::string note;
};

/// Amounts are spread evenly over [0, kMaxAmount).
inline constexpr std::int64_t kMaxAmount = 1'000'000;
inline constexpr std::size_t kCities = 100;

/// An order, and what stores without documents need of it, made before any clock runs.
struct Row {
  Order order;
  std::string json;  ///< the whole document
  std::string tags;  ///< the list as JSON
};

[[nodiscard]] std::string city(std::size_t number);
[[nodiscard]] Row make_row(std::uint64_t number);
[[nodiscard]] std::vector<Row> make_rows(std::uint64_t first, std::size_t count);

/// Three fields of an order as one number, by which the answers of two stores are compared.
[[nodiscard]] inline std::uint64_t digest(std::string_view customer, std::string_view city,
                                          std::int64_t amount) {
  const std::hash<std::string_view> hash;
  return hash(customer) + 3 * hash(city) + static_cast<std::uint64_t>(amount);
}
[[nodiscard]] inline std::uint64_t digest(const Order& order) {
  return digest(order.customer, order.city, order.amount);
}

/// A number from a number, evenly spread (SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15ULL;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EBULL;
  return number ^ (number >> 31);
}

}  // namespace aurora::bench
