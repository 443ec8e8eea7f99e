// The catalog: all collections at one moment, immutable and shared. Read by everybody, replaced by
// commits that change the schema. Also the bytes of one definition in the `meta` family.
#pragma once

#include <aurora/schema/definition.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

/// A field whose @relation points at a collection.
struct Reference {
  std::string to;  ///< the collection pointed at, which may not exist yet
  CollectionId from = 0;
  FieldId field = 0;
};

/// Threads: const use from any thread.
/// Invariants: names and ids are each distinct; `by_name_` and `by_id_` hold the same definitions,
/// `references_` their relations.
class Catalog {
 public:
  using Entry = std::shared_ptr<const CollectionDef>;

  Catalog() = default;
  /// Requires: distinct names and ids.
  Catalog(std::uint64_t version, std::vector<Entry> collections);

  /// Rises with every change.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  /// Null when there is none.
  [[nodiscard]] Entry find(std::string_view name) const noexcept;
  [[nodiscard]] Entry find(CollectionId id) const noexcept;
  /// CollectionNotFound with the nearest name.
  [[nodiscard]] Result<Entry> require(std::string_view name) const;
  /// By name.
  [[nodiscard]] std::span<const Entry> collections() const noexcept { return by_name_; }
  /// The fields of all collections that point at `name`.
  [[nodiscard]] std::span<const Reference> references_to(std::string_view name) const noexcept;
  [[nodiscard]] bool has_relations() const noexcept { return !references_.empty(); }

  /// This catalog with `definition` added, or put in the place of the one with its id.
  [[nodiscard]] std::shared_ptr<const Catalog> with(CollectionDef definition) const;
  [[nodiscard]] std::shared_ptr<const Catalog> with(Entry definition) const;
  /// This catalog without the collection of that name.
  [[nodiscard]] std::shared_ptr<const Catalog> without(std::string_view name) const;

 private:
  std::uint64_t version_ = 0;
  std::vector<Entry> by_name_;
  std::vector<Entry> by_id_;
  std::vector<Reference> references_;  // by the collection they point at
};

/// The definition as bytes with format and checksum (I9).
[[nodiscard]] std::string encode_definition(const CollectionDef& collection);
/// Errors: Corruption for damaged bytes or an unknown format.
[[nodiscard]] Result<CollectionDef> decode_definition(std::string_view bytes);

}  // namespace aurora
