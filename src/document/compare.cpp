// The order of values: one total order over all kinds, the same for owned and borrowed values.
// Called by sorting, filters and equality; index/key.hpp gives bytes the same order.
#include <aurora/value.hpp>

#include <aurora/document/codec.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace aurora {

namespace {

using Order = std::strong_ordering;

[[nodiscard]] Order order_of(int sign) noexcept { return sign <=> 0; }

[[nodiscard]] Order compare_floats(double a, double b) noexcept {
  if (a < b) return Order::less;
  if (a > b) return Order::greater;
  if (a == b) return Order::equal;
  return std::isnan(b) <=> std::isnan(a);
}

// Requires: both are numbers.
[[nodiscard]] Order compare_any_numbers(ValueView a, ValueView b) noexcept {
  const bool a_is_int = a.type() == Type::kInt;
  const bool b_is_int = b.type() == Type::kInt;
  if (a_is_int && b_is_int) return a.int_value() <=> b.int_value();
  if (a_is_int) return compare_numbers(a.int_value(), b.float_value());
  if (b_is_int) return 0 <=> compare_numbers(b.int_value(), a.float_value());
  return compare_floats(a.float_value(), b.float_value());
}

// Requires: of one class, and no containers.
[[nodiscard]] Order compare_scalars(ValueView a, ValueView b) noexcept {
  switch (a.type()) {
    case Type::kBool:
      return a.bool_value() <=> b.bool_value();
    case Type::kInt:
    case Type::kFloat:
      return compare_any_numbers(a, b);
    case Type::kString:
      return order_of(a.string_value().compare(b.string_value()));
    case Type::kUuid:
      return order_of(std::memcmp(a.encoded().data(), b.encoded().data(), 16));
    case Type::kDate:
      return a.date_value() <=> b.date_value();
    case Type::kTime:
      return a.time_value() <=> b.time_value();
    case Type::kDateTime:
      return a.datetime_value() <=> b.datetime_value();
    case Type::kNull:
    case Type::kList:
    case Type::kObject:
      break;
  }
  return Order::equal;
}

[[nodiscard]] Order compare_at(ValueView a, ValueView b, std::uint32_t levels) noexcept;
[[nodiscard]] Order compare_at(const Value& a, const Value& b, std::uint32_t levels) noexcept;

template <class Elements>
[[nodiscard]] Order compare_lists(const Elements& a, const Elements& b,
                                  std::uint32_t levels) noexcept {
  const auto shared = static_cast<std::uint32_t>(std::min(a.size(), b.size()));
  for (std::uint32_t i = 0; i < shared; ++i) {
    if (const Order order = compare_at(a[i], b[i], levels); order != 0) return order;
  }
  return a.size() <=> b.size();
}

// An owned object with the reading interface of ObjectView.
class OwnedMembers {
 public:
  explicit OwnedMembers(const Object& object) noexcept : object_(&object) {}
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(object_->size());
  }
  [[nodiscard]] std::string_view name(std::uint32_t i) const noexcept {
    return object_->begin()[i].name;
  }
  [[nodiscard]] const Value& value(std::uint32_t i) const noexcept {
    return object_->begin()[i].value;
  }

 private:
  const Object* object_;
};

// Member numbers in the order of their names; without allocation for objects of usual size.
template <class Members>
class SortedMembers {
 public:
  explicit SortedMembers(const Members& members) {
    std::uint32_t* numbers = few_.data();
    if (members.size() > few_.size()) {
      many_.resize(members.size());
      numbers = many_.data();
    }
    for (std::uint32_t i = 0; i < members.size(); ++i) numbers[i] = i;
    std::sort(numbers, numbers + members.size(), [&](std::uint32_t x, std::uint32_t y) {
      const int order = members.name(x).compare(members.name(y));
      return order != 0 ? order < 0 : x < y;
    });
  }
  [[nodiscard]] std::uint32_t operator[](std::uint32_t rank) const noexcept {
    return many_.empty() ? few_[rank] : many_[rank];
  }

 private:
  std::array<std::uint32_t, 32> few_;
  std::vector<std::uint32_t> many_;
};

template <class Members>
[[nodiscard]] bool have_same_names(const Members& a, const Members& b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::uint32_t i = 0; i < a.size(); ++i) {
    if (a.name(i) != b.name(i)) return false;
  }
  return true;
}

// Names in the same places: the smallest name whose values differ decides, and nothing need be
// sorted.
template <class Members>
[[nodiscard]] Order compare_aligned(const Members& a, const Members& b,
                                    std::uint32_t levels) noexcept {
  Order decided = Order::equal;
  std::string_view decider;
  for (std::uint32_t i = 0; i < a.size(); ++i) {
    const std::string_view name = a.name(i);
    if (decided != 0 && name >= decider) continue;
    if (const Order order = compare_at(a.value(i), b.value(i), levels); order != 0) {
      decided = order;
      decider = name;
    }
  }
  return decided;
}

template <class Members>
[[nodiscard]] Order compare_objects(const Members& a, const Members& b,
                                    std::uint32_t levels) noexcept {
  if (have_same_names(a, b)) return compare_aligned(a, b, levels);
  const SortedMembers<Members> a_sorted(a);
  const SortedMembers<Members> b_sorted(b);
  const std::uint32_t shared = std::min(a.size(), b.size());
  for (std::uint32_t rank = 0; rank < shared; ++rank) {
    const std::uint32_t i = a_sorted[rank];
    const std::uint32_t j = b_sorted[rank];
    if (const int order = a.name(i).compare(b.name(j)); order != 0) return order_of(order);
    if (const Order order = compare_at(a.value(i), b.value(j), levels); order != 0) return order;
  }
  return a.size() <=> b.size();
}

Order compare_at(ValueView a, ValueView b, std::uint32_t levels) noexcept {
  if (!same_class(a.type(), b.type())) return a.type() <=> b.type();
  if (a.type() != Type::kList && a.type() != Type::kObject) return compare_scalars(a, b);
  if (levels == 0) return Order::equal;
  if (a.type() == Type::kList) return compare_lists(a.list(), b.list(), levels - 1);
  return compare_objects(a.object(), b.object(), levels - 1);
}

Order compare_at(const Value& a, const Value& b, std::uint32_t levels) noexcept {
  if (!same_class(a.type(), b.type())) return a.type() <=> b.type();
  if (a.type() != Type::kList && a.type() != Type::kObject) {
    return compare_scalars(a.scalar_view(), b.scalar_view());
  }
  if (levels == 0) return Order::equal;
  if (a.type() == Type::kList) return compare_lists(*a.if_list(), *b.if_list(), levels - 1);
  return compare_objects(OwnedMembers(*a.if_object()), OwnedMembers(*b.if_object()), levels - 1);
}

}  // namespace

std::strong_ordering compare_numbers(std::int64_t a, double b) noexcept {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (b >= kTwoTo63) return Order::less;
  if (!(b >= -kTwoTo63)) return Order::greater;  // NaN included: it sorts before every number
  const double whole = std::trunc(b);
  const auto truncated = static_cast<std::int64_t>(whole);
  if (a != truncated) return a <=> truncated;
  return compare_floats(whole, b);
}

std::strong_ordering compare(ValueView a, ValueView b) noexcept {
  return compare_at(a, b, codec::kMaxDepth);
}

std::strong_ordering compare(const Value& a, const Value& b) noexcept {
  return compare_at(a, b, codec::kMaxDepth);
}

}  // namespace aurora
