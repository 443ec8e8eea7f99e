// Body of place.hpp. Called by coercion.
#include "schema/place.hpp"

#include "schema/describe_value.hpp"

namespace aurora {

std::string ValuePlace::text() const {
  std::string out = outer != nullptr ? outer->text() : std::string();
  if (name.empty()) return out + "[" + std::to_string(element) + "]";
  if (!out.empty()) out += '.';
  return out += name;
}

Error wrong_kind(const ValuePlace& place, std::string_view expected, const Value& found) {
  std::string message = "field " + in_quotes(place.text()) + ": expected ";
  message += expected;
  message += ", found ";
  message += kind_with_article(found.type());
  if (!found.is_null()) {
    message += ' ';
    message += shortened(found);
  }
  return {ErrorCode::kTypeError, std::move(message)};
}

Error not_allowed(const ValuePlace& place, std::string_view message) {
  return {ErrorCode::kValidationError,
          "field " + in_quotes(place.text()) + ": " + std::string(message)};
}

}  // namespace aurora
