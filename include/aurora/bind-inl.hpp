// Template bodies of bind.hpp: structs into values, and values, owned or viewed, into structs.
// Included by bind.hpp only; what needs no template is in src/facade/bind.cpp.
#pragma once

#include <aurora/bind.hpp>

#include <chrono>
#include <exception>

namespace aurora {

namespace detail {

// ---- where one is, for messages

/// A field, or an element of the list there. Lives on the stack of the reader.
struct Place {
  static constexpr std::size_t kField = static_cast<std::size_t>(-1);

  const Place* parent = nullptr;
  std::string_view name;
  std::size_t index = kField;  // of an element, which has no name
};

/// "address.zips[2]"
[[nodiscard]] std::string path_of(const Place& place);
/// Throws TypeError "field 'address.zip' is null, but member 'zip' of Address cannot be".
[[noreturn]] void throw_null_member(const Place& place, std::string_view type);
/// Throws `error` with "field 'tags[2]': " before its message.
[[noreturn]] void throw_at(const Place& place, const Error& error);
/// Throws TypeError "bound type User: what".
[[noreturn]] void throw_glue_failure(std::string_view type, std::string_view what);

// ---- nlohmann::json: only declared here, complete wherever a type with its functions is bound

void fill_json(nlohmann::json& to, const Value& from);
void fill_json(nlohmann::ordered_json& to, const Value& from);
void fill_json(nlohmann::json& to, const Object& from);
void fill_json(nlohmann::ordered_json& to, const Object& from);
void fill_json(nlohmann::json& to, const Document& from);
/// Errors: throws what from_nlohmann does.
[[nodiscard]] Value value_of(const nlohmann::json& json);
[[nodiscard]] Value value_of(const nlohmann::ordered_json& json);

/// nlohmann::json, looked at only when the template is instantiated.
template <class T>
using JsonOf = std::conditional_t<std::is_void_v<T>, T, nlohmann::json>;

/// Runs `call` on behalf of T. Errors: TypeError for what a function of T, or nlohmann::json,
/// throws.
template <class T, class Call>
auto guard_glue(Call call) {
  try {
    return call();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw_glue_failure(type_name<T>(), error.what());
  }
}

namespace glue {

template <class T>
Value write(const T& from) {
  return guard_glue<T>([&from] {
    JsonOf<T> json;
    to_json(json, from);
    return value_of(json);
  });
}

template <class T, class Source>
void read(T& to, const Source& from) {
  guard_glue<T>([&to, &from] {
    JsonOf<T> json;
    fill_json(json, from);
    from_json(std::as_const(json), to);
  });
}

}  // namespace glue

// ---- writing

template <bound_by_members T>
Object write_struct(const T& from, Unset unset, const Place* place);

template <class Member>
Value write(const Member& from, Unset unset, const Place& place) {
  if constexpr (std::is_same_v<Member, Value> || std::is_same_v<Member, Object>) {
    return Value(from);
  } else if constexpr (scalar_member<Member>) {
    try {
      return Value(from);
    } catch (const Error& error) {
      throw_at(place, error);
    }
  } else if constexpr (kIsOptional<Member>) {
    return from ? write(*from, unset, place) : Value();
  } else if constexpr (std::is_same_v<Member, std::chrono::system_clock::time_point>) {
    return Value(DateTime(from));
  } else if constexpr (kIsNlohmann<Member>) {
    return value_of(from);
  } else if constexpr (kIsVector<Member>) {
    List list;
    list.reserve(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      const Place element{&place, {}, i};
      list.push_back(write<typename Member::value_type>(from[i], unset, element));
    }
    return Value(std::move(list));
  } else if constexpr (string_map<Member>) {
    Object object;
    object.reserve(from.size());
    for (const auto& [name, value] : from)
      object.append(name, write(value, unset, Place{&place, name}));
    return Value(std::move(object));
  } else if constexpr (bound_by_glue<Member>) {
    try {
      return glue::write(from);
    } catch (const Error& error) {
      throw_at(place, error);
    }
  } else if constexpr (bound_by_members<Member>) {
    return Value(write_struct(from, unset, &place));
  } else {
    refuse_member<Member>();
    return Value();
  }
}

template <class T, std::size_t Index, class Member>
void write_member(Object& object, const Member& from, Unset unset, const Place* parent) {
  constexpr std::string_view kName = kFieldNames<T>[Index];
  if constexpr (!kName.empty()) {
    Value value = write(from, unset, Place{parent, kName});
    if (unset == Unset::kNull || !value.is_null())
      object.append(std::string(kName), std::move(value));
  }
}

template <bound_by_members T>
Object write_struct(const T& from, Unset unset, const Place* place) {
  Object object;
  if constexpr (check_struct<T>()) {
    object.reserve(kMemberCount<T>);
    Tie<kMemberCount<T>>::with(from, [&](const auto&... member) {
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (write_member<T, I>(object, member, unset, place), ...);
      }(std::index_sequence_for<decltype(member)...>());
    });
  }
  return object;
}

// ---- reading: the source is a const Value&, or a ValueView by value

[[nodiscard]] inline bool is_null(const Value& value) { return value.is_null(); }
[[nodiscard]] inline bool is_null(ValueView value) { return value.is_null(); }

// The list or object in a value. Errors: TypeError at `place` when it is something else.
[[nodiscard]] const List& list_in(const Value& value, const Place& place);
[[nodiscard]] ListView list_in(ValueView value, const Place& place);
[[nodiscard]] const Object& object_in(const Value& value, const Place& place);
[[nodiscard]] ObjectView object_in(ValueView value, const Place& place);

// The value of a field; null when absent.
[[nodiscard]] const Value& field_of(const Object& object, std::string_view name);
[[nodiscard]] inline ValueView field_of(ObjectView object, std::string_view name) {
  return object.find(name);
}
[[nodiscard]] inline ValueView field_of(const Document& document, std::string_view name) {
  return document[name];
}

[[nodiscard]] std::chrono::system_clock::time_point time_point_of(DateTime when);

template <class Visit>
void for_each_member(const Object& object, Visit visit) {
  for (const auto& [name, value] : object) visit(name, value);
}
template <class Visit>
void for_each_member(ObjectView object, Visit visit) {
  for (std::uint32_t i = 0; i < object.size(); ++i) visit(object.name(i), object.value(i));
}

template <bound_by_members T, class Fields>
void read_struct(T& to, const Fields& fields, const Place* place);

template <class Member, class Source>
Member read_scalar(const Source& from, const Place& place) {
  try {
    if constexpr (std::is_same_v<Member, std::chrono::system_clock::time_point>) {
      return time_point_of(from.template as<DateTime>());
    } else {
      return from.template as<Member>();
    }
  } catch (const Error& error) {
    throw_at(place, error);
  }
}

template <class Member, class Source>
void read(Member& to, const Source& from, const Place& place) {
  if constexpr (std::is_same_v<Member, Value>) {
    to = Value(from);
  } else if constexpr (scalar_member<Member> ||
                       std::is_same_v<Member, std::chrono::system_clock::time_point>) {
    to = read_scalar<Member>(from, place);
  } else if constexpr (kIsOptional<Member>) {
    if (is_null(from)) {
      to.reset();
    } else {
      read(to.emplace(), from, place);
    }
  } else if constexpr (std::is_same_v<Member, Object>) {
    (void)object_in(from, place);
    to = std::move(*Value(from).if_object());
  } else if constexpr (kIsNlohmann<Member>) {
    fill_json(to, Value(from));
  } else if constexpr (kIsVector<Member>) {
    const auto& list = list_in(from, place);
    to.clear();
    to.reserve(list.size());
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      typename Member::value_type element{};
      read(element, list[i], Place{&place, {}, i});
      to.push_back(std::move(element));
    }
  } else if constexpr (string_map<Member>) {
    to.clear();
    for_each_member(object_in(from, place), [&](std::string_view name, const auto& value) {
      typename Member::mapped_type element{};
      read(element, value, Place{&place, name});
      to.insert_or_assign(std::string(name), std::move(element));
    });
  } else if constexpr (bound_by_glue<Member>) {
    try {
      glue::read(to, Value(from));
    } catch (const Error& error) {
      throw_at(place, error);
    }
  } else if constexpr (bound_by_members<Member>) {
    read_struct(to, object_in(from, place), &place);
  } else {
    refuse_member<Member>();
  }
}

