// Random values that gather where codecs and orders go wrong, and a naive order to hold the real
// one against. Included by the property tests of values, records, JSON and keys. Every generator is
// seeded by Catch, which prints the seed and replays it with --rng-seed.
#pragma once

#include <aurora/value.hpp>

#include <catch2/catch_get_random_seed.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <string>

namespace aurora::test {

class RandomValues {
 public:
  explicit RandomValues(std::uint32_t seed = Catch::getSeed()) : engine_(seed) {}

  std::uint32_t below(std::uint32_t bound) {
    return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(engine_);
  }
  std::uint64_t bits() { return engine_(); }

  std::int64_t integer() {
    static constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    static constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    const auto near = static_cast<std::int64_t>(below(9)) - 4;
    switch (below(8)) {
      case 0:
        return near;
      case 1:
        return (std::int64_t{1} << 53) + near;
      case 2:
        return -(std::int64_t{1} << 53) + near;
      case 3:
        return kMax - below(3000);
      case 4:
        return kMin + below(3000);
      case 5:
        return (std::int64_t{1} << below(62)) + near;
      case 6:
        return -(std::int64_t{1} << below(62)) + near;
      default:
        return static_cast<std::int64_t>(bits());
    }
  }

  double floating() {
    switch (below(7)) {
      case 0:
        return below(2) == 0 ? 0.0 : -0.0;
      case 1:
        return std::bit_cast<double>(std::uint64_t{below(4)});  // the smallest subnormals
      case 2:
        return -std::bit_cast<double>(std::uint64_t{below(4)});
      case 3:
        return static_cast<double>(integer());
      case 4:
        return std::nextafter(static_cast<double>(integer()), below(2) == 0 ? -1e300 : 1e300);
      case 5:
        return static_cast<double>(static_cast<int>(below(21)) - 10) / 4;
      default:
        break;
    }
    while (true) {
      const auto number = std::bit_cast<double>(bits());
      if (std::isfinite(number)) return number;
    }
  }

  std::string text() {
    static const std::string kPieces[] = {
        "a",  "b",        "ab",           std::string(1, '\0'), "\x01",        "\x7f", "\"", "\\",
        "\n", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",   "\xEF\xBF\xBD"};
    std::string out;
    for (std::uint32_t count = below(below(20) == 0 ? 40 : 6); count > 0; --count) {
      out += kPieces[below(std::size(kPieces))];
    }
    return out;
  }

  Uuid uuid() {
    Uuid uuid;
    for (auto& byte : uuid.bytes)
      byte = static_cast<std::uint8_t>(below(4) == 0 ? bits() : below(2) * 255);
    return uuid;
  }
  Date date() { return Date{static_cast<std::int32_t>(below(3'652'059)) - 719'162}; }
  Time time() { return Time{static_cast<std::int64_t>(bits() % 86'400'000'000)}; }
  DateTime date_time() {
    const std::int64_t micros = date().days * std::int64_t{86'400'000'000};
    return DateTime(below(2) == 0 ? micros : micros + time().micros);
  }

  Value scalar() {
    switch (below(10)) {
      case 0:
        return Value();
      case 1:
        return Value(below(2) == 0);
      case 2:
      case 3:
        return Value(integer());
      case 4:
      case 5:
        return Value(floating());
      case 6:
        return Value(text());
      case 7:
        return Value(uuid());
      case 8:
        return below(2) == 0 ? Value(date()) : Value(time());
      default:
        return Value(date_time());
    }
  }

  Value value(std::uint32_t depth = 3) {
    if (depth == 0 || below(3) != 0) return scalar();
    if (below(2) == 0) {
      List list;
      for (std::uint32_t count = below(4); count > 0; --count) list.push_back(value(depth - 1));
      return Value(std::move(list));
    }
    Object object;
    for (std::uint32_t count = below(4); count > 0; --count) object.set(text(), value(depth - 1));
    return Value(std::move(object));
  }

  /// A value near `origin`: equal under another representation, or changed in one small place.
  Value neighbour(const Value& origin) {
    if (const auto* number = origin.if_int()) {
      return below(2) == 0
                 ? Value(static_cast<double>(*number))
                 : Value(static_cast<std::int64_t>(static_cast<std::uint64_t>(*number) + 1));
    }
    if (const auto* number = origin.if_float()) {
      if (below(2) == 0 && std::abs(*number) < 9e18)
        return Value(static_cast<std::int64_t>(*number));
      return Value(std::nextafter(*number, 0.0));
    }
    if (const auto* string = origin.if_string()) return Value(*string + text());
    if (const auto* list = origin.if_list()) {
      List copy = *list;
      if (copy.empty() || below(3) == 0) copy.push_back(scalar());
      Value& changed = copy[below(static_cast<std::uint32_t>(copy.size()))];
      changed = neighbour(changed);
      return Value(std::move(copy));
    }
    if (const auto* object = origin.if_object()) {
      Object copy;
      for (auto member = object->end();
           member != object->begin();) {  // the same members, backwards
        --member;
        copy.append(member->name, below(4) == 0 ? neighbour(member->value) : member->value);
      }
      if (below(4) == 0) copy.set(text(), scalar());
      return Value(std::move(copy));
    }
    return scalar();
  }

 private:
  std::mt19937_64 engine_;
};

/// The order of values as the reference words it, with no thought for speed.
class NaiveOrder {
 public:
  static int compare(const Value& a, const Value& b) {
    if (rank(a) != rank(b)) return sign(rank(a), rank(b));
    switch (a.type()) {
      case Type::kNull:
        return 0;
      case Type::kBool:
        return sign(*a.if_bool(), *b.if_bool());
      case Type::kInt:
      case Type::kFloat:
        return sign(number(a), number(b));
      case Type::kString:
        return bytes(*a.if_string(), *b.if_string());
      case Type::kUuid:
        return sign(*a.if_uuid(), *b.if_uuid());
      case Type::kDate:
        return sign(*a.if_date(), *b.if_date());
      case Type::kTime:
        return sign(*a.if_time(), *b.if_time());
      case Type::kDateTime:
        return sign(*a.if_datetime(), *b.if_datetime());
      case Type::kList:
        return flat(*a.if_list(), *b.if_list());
      case Type::kObject:
        return flat(pairs(*a.if_object()), pairs(*b.if_object()));
    }
    return 0;
  }

 private:
  template <class T>
  static int sign(const T& a, const T& b) {
    return a < b ? -1 : b < a ? 1 : 0;
  }
  static int rank(const Value& v) {
    return static_cast<int>(v.type() == Type::kFloat ? Type::kInt : v.type());
  }
  // 64 bits of mantissa hold every Int and every Float exactly.
  static long double number(const Value& v) {
    static_assert(std::numeric_limits<long double>::digits >= 64);
    return v.if_int() != nullptr ? static_cast<long double>(*v.if_int())
                                 : static_cast<long double>(*v.if_float());
  }
  static int bytes(const std::string& a, const std::string& b) {
    const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
    return order != 0 ? sign(order, 0) : sign(a.size(), b.size());
  }
  static int flat(const List& a, const List& b) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      if (const int order = compare(a[i], b[i]); order != 0) return order;
    }
    return sign(a.size(), b.size());
  }
  static List pairs(const Object& object) {
    std::map<std::string, Value> sorted;
    for (const auto& member : object) sorted[member.name] = member.value;
    List list;
    for (const auto& [name, value] : sorted) {
      list.push_back(Value(name));
      list.push_back(value);
    }
    return list;
  }
};

[[nodiscard]] inline int sign_of(std::strong_ordering order) {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

}  // namespace aurora::test
