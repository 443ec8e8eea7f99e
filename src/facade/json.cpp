// Bodies of json.hpp: values into nlohmann::json and back, and the JSON document of a result.
// Called by users' code and by binding; calls the UTF-8 check.
#include <aurora/json.hpp>

#include <aurora/base/try.hpp>
#include <aurora/base/utf8.hpp>
#include <aurora/document/codec.hpp>

#include <cmath>

namespace aurora {

namespace {

// ---- into nlohmann

template <class Json>
Json scalar_json(ValueView value) {
  switch (value.type()) {
    case Type::kBool:
      return value.bool_value();
    case Type::kInt:
      return value.int_value();
    case Type::kFloat:
      return value.float_value();
    case Type::kString:
      return std::string(value.string_value());
    case Type::kUuid:
      return value.uuid_value().text();
    case Type::kDate:
      return value.date_value().text();
    case Type::kTime:
      return value.time_value().text();
    case Type::kDateTime:
      return value.datetime_value().text();
    case Type::kNull:
    case Type::kList:
    case Type::kObject:
      break;
  }
  return nullptr;
}

template <class Json>
Json make(ValueView value) {
  if (value.type() == Type::kList) {
    const ListView list = value.list();
    Json json = Json::array();
    for (std::uint32_t i = 0; i < list.size(); ++i) json.push_back(make<Json>(list[i]));
    return json;
  }
  if (value.type() == Type::kObject) {
    const ObjectView object = value.object();
    Json json = Json::object();
    for (std::uint32_t i = 0; i < object.size(); ++i) {
      json[std::string(object.name(i))] = make<Json>(object.value(i));
    }
    return json;
  }
  return scalar_json<Json>(value);
}

template <class Json>
Json make(const Object& object);

template <class Json>
Json make(const Value& value) {
  if (const Object* const object = value.if_object()) return make<Json>(*object);
  const List* const list = value.if_list();
  if (list == nullptr) return scalar_json<Json>(value.scalar_view());
  Json json = Json::array();
  for (const Value& element : *list) json.push_back(make<Json>(element));
  return json;
}

template <class Json>
Json make(const Object& object) {
  Json json = Json::object();
  for (const auto& [name, value] : object) json[name] = make<Json>(value);
  return json;
}

// ---- out of nlohmann

using detail::Place;

// A document, and as many levels below it as its fields may have.
constexpr std::uint32_t kDeepest = codec::kMaxDepth + 1;

// `at` is null for the whole value.
Error refused(const Place* at, std::string_view why) {
  std::string message = "the JSON value ";
  if (at != nullptr) message.append("at '").append(path_of(*at)).append("' ");
  return Error(ErrorCode::kInvalidInput, message.append("cannot be stored: ").append(why));
}

template <class Json>
Result<Value> read(const Json& json, const Place* at, std::uint32_t depth);

template <class Json>
Result<Value> read_list(const Json& json, const Place* at, std::uint32_t depth) {
  List list;
  list.reserve(json.size());
  for (const Json& element : json) {
    const Place place{at, {}, list.size()};
    AURORA_ASSIGN(auto value, read(element, &place, depth + 1));
    list.push_back(std::move(value));
  }
  return Value(std::move(list));
}

template <class Json>
Result<Value> read_object(const Json& json, const Place* at, std::uint32_t depth) {
  Object object;
  object.reserve(json.size());
  for (auto member = json.begin(); member != json.end(); ++member) {
    if (!is_valid_utf8(member.key())) return refused(at, "a name in it is not valid UTF-8");
    const Place place{at, member.key()};
    AURORA_ASSIGN(auto value, read(member.value(), &place, depth + 1));
    object.append(member.key(), std::move(value));
  }
  return Value(std::move(object));
}

template <class Json>
Result<Value> read_number(const Json& json, const Place* at) {
  if (json.is_number_unsigned()) {
    const auto number = json.template get<std::uint64_t>();
    if (!std::in_range<std::int64_t>(number)) {
      return refused(at, "the number " + std::to_string(number) + " is beyond the range of Int");
    }
    return Value(number);
  }
  if (json.is_number_integer()) return Value(json.template get<std::int64_t>());
  const auto number = json.template get<double>();
  if (!std::isfinite(number)) return refused(at, "a Float must be finite");
  return Value(number);
}

// `depth` is how many lists and objects stand around `json`.
template <class Json>
Result<Value> read(const Json& json, const Place* at, std::uint32_t depth) {
  if (json.is_structured()) {
    if (depth == kDeepest)
      return Error(ErrorCode::kLimitExceeded,
                   "the JSON value nests lists and objects deeper than " +
                       std::to_string(codec::kMaxDepth) + " levels");
    return json.is_array() ? read_list(json, at, depth) : read_object(json, at, depth);
  }
  if (json.is_number()) return read_number(json, at);
  if (json.is_null()) return Value();
  if (json.is_boolean()) return Value(json.template get<bool>());
  if (!json.is_string()) return refused(at, "JSON has no " + std::string(json.type_name()));
  const auto& text = json.template get_ref<const std::string&>();
  if (!is_valid_utf8(text)) return refused(at, "the text is not valid UTF-8");
  return Value(text);
}

template <class Json>
Result<Object> read_whole_object(const Json& json) {
  if (!json.is_object()) {
    return Error(ErrorCode::kTypeError,
                 std::string("expected a JSON object, found ").append(json.type_name()));
  }
  AURORA_ASSIGN(auto value, read_object(json, nullptr, 0));
  return std::move(*value.if_object());
}

}  // namespace

nlohmann::json to_nlohmann(const Value& value) { return make<nlohmann::json>(value); }
nlohmann::json to_nlohmann(ValueView value) { return make<nlohmann::json>(value); }
nlohmann::json to_nlohmann(const Object& object) { return make<nlohmann::json>(object); }
nlohmann::json to_nlohmann(const Document& document) {
  return document ? make<nlohmann::json>(document.fields()) : nlohmann::json();
}

Result<Value> try_from_nlohmann(const nlohmann::json& json) { return read(json, nullptr, 0); }
Result<Value> try_from_nlohmann(const nlohmann::ordered_json& json) {
  return read(json, nullptr, 0);
}
Result<Object> try_object_from(const nlohmann::json& json) { return read_whole_object(json); }
Result<Object> try_object_from(const nlohmann::ordered_json& json) {
  return read_whole_object(json);
}

namespace detail {

void fill_json(nlohmann::json& to, const Value& from) { to = make<nlohmann::json>(from); }
void fill_json(nlohmann::ordered_json& to, const Value& from) {
  to = make<nlohmann::ordered_json>(from);
}
void fill_json(nlohmann::json& to, const Object& from) { to = make<nlohmann::json>(from); }
void fill_json(nlohmann::ordered_json& to, const Object& from) {
  to = make<nlohmann::ordered_json>(from);
}

void throw_no_text_form(std::string_view wanted, std::string_view found) {
  std::string message("expected the text of a ");
  throw Error(ErrorCode::kTypeError,
              message.append(wanted).append(", found '").append(found).append("'"));
}

void fill_json(nlohmann::json& to, const Document& from) { to = to_nlohmann(from); }
Value value_of(const nlohmann::json& json) { return from_nlohmann(json); }
Value value_of(const nlohmann::ordered_json& json) { return from_nlohmann(json); }

}  // namespace detail

nlohmann::json QueryResult::json() const { return nlohmann::json::parse(dump()); }

}  // namespace aurora
