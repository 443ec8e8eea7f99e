// Bodies of the twin, as plainly as they can be written.
// Called by the model test.
#include "model/twin.hpp"

#include <algorithm>

namespace aurora::testing {

namespace {

int sign(bool less, bool greater) { return less ? -1 : greater ? 1 : 0; }

/// null, Boolean, number, text, list, object.
int rank_of(const Value& value) {
  switch (value.type()) {
    case Type::kNull:
      return 0;
    case Type::kBool:
      return 1;
    case Type::kInt:
    case Type::kFloat:
      return 2;
    case Type::kString:
      return 3;
    case Type::kList:
      return 4;
    default:
      return 5;
  }
}

/// Exact for the model: its numbers are small.
double number_of(const Value& value) {
  return value.if_int() != nullptr ? static_cast<double>(*value.if_int()) : *value.if_float();
}

/// The values that a scalar condition looks at.
List elements_of(const Value& value) {
  if (value.if_list() != nullptr) return *value.if_list();
  return value.is_null() ? List() : List{value};
}

template <class Test>
bool any_of(const Value& value, Test test) {
  const auto elements = elements_of(value);
  return std::any_of(elements.begin(), elements.end(), test);
}

bool equals(const Value& value, const Value& operand) {
  if (operand.is_null()) return value.is_null();
  return any_of(value, [&](const Value& e) { return twin_compare(e, operand) == 0; });
}

bool equals_any(const Value& value, const List& operands) {
  return std::any_of(operands.begin(), operands.end(),
                     [&](const Value& o) { return equals(value, o); });
}

template <class Test>
bool in_range(const Value& value, const Value& operand, Test test) {
  return any_of(value, [&](const Value& e) {
    return rank_of(e) == rank_of(operand) && test(twin_compare(e, operand));
  });
}

bool text_holds(const Value& value, std::string_view op, const std::string& operand) {
  return any_of(value, [&](const Value& e) {
    const auto* text = e.if_string();
    if (text == nullptr) return false;
    if (op == "startsWith") return text->starts_with(operand);
    if (op == "endsWith") return text->ends_with(operand);
    if (op == "contains") return text->find(operand) != text->npos;
    return operand.starts_with('^') ? text->starts_with(operand.substr(1))
                                    : text->find(operand) != text->npos;
  });
}

bool holds_list(const Value& value, std::string_view op, const Value& operand) {
  if (value.is_null()) return false;
  if (op == "size") return static_cast<std::int64_t>(value.if_list()->size()) == *operand.if_int();
  if (op == "contains") return equals(value, operand);
  const auto& wanted = *operand.if_list();
  if (op == "containsAny") return equals_any(value, wanted);
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const Value& o) { return equals(value, o); });
}

bool holds(const Value& value, std::string_view op, const Value& operand) {
  if (op == "eq") return equals(value, operand);
  if (op == "ne") return !equals(value, operand);
  if (op == "in") return equals_any(value, *operand.if_list());
  if (op == "nin" || op == "notIn") return !equals_any(value, *operand.if_list());
  if (op == "gt") return in_range(value, operand, [](int order) { return order > 0; });
  if (op == "gte") return in_range(value, operand, [](int order) { return order >= 0; });
  if (op == "lt") return in_range(value, operand, [](int order) { return order < 0; });
  if (op == "lte") return in_range(value, operand, [](int order) { return order <= 0; });
  if (op == "isNull") return value.is_null() == *operand.if_bool();
  if (op == "isNotNull" || op == "exists") return value.is_null() != *operand.if_bool();
  if (op == "between") {
    const auto& ends = *operand.if_list();
    return any_of(value, [&](const Value& e) {
      return twin_compare(e, ends[0]) >= 0 && twin_compare(e, ends[1]) <= 0;
    });
  }
  const bool on_list = value.if_list() != nullptr && op == "contains";
  if (op == "size" || op == "containsAny" || op == "containsAll" || on_list)
    return holds_list(value, op, operand);
  // A text operator with null or a number as its operand holds for nothing.
  const auto* text = operand.if_string();
  return text != nullptr && text_holds(value, op, *text);
}

