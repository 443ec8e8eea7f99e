// The documents of the benchmarks. Called by workloads and peers.
#include "data.hpp"

#include <array>
#include <cmath>

namespace aurora::bench {

namespace {

constexpr std::array<std::string_view, kStatuses> kStatusNames{
    "pending", "paid", "packed", "shipped", "delivered", "returned", "refunded", "cancelled"};
constexpr std::array<std::string_view, 8> kTags{"gift",  "express", "fragile", "wholesale",
                                                "promo", "abroad",  "repeat",  "pickup"};

template <std::size_t count, class Make>
std::vector<std::string> names(Make make) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(make(i));
  return result;
}

}  // namespace

const std::string& city_name(std::size_t city) {
  static const auto kNames =
      names<kCities>([](std::size_t i) { return "City of " + std::to_string(1'000 + i); });
  return kNames[city];
}

const std::string& status_name(std::size_t status) {
  static const auto kNames =
      names<kStatuses>([](std::size_t i) { return std::string(kStatusNames[i]); });
  return kNames[status];
}

std::string customer_name(std::uint32_t customer) {
  return "buyer+" + std::to_string(100'000 + customer);
}

Facts make_facts(std::uint64_t number) {
  const std::uint64_t random = mix(number * 3 + 1);
  const std::uint64_t more = mix(random);
  return {static_cast<std::uint32_t>(random % 100'000),
          static_cast<std::uint8_t>((random >> 20) % kCities),
          static_cast<std::uint8_t>((random >> 32) % kStatuses),
          ((random >> 40) & 1) != 0,
          static_cast<double>(more >> 11) * 0x1p-53 * kMostScore,
          static_cast<std::int64_t>(mix(more) % static_cast<std::uint64_t>(kMostAmount))};
}

Uuid make_id(std::uint64_t number) {
  Uuid id;
  const std::array<std::uint64_t, 2> halves{mix(number), mix(~number)};
  std::memcpy(id.bytes.data(), halves.data(), sizeof halves);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

Row make_row(std::uint64_t number) {
  const Facts facts = make_facts(number);
  const std::uint64_t random = mix(number * 3 + 2);
  Row row;
  Order& order = row.order;
  order.id = make_id(number);
  order.customer = customer_name(facts.customer);
  order.city = city_name(facts.city);
  order.active = facts.active;
  order.status = status_name(facts.status);
  order.score = facts.score;
  order.amount = facts.amount;
  order.tags = {std::string(kTags[random % 8]), std::string(kTags[(random >> 8) % 8])};
  order.address = {std::to_string(1 + (random >> 48) % 200) + " Long Street",
                   std::to_string(10'000 + (random >> 16) % 90'000),
                   "at the door of the neighbour, call first"};
  row.json = to_json(Value(to_object(order)));
  row.tags = to_json(Value(order.tags));
  return row;
}

std::vector<Row> make_rows(std::uint64_t first, std::size_t count) {
  std::vector<Row> rows;
  rows.reserve(count);
  for (std::size_t i = 0; i < count; ++i) rows.push_back(make_row(first + i));
  return rows;
}

std::uint64_t group_digest(std::string_view key, std::int64_t count, double average) {
  return fold(key) * static_cast<std::uint64_t>(count) +
         static_cast<std::uint64_t>(std::llround(average));
}

}  // namespace aurora::bench
