// Bodies of the borrowed forms of a value: views of scalars, lists and objects inside record bytes.
// Called by every reader of records; calls the container layout and the codec.
#include <aurora/value.hpp>

#include "document/container.hpp"

#include <aurora/document/codec.hpp>

#include <bit>
#include <cstring>

namespace aurora {

static_assert(sizeof(ValueView) == 16, "views are passed by value in two registers");

ValueView ValueView::of(double value) noexcept {
  return {Type::kFloat, std::bit_cast<std::int64_t>(value)};
}

double ValueView::float_value() const noexcept { return std::bit_cast<double>(scalar_); }

Uuid ValueView::uuid_value() const noexcept {
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), data_, uuid.bytes.size());
  return uuid;
}

ListView ValueView::list() const noexcept { return ListView(encoded()); }
ObjectView ValueView::object() const noexcept { return ObjectView(encoded()); }

ValueView ValueView::operator[](std::string_view name) const noexcept {
  return type_ == Type::kObject ? object().find(name) : ValueView();
}

ValueView ValueView::operator[](std::size_t index) const noexcept {
  if (type_ != Type::kList) return {};
  const ListView elements = list();
  return index < elements.size() ? elements[static_cast<std::uint32_t>(index)] : ValueView();
}

ListView::ListView(std::string_view encoded) noexcept
    : bytes_(encoded), count_(codec::container_count(encoded)) {}

ValueView ListView::operator[](std::uint32_t index) const noexcept {
  return codec::ListLayout(bytes_, count_).value(index);
}

ObjectView::ObjectView(std::string_view encoded) noexcept
    : bytes_(encoded), count_(codec::container_count(encoded)) {}

std::string_view ObjectView::name(std::uint32_t index) const noexcept {
  return codec::ObjectLayout(bytes_, count_).name(index);
}

ValueView ObjectView::value(std::uint32_t index) const noexcept {
  return codec::ObjectLayout(bytes_, count_).value(index);
}

ValueView ObjectView::find(std::string_view name) const noexcept {
  const codec::ObjectLayout layout(bytes_, count_);
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (layout.name(i) == name) return layout.value(i);
  }
  return {};
}

EncodedValue::EncodedValue(const Value& value) : type_(value.type()) {
  switch (type_) {
    case Type::kNull:
      break;
    case Type::kBool:
      scalar_ = *value.if_bool() ? 1 : 0;
      break;
    case Type::kInt:
      scalar_ = *value.if_int();
      break;
    case Type::kFloat:
      scalar_ = std::bit_cast<std::int64_t>(*value.if_float());
      break;
    case Type::kDate:
      scalar_ = value.if_date()->days;
      break;
    case Type::kTime:
      scalar_ = value.if_time()->micros;
      break;
    case Type::kDateTime:
      scalar_ = value.if_datetime()->micros;
      break;
    case Type::kString:
      bytes_ = *value.if_string();
      break;
    case Type::kUuid:
    case Type::kList:
    case Type::kObject:
      codec::append_payload(bytes_, value);
      break;
  }
}

ValueView EncodedValue::view() const noexcept {
  switch (type_) {
    case Type::kNull:
      break;
    case Type::kBool:
      return ValueView::of(scalar_ != 0);
    case Type::kInt:
      return ValueView::of(scalar_);
    case Type::kFloat:
      return ValueView::of(std::bit_cast<double>(scalar_));
    case Type::kDate:
      return ValueView::of(Date{static_cast<std::int32_t>(scalar_)});
    case Type::kTime:
      return ValueView::of(Time{scalar_});
    case Type::kDateTime:
      return ValueView::of(DateTime(scalar_));
    case Type::kString:
    case Type::kUuid:
    case Type::kList:
    case Type::kObject:
      return ValueView::of_encoded(type_, bytes_.data(), static_cast<std::uint32_t>(bytes_.size()));
  }
  return {};
}

}  // namespace aurora
