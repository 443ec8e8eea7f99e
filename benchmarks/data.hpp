// The documents that every workload uses: orders as a shop has them, made from their number alone,
// so that each store gets the same ones and any run can be repeated.
// Used by workloads and peers.
#pragma once

#include <aurora/aurora.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::bench {

struct Address {
  std::string street;
  std::string zip;
  std::string note;
};

/// Nine fields, about 300 bytes as JSON, a list and a nested object. `id` is the unique key, `city`
/// and `score` are indexed.
struct Order {
  Uuid id;
  std::string customer;
  std::string city;
  bool active = false;
  std::string status;
  double score = 0;
  std::int64_t amount = 0;
  std::vector<std::string> tags;
  Address address;
};

inline constexpr std::size_t kCities = 100;
inline constexpr std::size_t kStatuses = 8;
/// Scores are spread evenly over [0, kMostScore), amounts over [0, kMostAmount): hardly one twice.
inline constexpr double kMostScore = 1'000.0;
inline constexpr std::int64_t kMostAmount = 10'000'000'000;

/// What questions are about, without the text around it.
struct Facts {
  std::uint32_t customer = 0;
  std::uint8_t city = 0;
  std::uint8_t status = 0;
  bool active = false;
  double score = 0;
  std::int64_t amount = 0;
};

/// An order, and what stores without documents need of it, made before any clock runs.
struct Row {
  Order order;
  std::string json;  ///< the whole document
  std::string tags;  ///< the list as JSON
};

[[nodiscard]] Facts make_facts(std::uint64_t number);
[[nodiscard]] Uuid make_id(std::uint64_t number);
[[nodiscard]] Row make_row(std::uint64_t number);
[[nodiscard]] std::vector<Row> make_rows(std::uint64_t first, std::size_t count);

[[nodiscard]] const std::string& city_name(std::size_t city);
[[nodiscard]] const std::string& status_name(std::size_t status);
[[nodiscard]] std::string customer_name(std::uint32_t customer);

/// A text as a number: its end, where ours differ, and its size. Cheap, so that reading three
/// fields costs little more than having them read.
[[nodiscard]] inline std::uint64_t fold(std::string_view text) {
  std::uint64_t end = 0;
  const std::size_t size = text.size() < sizeof end ? text.size() : sizeof end;
  if (size != 0) std::memcpy(&end, text.data() + text.size() - size, size);
  return end * 3 + text.size();
}

/// Three fields of an order as one number, by which the answers of two stores are compared.
[[nodiscard]] inline std::uint64_t digest(std::string_view customer, std::string_view city,
                                          std::int64_t amount) {
  return fold(customer) + 5 * fold(city) + static_cast<std::uint64_t>(amount);
}

/// A group with its count and average, likewise.
[[nodiscard]] std::uint64_t group_digest(std::string_view key, std::int64_t count, double average);

/// A number from a number, evenly spread (SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15ULL;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EBULL;
  return number ^ (number >> 31);
}

}  // namespace aurora::bench