template <class T, std::size_t Index, class Member, class Fields>
void read_member(Member& to, const Fields& fields, const Place* parent) {
  constexpr std::string_view kName = kFieldNames<T>[Index];
  if constexpr (!kName.empty()) {
    static_assert(!std::is_const_v<Member>, "aurora cannot read into a const member");
    const auto& from = field_of(fields, kName);
    const Place place{parent, kName};
    if (!is_null(from)) {
      read(to, from, place);
    } else if constexpr (kCanBeNull<Member>) {
      to = Member{};
    } else {
      throw_null_member(place, type_name<T>());
    }
  }
}

template <bound_by_members T, class Fields>
void read_struct(T& to, const Fields& fields, const Place* place) {
  if constexpr (check_struct<T>()) {
    Tie<kMemberCount<T>>::with(to, [&](auto&... member) {
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (read_member<T, I>(member, fields, place), ...);
      }(std::index_sequence_for<decltype(member)...>());
    });
  }
}

template <bindable T, class Fields>
T read_document(const Fields& fields) {
  static_assert(std::is_default_constructible_v<T>,
                "aurora cannot bind a struct that has no default constructor");
  if constexpr (std::is_default_constructible_v<T>) {
    T to{};
    if constexpr (bound_by_glue<T>) {
      glue::read(to, fields);
    } else {
      read_struct(to, fields, nullptr);
    }
    return to;
  }
}

/// Throws TypeError when there is no document.
void require_document(const Document& document);

}  // namespace detail

template <bindable T>
Object to_object(const T& object, Unset unset) {
  Object fields;
  if constexpr (detail::bound_by_glue<T>) {
    Value value = detail::glue::write(object);
    if (value.if_object() == nullptr) {
      detail::throw_glue_failure(detail::type_name<T>(), "to_json gave no JSON object");
    }
    fields = std::move(*value.if_object());
  } else {
    fields = detail::write_struct(object, unset, nullptr);
  }
  fields.remove("_sid");
  return fields;
}

template <bindable T>
T from_object(const Object& object) {
  return detail::read_document<T>(object);
}

template <bindable T>
T from_document(const Document& document) {
  detail::require_document(document);
  return detail::read_document<T>(document);
}

template <class T>
T Document::as() const {
  static_assert(bindable<T>,
                "Document::as<T>: T must be a struct that aurora can bind (aurora::bindable in "
                "<aurora/bind.hpp>)");
  return from_document<T>(*this);
}

}  // namespace aurora
