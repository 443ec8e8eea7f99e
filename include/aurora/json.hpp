// Values, documents and results as nlohmann::json, and back.
// Public and opt-in: the one header that includes all of nlohmann/json.hpp.
//
// JSON has fewer kinds: a Uuid, Date, Time or DateTime becomes its text, and comes back as a
// String, which an insert or update turns into what the field is declared as. Everything else comes
// back as it was.
#pragma once

#include <aurora/bind.hpp>
#include <aurora/document.hpp>
#include <aurora/query_result.hpp>
#include <aurora/value.hpp>

#include <nlohmann/json.hpp>

#include <concepts>

namespace aurora {

/// Strings that are not UTF-8 are taken over as they are, as are Floats that are not finite;
/// neither is ever stored.
[[nodiscard]] nlohmann::json to_nlohmann(const Value& value);
[[nodiscard]] nlohmann::json to_nlohmann(ValueView value);
[[nodiscard]] nlohmann::json to_nlohmann(const Object& object);
/// The fields that are not null; null for no document.
[[nodiscard]] nlohmann::json to_nlohmann(const Document& document);

/// Errors: InvalidInput, saying where, for an unsigned number beyond Int, a number that is not
/// finite, text that is not UTF-8, and binary or discarded parts; LimitExceeded when nested deeper
/// than a document may be.
[[nodiscard]] Result<Value> try_from_nlohmann(const nlohmann::json& json);
[[nodiscard]] Result<Value> try_from_nlohmann(const nlohmann::ordered_json& json);
[[nodiscard]] inline Value from_nlohmann(const nlohmann::json& json) {
  return try_from_nlohmann(json).value();
}
[[nodiscard]] inline Value from_nlohmann(const nlohmann::ordered_json& json) {
  return try_from_nlohmann(json).value();
}

/// A JSON object, as a document or as variables: db.insert("users", aurora::object_from(json)).
/// Errors: as try_from_nlohmann; TypeError for anything but an object.
[[nodiscard]] Result<Object> try_object_from(const nlohmann::json& json);
[[nodiscard]] Result<Object> try_object_from(const nlohmann::ordered_json& json);
[[nodiscard]] inline Object object_from(const nlohmann::json& json) {
  return try_object_from(json).value();
}
[[nodiscard]] inline Object object_from(const nlohmann::ordered_json& json) {
  return try_object_from(json).value();
}

// What nlohmann::json looks for, so that `nlohmann::json j = value;`, `aurora::Object o = j;`,
// j.get<aurora::Uuid>() and members of these types in NLOHMANN_DEFINE_TYPE work. An ordered_json
// keeps the order of an Object. Errors: these throw aurora::Error, TypeError for text that is no
// Uuid, Date, Time or DateTime.

namespace detail {
template <class T>
concept nlohmann_kind = kIsNlohmann<T>;
/// One of ours that has a text form: Uuid, Date, Time, DateTime.
template <class T>
concept has_text_form = std::same_as<T, Uuid> || std::same_as<T, Date> || std::same_as<T, Time> ||
                        std::same_as<T, DateTime>;

/// Throws TypeError: "expected a Uuid as text, found …".
[[noreturn]] void throw_no_text_form(std::string_view wanted, std::string_view found);

template <class T>
inline constexpr std::string_view kKindName = std::same_as<T, Uuid>   ? "Uuid"
                                              : std::same_as<T, Date> ? "Date"
                                              : std::same_as<T, Time> ? "Time"
                                                                      : "DateTime";
}  // namespace detail

template <detail::nlohmann_kind Json>
void to_json(Json& to, const Value& from) {
  detail::fill_json(to, from);
}
template <detail::nlohmann_kind Json>
void from_json(const Json& from, Value& to) {
  to = from_nlohmann(from);
}
template <detail::nlohmann_kind Json>
void to_json(Json& to, const Object& from) {
  detail::fill_json(to, from);
}
template <detail::nlohmann_kind Json>
void from_json(const Json& from, Object& to) {
  to = object_from(from);
}
template <detail::nlohmann_kind Json>
void to_json(Json& to, const Document& from) {
  detail::fill_json(to, from ? Value(from.fields()) : Value());
}
template <detail::nlohmann_kind Json, detail::has_text_form T>
void to_json(Json& to, const T& from) {
  to = from.text();
}
template <detail::nlohmann_kind Json, detail::has_text_form T>
void from_json(const Json& from, T& to) {
  const auto* const text = from.template get_ptr<const std::string*>();
  const auto read = text != nullptr ? T::parse(*text) : std::nullopt;
  if (!read)
    detail::throw_no_text_form(detail::kKindName<T>, text != nullptr ? *text : from.type_name());
  to = *read;
}

}  // namespace aurora
