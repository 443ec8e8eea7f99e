// What both bodies of relations.hpp share: the two sides of a relation and the search for targets.
#pragma once

#include <aurora/exec/key_search.hpp>
#include <aurora/exec/write_view.hpp>

#include <map>
#include <string>
#include <vector>

namespace aurora::exec {

/// A relation with both sides resolved: `from` refers to `to`.
struct RelationSides {
  const FieldDef* field = nullptr;
  KeyField from;
  KeyField to;
};

/// Requires: `field` has a relation to `target`. Errors: `code` when the key is unknown there.
[[nodiscard]] Result<RelationSides> relation_sides(Catalog::Entry collection, const FieldDef& field,
                                                   Catalog::Entry target, ErrorCode code);

/// Keys with the values they were made of, in order.
using Keys = std::map<std::string, Value>;

/// Those of `keys` that no document of the view holds in `field`. Errors: of reading.
[[nodiscard]] Result<Keys> missing_keys(WriteView& view, const KeyField& field, const Keys& keys);

/// A value as messages show it: JSON, long texts cut.
[[nodiscard]] std::string shown(const Value& value);

}  // namespace aurora::exec
