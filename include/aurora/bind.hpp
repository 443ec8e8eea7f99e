// Structs as documents: db.query("users").fetch<User>(), db.insert("users", user), without glue.
// Public; used by Database, Query and Document. Includes only std, json_fwd and the vocabulary
// headers.
#pragma once

#include <aurora/bind_fields.hpp>
#include <aurora/document.hpp>
#include <aurora/value.hpp>

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace aurora {

/// Renames the fields of T, in the order of its members:
///
///   template <>
///   struct aurora::binding<User> {
///     static constexpr std::array names{"email", "age", ""};
///   };
///
/// An empty name leaves the member out, whatever its type. Specialise before T is first bound.
template <class T>
struct binding {};

namespace detail {

// Types that are values or collections of values; none of them is a document. In this order: what
// stands first keeps what follows from looking into a nlohmann::json that is only declared.
template <class T>
concept vocabulary = kIsNlohmann<T> || kIsOptional<T> || requires {
  std::tuple_size<T>::value;
} || requires(const T& range) { range.begin(); } || std::convertible_to<const T&, Value>;

namespace glue {

// Hides every function of these names but those of T's own namespace.
void to_json() = delete;
void from_json() = delete;

template <class T>
concept has_glue = requires(nlohmann::json& out, const nlohmann::json& in, const T& from, T& to) {
  to_json(out, from);
  from_json(in, to);
};

}  // namespace glue

template <class T>
concept bound_by_glue = std::is_class_v<T> && !vocabulary<T> && glue::has_glue<T>;

template <class T>
concept bound_by_members =
    std::is_class_v<T> && !vocabulary<T> && !glue::has_glue<T> && std::is_aggregate_v<T>;

}  // namespace detail

/// A type that can be a document: a struct of public members without base classes, or any class
/// with the functions to_json and from_json of nlohmann::json (as NLOHMANN_DEFINE_TYPE writes
/// them), which then decide.
///
/// Members of a struct may be: bool, integers, floating point, std::string, Uuid, Date, Time,
/// DateTime, std::chrono::system_clock::time_point, Value, Object, nlohmann::json, other bindable
/// types, and std::optional, std::vector and maps from std::string of all these. At most 64
/// members; other types of members are refused with a message when the struct is used.
template <class T>
concept bindable = detail::bound_by_members<T> || detail::bound_by_glue<T>;

/// What becomes of a member that holds nothing (a std::nullopt, a null Value).
enum class Unset : std::uint8_t {
  kOmit,  ///< no field, so that an insert fills in its default or a new id
  kNull,  ///< a null field, so that an update removes what was there
};

/// The struct as a document. `_sid` is left out: it cannot be set.
/// Errors: throws TypeError naming the field when a number is outside the range of Int, or a
/// function to_json of the struct fails.
template <bindable T>
[[nodiscard]] Object to_object(const T& object, Unset unset = Unset::kOmit);

/// The struct from a document's fields. Fields without a member are passed over. A null or absent
/// field leaves std::optional, Value, lists, maps and Object empty, whatever their default. Errors:
/// throws TypeError naming the field when it is null and its member cannot be, is of another kind,
/// or does not fit.
template <bindable T>
[[nodiscard]] T from_object(const Object& object);
/// As from_object. A member `_sid` takes the system id. Errors: TypeError for a Document that is
/// none, too.
template <bindable T>
[[nodiscard]] T from_document(const Document& document);

}  // namespace aurora

#include <aurora/bind-inl.hpp>
