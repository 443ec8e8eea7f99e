// The documents of the benchmarks. Called by main.cpp and workloads.cpp.
#include "data.hpp"

#include <array>

namespace aurora::bench {

namespace {

constexpr std::array<std::string_view, 4> kStatuses{"pending", "paid", "shipped", "returned"};
constexpr std::array<std::string_view, 8> kTags{"gift",  "express", "fragile", "wholesale",
                                                "promo", "abroad",  "repeat",  "pickup"};
constexpr std::int64_t kFirstSecond = 1'700'000'000;

Uuid id_of(std::uint64_t number) {
  Uuid id;
  const std::array<std::uint64_t, 2> halves{mix(number), mix(~number)};
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(halves[i / 8] >> (8 * (i % 8)));
  }
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

}  // namespace

std::string city(std::size_t number) { return "City of " + std::to_string(1'000 + number); }

Row make_row(std::uint64_t number) {
  const std::uint64_t random = mix(number * 3 + 1);
  Row row;
  Order& order = row.order;
  order.id = id_of(number);
  order.customer = "customer-" + std::to_string(random % 100'000) + "@example.org";
  order.city = city((random >> 8) % kCities);
  order.status = kStatuses[(random >> 16) % kStatuses.size()];
  order.amount = static_cast<std::int64_t>((random >> 20) % kMaxAmount);
  order.created_at = DateTime((kFirstSecond + static_cast<std::int64_t>(number)) * 1'000'000);
  order.tags = {std::string(kTags[(random >> 40) % 8]), std::string(kTags[(random >> 44) % 8])};
  order.address = {std::to_string(1 + (random >> 48) % 200) + " Long Street",
                   std::to_string(10'000 + (random >> 32) % 90'000)};
  order.note = "left at the door of the neighbour, call first (" + std::to_string(number) + ")";
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

}  // namespace aurora::bench
