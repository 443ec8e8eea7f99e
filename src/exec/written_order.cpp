// Body of reading a sort. Called by order.cpp and group.cpp.
#include "exec/written_order.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <array>

namespace aurora::exec {

namespace {

using aql::Literal;
using plan::Bindings;

// The text of a word, a string, or a variable that holds one; null when it is anything else.
const std::string* text_of(const Literal& literal, const Bindings& bindings) {
  if (literal.kind == Literal::Kind::kEnum || literal.kind == Literal::Kind::kString) return &literal.text;
  if (literal.kind != Literal::Kind::kVariable) return nullptr;
  const auto* value = bindings.find(literal.text);
  return value != nullptr ? value->if_string() : nullptr;
}

Result<bool> is_descending(const Literal& literal, const Bindings& bindings) {
  const auto* word = text_of(literal, bindings);
  if (word != nullptr && (*word == "ASC" || *word == "asc")) return false;
  if (word != nullptr && (*word == "DESC" || *word == "desc")) return true;
  constexpr std::array<std::string_view, 2> kWords{"ASC", "DESC"};
  return bindings.error(literal.at, ErrorCode::kInvalidQuery,
                        "a direction is ASC or DESC" +
                            (word != nullptr ? ", not '" + *word + "'" + did_you_mean(*word, kWords) : std::string()));
}

class Reader {
 public:
  Reader(const Bindings& bindings, bool field_is_a_name) : bindings_(bindings), field_is_a_name_(field_is_a_name) {}

  Status add(const Literal& order) {
    if (order.kind == Literal::Kind::kList) {
      for (const auto& item : order.items) {
        if (item.kind == Literal::Kind::kList) return fail(item.at, "'orderBy' is a list of objects");
        AURORA_TRY(add(item));
      }
      return {};
    }
    if (order.kind == Literal::Kind::kVariable) {
      const auto argument = plan::whole_argument(&order, bindings_);
      return argument.get() != nullptr ? add(*argument.get()) : Status();
    }
    if (order.kind == Literal::Kind::kNull) return {};
    if (order.kind != Literal::Kind::kObject)
      return fail(order.at, "'orderBy' is an object like { age: DESC }, or a list of such objects");
    return is_field_form(order) ? add_field_form(order) : add_names(order);
  }

  std::vector<WrittenTerm> take() { return std::move(terms_); }

 private:
  Error fail(aql::Offset at, std::string message) const {
    return bindings_.error(at, ErrorCode::kInvalidQuery, std::move(message));
  }

  // The form with `field`, unless that is what is sorted by, with a direction.
  bool is_field_form(const Literal& object) const {
    const auto* field = object.find("field");
    if (field == nullptr || field->kind == Literal::Kind::kEnum) return false;
    const auto* name = text_of(*field, bindings_);
    return name != nullptr && !(field_is_a_name_ && (*name == "ASC" || *name == "DESC"));
  }

  Status add_field_form(const Literal& object) {
    WrittenTerm term;
    for (const auto& member : object.members) {
      const auto& name = member.name.text;
      const auto& value = *member.value;
      if (name == "field") {
        term.name = *text_of(value, bindings_);
        term.at = value.at;
      } else if (name == "direction") {
        AURORA_ASSIGN(term.descending, is_descending(value, bindings_));
      } else if (name == "nulls") {
        const auto* word = text_of(value, bindings_);
        if (word == nullptr || (*word != "FIRST" && *word != "LAST"))
          return fail(value.at, "'nulls' is FIRST or LAST");
        term.nulls_first = *word == "FIRST";
      } else {
        constexpr std::array<std::string_view, 3> kNames{"field", "direction", "nulls"};
        return fail(member.name.at, "unknown name '" + name + "' in 'orderBy'" + did_you_mean(name, kNames));
      }
    }
    terms_.push_back(std::move(term));
    return {};
  }

  Status add_names(const Literal& object) {
    for (const auto& member : object.members) {
      WrittenTerm term;
      term.name = member.name.text;
      term.at = member.name.at;
      AURORA_ASSIGN(term.descending, is_descending(*member.value, bindings_));
      terms_.push_back(std::move(term));
    }
    return {};
  }

  const Bindings& bindings_;
  const bool field_is_a_name_;
  std::vector<WrittenTerm> terms_;
};

}  // namespace

Result<std::vector<WrittenTerm>> read_order(const Literal& order, const Bindings& bindings, bool field_is_a_name) {
  Reader reader(bindings, field_is_a_name);
  AURORA_TRY(reader.add(order));
  return reader.take();
}

}  // namespace aurora::exec
