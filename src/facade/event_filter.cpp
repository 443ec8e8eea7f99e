// Body of event filters, and of what changed in an event. Called by listeners and users.
#include <aurora/listener.hpp>

#include <algorithm>
#include <array>

namespace aurora {

namespace {

const Document& state_of(const ChangeEvent& event) { return event.after ? event.after : event.before; }

// What a field may hold that equals the value: a text also stands for the date, time or uuid it reads as.
std::vector<EncodedValue> readings_of(const Value& value) {
  std::vector<EncodedValue> readings;
  readings.emplace_back(value);
  const auto* text = value.if_string();
  if (text == nullptr) return readings;
  for (const auto& other :
       {Value(Uuid::parse(*text)), Value(Date::parse(*text)), Value(Time::parse(*text)), Value(DateTime::parse(*text))})
    if (!other.is_null()) readings.emplace_back(other);
  return readings;
}

// Members of both, in the order of the first.
void compare_objects(const Object& before, const Object& after, const std::string& prefix,
                     std::vector<std::string>& changed) {
  const auto compare_member = [&](const std::string& name, const Value* old_value, const Value* value) {
    const auto path = prefix + name;
    const auto* old_object = old_value != nullptr ? old_value->if_object() : nullptr;
    const auto* object = value != nullptr ? value->if_object() : nullptr;
    if (old_object != nullptr && object != nullptr) return compare_objects(*old_object, *object, path + ".", changed);
    const bool same = old_value != nullptr && value != nullptr ? *old_value == *value
                      : old_value != nullptr                   ? old_value->is_null()
                                                               : value->is_null();
    if (!same) changed.push_back(path);
  };
  for (const auto& [name, value] : before) compare_member(name, &value, after.find(name));
  for (const auto& [name, value] : after)
    if (!before.contains(name)) compare_member(name, nullptr, &value);
}

}  // namespace

std::vector<std::string> ChangeEvent::changed_fields() const {
  std::vector<std::string> changed;
  compare_objects(before ? before.fields() : Object(), after ? after.fields() : Object(), "", changed);
  return changed;
}

EventFilter EventFilter::change_type(ChangeType type) {
  return EventFilter([type](const ChangeEvent& event) { return event.type == type; });
}

EventFilter EventFilter::field_equals(std::string path, Value value) {
  return EventFilter([path = std::move(path), readings = readings_of(value)](const ChangeEvent& event) {
    const auto found = state_of(event)[path];
    return std::any_of(readings.begin(), readings.end(),
                       [&](const EncodedValue& reading) { return compare(found, reading.view()) == 0; });
  });
}

EventFilter EventFilter::field_changed(std::string path) {
  return EventFilter([path = std::move(path)](const ChangeEvent& event) {
    const auto before = event.before ? event.before[path] : ValueView();
    const auto after = event.after ? event.after[path] : ValueView();
    return compare(before, after) != 0;
  });
}

EventFilter EventFilter::has_field(std::string path) {
  return EventFilter([path = std::move(path)](const ChangeEvent& event) { return state_of(event).has(path); });
}

EventFilter EventFilter::all_of(std::vector<EventFilter> filters) {
  return EventFilter([filters = std::move(filters)](const ChangeEvent& event) {
    return std::all_of(filters.begin(), filters.end(), [&](const EventFilter& each) { return each.matches(event); });
  });
}

EventFilter EventFilter::any_of(std::vector<EventFilter> filters) {
  return EventFilter([filters = std::move(filters)](const ChangeEvent& event) {
    return std::any_of(filters.begin(), filters.end(), [&](const EventFilter& each) { return each.matches(event); });
  });
}

}  // namespace aurora
