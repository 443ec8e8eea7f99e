// What binding needs no template for: places in messages, access to lists and objects, time points.
// Called by the templates of bind-inl.hpp in users' code; calls the views of values.
#include <aurora/bind.hpp>

namespace aurora::detail {

namespace {

const Value& null_value() {
  static const Value null;
  return null;
}

void require_kind(Type wanted, Type found, const Place& place) {
  if (wanted == found) return;
  try {
    throw_wrong_type(to_string(wanted), found);
  } catch (const Error& error) {
    throw_at(place, error);
  }
}

}  // namespace

std::string path_of(const Place& place) {
  std::string path;
  if (place.parent != nullptr) path = path_of(*place.parent);
  if (place.index != Place::kField)
    return path.append("[").append(std::to_string(place.index)).append("]");
  if (!path.empty()) path += '.';
  return path.append(place.name);
}

void throw_null_member(const Place& place, std::string_view type) {
  std::string message = "field '" + path_of(place) + "' is null, but member '";
  message.append(place.name).append("' of ").append(type).append(" cannot be");
  throw Error(ErrorCode::kTypeError, std::move(message));
}

void throw_at(const Place& place, const Error& error) {
  throw error.with_prefix("field '" + path_of(place) + "': ");
}

void throw_glue_failure(std::string_view type, std::string_view what) {
  throw Error(ErrorCode::kTypeError,
              std::string("bound type ").append(type).append(": ").append(what));
}

const List& list_in(const Value& value, const Place& place) {
  require_kind(Type::kList, value.type(), place);
  return *value.if_list();
}

ListView list_in(ValueView value, const Place& place) {
  require_kind(Type::kList, value.type(), place);
  return value.list();
}

const Object& object_in(const Value& value, const Place& place) {
  require_kind(Type::kObject, value.type(), place);
  return *value.if_object();
}

ObjectView object_in(ValueView value, const Place& place) {
  require_kind(Type::kObject, value.type(), place);
  return value.object();
}

const Value& field_of(const Object& object, std::string_view name) {
  const Value* const value = object.find(name);
  return value != nullptr ? *value : null_value();
}

std::chrono::system_clock::time_point time_point_of(DateTime when) {
  using std::chrono::duration_cast, std::chrono::microseconds;
  using Clock = std::chrono::system_clock;
  // Clocks that count nanoseconds end in 2262 and begin in 1677.
  if (microseconds(when.micros) > duration_cast<microseconds>(Clock::duration::max()) ||
      microseconds(when.micros) < duration_cast<microseconds>(Clock::duration::min())) {
    throw Error(ErrorCode::kTypeError,
                "the DateTime " + when.text() + " is outside the range of the system clock");
  }
  return Clock::time_point(duration_cast<Clock::duration>(microseconds(when.micros)));
}

void require_document(const Document& document) {
  if (!document) throw Error(ErrorCode::kTypeError, "there is no document to read");
}

}  // namespace aurora::detail
