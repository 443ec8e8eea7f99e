// Do two definitions say the same? Called when a collection is defined again, and by alter to see
// which fields' documents must be looked at.
#include "schema/build_parts.hpp"

#include <aurora/schema/duration.hpp>

#include <algorithm>

namespace aurora {

namespace {

// Equal and of one kind: a default of 1 is not one of 1.0.
bool same_value(const std::optional<Value>& a, const std::optional<Value>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->type() == b->type() && compare(*a, *b) == 0;
}

bool same_relation(const std::optional<Relation>& a, const std::optional<Relation>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->to == b->to && a->key == b->key && a->check == b->check && a->on_delete == b->on_delete;
}

bool same_search(const std::optional<SearchOptions>& a, const std::optional<SearchOptions>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->language == b->language && a->stop_words == b->stop_words && a->weight == b->weight;
}

bool same_field(const FieldDef& a, const FieldDef& b) {
  return a.name == b.name && a.type.required == b.type.required && same_type(a.type, b.type) &&
         same_value(a.default_value, b.default_value) && a.default_is_now == b.default_is_now &&
         a.primary == b.primary && a.unique == b.unique && a.indexed == b.indexed &&
         same_validation(a.validation, b.validation) && same_relation(a.relation, b.relation) &&
         same_search(a.search, b.search) && a.computed == b.computed;
}

// Names are distinct on both sides, so equal sizes and a partner for each is equality.
bool same_fields(const std::vector<FieldDef>& a, const std::vector<FieldDef>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (same_field(a[i], b[i])) continue;
    const auto partner =
        std::find_if(b.begin(), b.end(), [&](const FieldDef& f) { return f.name == a[i].name; });
    if (partner == b.end() || !same_field(a[i], *partner)) return false;
  }
  return true;
}

bool same_index(const IndexDef& a, const IndexDef& b) {
  return a.kind == b.kind && a.name == b.name && a.from_rule == b.from_rule &&
         std::equal(a.paths.begin(), a.paths.end(), b.paths.begin(), b.paths.end(),
                    [](const FieldPath& x, const FieldPath& y) {
                      return x.name == y.name && x.rest == y.rest;
                    });
}

bool same_indexes(const std::vector<IndexDef>& a, const std::vector<IndexDef>& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const IndexDef& index) {
           return std::any_of(b.begin(), b.end(),
                              [&](const IndexDef& other) { return same_index(index, other); });
         });
}

}  // namespace

bool same_type(const TypeDef& a, const TypeDef& b) {
  if (a.type != b.type) return false;
  if (a.type == FieldType::kList)
    return a.element->required == b.element->required && same_type(*a.element, *b.element);
  return same_fields(a.fields, b.fields);
}

bool same_validation(const std::optional<Validation>& a, const std::optional<Validation>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  const auto list = [](const std::optional<List>& in) {
    return in ? std::optional<Value>(Value(*in)) : std::nullopt;
  };
  return same_value(a->min, b->min) && same_value(a->max, b->max) &&
         a->min_length == b->min_length && a->max_length == b->max_length &&
         a->pattern == b->pattern && a->format == b->format && same_value(list(a->in), list(b->in));
}

bool same_definition(const CollectionDef& a, const CollectionDef& b) {
  if (a.name != b.name || a.open != b.open || a.ttl.has_value() != b.ttl.has_value()) return false;
  if (a.ttl && (a.ttl->field.text() != b.ttl->field.text() ||
                parse_duration(a.ttl->after_text) != parse_duration(b.ttl->after_text)))
    return false;
  return same_fields(a.fields, b.fields) && same_indexes(a.indexes, b.indexes);
}

}  // namespace aurora
