// Bodies of Value and Object, the owned forms of a value.
// Called by everything that makes values; calls the views to copy what they borrow.
#include <aurora/value.hpp>

#include <algorithm>
#include <array>

namespace aurora {

std::string_view to_string(Type type) noexcept {
  static constexpr std::array<std::string_view, 11> kNames{"Null",     "Boolean", "Int",   "Float",
                                                           "String",   "Uuid",    "Date",  "Time",
                                                           "DateTime", "List",    "Object"};
  const auto index = static_cast<std::size_t>(type);
  return index < kNames.size() ? kNames[index] : std::string_view("Unknown");
}

namespace detail {

void throw_wrong_type(std::string_view wanted, Type found) {
  std::string message("expected ");
  message.append(wanted).append(", found ").append(to_string(found));
  throw Error(ErrorCode::kTypeError, std::move(message));
}

void throw_out_of_range(std::string_view number) {
  std::string message("the number ");
  message.append(number).append(" is outside the range of the type asked for");
  throw Error(ErrorCode::kTypeError, std::move(message));
}

}  // namespace detail

Object::Object() = default;
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

Object::Object(std::initializer_list<std::pair<std::string_view, Value>> members) {
  members_.reserve(members.size());
  for (const auto& [name, value] : members) set(std::string(name), value);
}

bool Object::empty() const noexcept { return members_.empty(); }
std::size_t Object::size() const noexcept { return members_.size(); }
Object::const_iterator Object::begin() const noexcept { return members_.begin(); }
Object::const_iterator Object::end() const noexcept { return members_.end(); }
Object::iterator Object::begin() noexcept { return members_.begin(); }
Object::iterator Object::end() noexcept { return members_.end(); }

const Value* Object::find(std::string_view name) const noexcept {
  for (const Member& member : members_) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Value* Object::find(std::string_view name) noexcept {
  return const_cast<Value*>(std::as_const(*this).find(name));
}

Value& Object::operator[](std::string_view name) {
  if (Value* const value = find(name)) return *value;
  members_.push_back(Member{std::string(name), Value()});
  return members_.back().value;
}

void Object::set(std::string name, Value value) {
  if (Value* const existing = find(name)) {
    *existing = std::move(value);
  } else {
    append(std::move(name), std::move(value));
  }
}

void Object::append(std::string name, Value value) {
  members_.push_back(Member{std::move(name), std::move(value)});
}

bool Object::remove(std::string_view name) {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [name](const Member& m) { return m.name == name; });
  if (found == members_.end()) return false;
  members_.erase(found);
  return true;
}

void Object::reserve(std::size_t count) { members_.reserve(count); }

namespace {

[[nodiscard]] List copy_list(ListView view) {
  List list;
  list.reserve(view.size());
  for (std::uint32_t i = 0; i < view.size(); ++i) list.emplace_back(view[i]);
  return list;
}

[[nodiscard]] Object copy_object(ObjectView view) {
  Object object;
  object.reserve(view.size());
  for (std::uint32_t i = 0; i < view.size(); ++i) {
    object.append(std::string(view.name(i)), Value(view.value(i)));
  }
  return object;
}

}  // namespace

Value::Value(ValueView view) {
  switch (view.type()) {
    case Type::kNull:
      break;
    case Type::kBool:
      data_ = view.bool_value();
      break;
    case Type::kInt:
      data_ = view.int_value();
      break;
    case Type::kFloat:
      data_ = view.float_value();
      break;
    case Type::kString:
      data_.emplace<std::string>(view.string_value());
      break;
    case Type::kUuid:
      data_ = view.uuid_value();
      break;
    case Type::kDate:
      data_ = view.date_value();
      break;
    case Type::kTime:
      data_ = view.time_value();
      break;
    case Type::kDateTime:
      data_ = view.datetime_value();
      break;
    case Type::kList:
      data_ = copy_list(view.list());
      break;
    case Type::kObject:
      data_ = copy_object(view.object());
      break;
  }
}

ValueView Value::scalar_view() const noexcept {
  switch (type()) {
    case Type::kBool:
      return ValueView::of(*if_bool());
    case Type::kInt:
      return ValueView::of(*if_int());
    case Type::kFloat:
      return ValueView::of(*if_float());
    case Type::kString:
      return ValueView::of(std::string_view(*if_string()));
    case Type::kUuid:
      return ValueView::of(*if_uuid());
    case Type::kDate:
      return ValueView::of(*if_date());
    case Type::kTime:
      return ValueView::of(*if_time());
    case Type::kDateTime:
      return ValueView::of(*if_datetime());
    case Type::kNull:
    case Type::kList:
    case Type::kObject:
      break;
  }
  return {};
}

bool operator==(const Value& a, const Value& b) noexcept { return compare(a, b) == 0; }

}  // namespace aurora
