// Reading one document by its primary key: no snapshot, no index; where it is in memory, no lock and nothing written that
// threads share. Called by Database and by prepared point reads; everything it does not find goes the ordinary way.
#pragma once

#include "state.hpp"

#include <optional>
#include <string_view>

namespace aurora::facade {

/// A collection whose documents may be read here, as a catalog of that version has it.
struct HotPlace {
  std::uint64_t catalog = 0;
  std::shared_ptr<const CollectionDef> collection;
  FieldId primary = 0;
  Type type = Type::kNull;                 ///< of keys; null: it is left to the ordinary way
};

/// The kind of stored values of a field of that type, when keys of it may be read here; else null.
[[nodiscard]] Type type_of_keys(FieldType type) noexcept;

/// Left to the ordinary way: collections with @@ttl or computed fields that are made when read, the system's, and those
/// whose keys have to be made from text.
[[nodiscard]] HotPlace hot_place(std::uint64_t catalog, Catalog::Entry collection);

/// The newest published state of the document of that key, when a hint leads to it in the hot cache or the store, or the
/// calling thread read it before and it has not changed. Empty: nothing is known.
[[nodiscard]] Document read_hot(State& state, const HotPlace& place, const Value& id);
/// The same as a record; valid until the calling thread reads here again.
[[nodiscard]] const RecordRef* read_hot_record(State& state, const HotPlace& place, const Value& id);
/// By the collection's name. Empty for unknown collections, too.
[[nodiscard]] Document read_hot(State& state, std::string_view collection, const Value& id);

}  // namespace aurora::facade