bool condition_holds(const Value& value, const Value& condition) {
  const auto* operators = condition.if_object();
  if (operators == nullptr) return equals(value, condition);
  return std::all_of(operators->begin(), operators->end(),
                     [&](const auto& member) { return holds(value, member.name, member.value); });
}

}  // namespace

const TwinField* TwinSchema::find(std::string_view name) const {
  const auto at =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.name == name; });
  return at == fields.end() ? nullptr : &*at;
}

TwinField* TwinSchema::find(std::string_view name) {
  return const_cast<TwinField*>(std::as_const(*this).find(name));
}

bool TwinSchema::in_compound(std::string_view name) const {
  return std::any_of(compounds.begin(), compounds.end(), [&](const auto& compound) {
    return std::find(compound.fields.begin(), compound.fields.end(), name) != compound.fields.end();
  });
}

const Value& twin_value(const Object& document, std::string_view path) {
  static const Value kNull;
  const auto dot = path.find('.');
  const auto* value = document.find(path.substr(0, dot));
  if (value == nullptr || dot == path.npos) return value == nullptr ? kNull : *value;
  return value->if_object() == nullptr ? kNull : twin_value(*value->if_object(), path.substr(dot + 1));
}

int twin_compare(const Value& a, const Value& b) {
  const int rank = rank_of(a);
  if (rank != rank_of(b)) return sign(rank < rank_of(b), true);
  if (rank == 1) return sign(*a.if_bool() < *b.if_bool(), *a.if_bool() > *b.if_bool());
  if (rank == 2) return sign(number_of(a) < number_of(b), number_of(a) > number_of(b));
  if (rank == 3) return sign(*a.if_string() < *b.if_string(), *a.if_string() > *b.if_string());
  if (rank != 4) return 0;
  const auto &left = *a.if_list(), &right = *b.if_list();
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (const int order = twin_compare(left[i], right[i]); order != 0) return order;
  }
  return sign(left.size() < right.size(), left.size() > right.size());
}

bool twin_matches(const Object& document, const Object& where) {
  const auto part = [&](const Value& value) { return twin_matches(document, *value.if_object()); };
  return std::all_of(where.begin(), where.end(), [&](const auto& member) {
    const auto* parts = member.value.if_list();
    if (member.name == "and") return std::all_of(parts->begin(), parts->end(), part);
    if (member.name == "or") return std::any_of(parts->begin(), parts->end(), part);
    if (member.name == "not") return !part(member.value);
    return condition_holds(twin_value(document, member.name), member.value);
  });
}

bool Twin::keeps_unique() const {
  std::vector<std::vector<std::string>> keys;
  for (const auto& field : schema.fields) {
    if (field.unique || field.primary) keys.push_back({field.name});
  }
  for (const auto& compound : schema.compounds) {
    if (compound.unique) keys.push_back(compound.fields);
  }
  for (const auto& key : keys) {
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const bool same = std::all_of(key.begin(), key.end(), [&](const std::string& name) {
          const auto &a = twin_value(documents_[i], name), &b = twin_value(documents_[j], name);
          return !a.is_null() && !b.is_null() && twin_compare(a, b) == 0;
        });
        if (same) return false;
      }
    }
  }
  return true;
}

void Twin::add(const Object& document) {
  Object stored;
  for (const auto& field : schema.fields) {
    const auto* given = document.find(field.name);
    Value value = given != nullptr ? *given : field.initial;
    if (!value.is_null()) stored.set(field.name, std::move(value));
  }
  documents_.push_back(std::move(stored));
}

bool Twin::insert(const std::vector<Object>& documents) {
  const auto before = documents_;
  for (const auto& document : documents) add(document);
  if (keeps_unique()) return true;
  documents_ = before;
  return false;
}

void Twin::change(Object& document, const Object& data) const {
  for (const auto& [name, given] : data) {
    Value old = twin_value(document, name);
    Value next = given;
    const auto* field = schema.find(name.substr(0, name.find('.')));
    if (const auto* modifier = given.if_object();
        modifier != nullptr && field->kind != Kind::kObject) {
      const auto& [op, operand] = *modifier->begin();
      List list = elements_of(old);
      const auto there = std::find_if(
          list.begin(), list.end(), [&](const Value& e) { return twin_compare(e, operand) == 0; });
      if (op == "unset")
        next = Value();
      else if (op == "increment")
        next = Value((old.is_null() ? 0 : *old.if_int()) + *operand.if_int());
      else if (op == "min")
        next = old.is_null() || twin_compare(operand, old) < 0 ? operand : old;
      else if (op == "max")
        next = old.is_null() || twin_compare(operand, old) > 0 ? operand : old;
      else if (op == "push")
        list.push_back(operand), next = Value(list);
      else if (op == "addToSet" && there == list.end())
        list.push_back(operand), next = Value(list);
      else
        next = old;
    }
    if (const auto dot = name.find('.'); dot != name.npos) {
      const auto& whole = twin_value(document, name.substr(0, dot));
      Object parts = whole.is_null() ? Object() : *whole.if_object();
      parts.set(name.substr(dot + 1), std::move(next));
      document.set(name.substr(0, dot), Value(std::move(parts)));
    } else if (next.is_null()) {
      document.remove(name);
    } else {
      document.set(name, std::move(next));
    }
  }
}

bool Twin::update(const Object& where, const Object& data, std::size_t& affected) {
  const auto before = documents_;
  affected = 0;
  for (auto& document : documents_) {
    if (!twin_matches(document, where)) continue;
    ++affected;
    change(document, data);
  }
  if (keeps_unique()) return true;
  documents_ = before;
  return false;
}

bool Twin::upsert(const Object& where, const Object& data, std::size_t& affected) {
  if (!update(where, data, affected)) return false;
  if (affected > 0) return true;
  affected = 1;
  Object document;
  for (const auto& [name, value] : where) document.set(name, value);
  for (const auto& [name, value] : data) document.set(name, value);
  return insert({document});
}

std::size_t Twin::remove(const Object& where) {
  return std::erase_if(documents_,
                       [&](const Object& document) { return twin_matches(document, where); });
}

std::vector<Object> Twin::select(const TwinQuery& query) const {
  std::vector<Object> rows;
  for (const auto& document : documents_) {
    if (twin_matches(document, query.where)) rows.push_back(document);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const Object& a, const Object& b) {
    for (const auto& term : query.order) {
      const auto &left = twin_value(a, term.path), &right = twin_value(b, term.path);
      if (left.is_null() != right.is_null())
        return left.is_null() == term.nulls_first.value_or(!term.descending);
      if (const int order = twin_compare(left, right); order != 0)
        return (order < 0) != term.descending;
    }
    return false;
  });
  std::vector<Object> kept;
  for (const auto& row : rows) {
    const bool seen =
        !query.distinct.empty() && std::any_of(kept.begin(), kept.end(), [&](const Object& other) {
          return twin_compare(twin_value(row, query.distinct), twin_value(other, query.distinct)) == 0;
        });
    if (!seen) kept.push_back(row);
  }
  kept.erase(kept.begin(),
             kept.begin() + static_cast<std::ptrdiff_t>(std::min(query.offset, kept.size())));
  if (query.limit) kept.resize(std::min(*query.limit, kept.size()));
  return kept;
}

void Twin::add_field(const TwinField& field) {
  schema.fields.push_back(field);
  if (field.initial.is_null()) return;
  for (auto& document : documents_) document.set(field.name, field.initial);
}

void Twin::drop_field(const std::string& name) {
  std::erase_if(schema.fields, [&](const TwinField& field) { return field.name == name; });
  for (auto& document : documents_) document.remove(name);
}

void Twin::rename_field(const std::string& from, const std::string& to) {
  schema.find(from)->name = to;
  for (auto& compound : schema.compounds)
    std::replace(compound.fields.begin(), compound.fields.end(), from, to);
  for (auto& document : documents_) {
    const Value value = twin_value(document, from);
    document.remove(from);
    if (!value.is_null()) document.set(to, value);
  }
}

void Twin::widen_to_float(const std::string& name) {
  auto* field = schema.find(name);
  field->kind = Kind::kFloat;
  if (field->initial.if_int() != nullptr) field->initial = Value(number_of(field->initial));
  for (auto& document : documents_) {
    if (auto* value = document.find(name)) *value = Value(number_of(*value));
  }
}

Object Twin::shown(const Object& document) const {
  Object row;
  for (const auto& field : schema.fields) row.set(field.name, twin_value(document, field.name));
  return row;
}

}  // namespace aurora::testing
