// What the reads of this process looked like: which fields they compared and ordered by, how much they examined for what
// they found, which indexes helped. Written by selection and lookups, read by Database::optimize_collection.
#pragma once

#include <aurora/exec/select.hpp>

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace aurora::exec {

/// What a read does with a field.
enum class FieldUse : std::uint8_t {
  kEqual,                                  ///< equality with one value
  kAmong,                                  ///< membership, an element of a list
  kRange,                                  ///< bounds, or the beginning of a text
  kText,                                   ///< parts of texts: no index of values tells them
  kOther,                                  ///< negations and whatever else an index does not find
  kOrder,                                  ///< the one order term of a read with a limit
};

struct ShapeField {
  FieldPath path;
  FieldUse use = FieldUse::kOther;
  bool multi_valued = false;
  bool either = false;                     ///< one of the parts of an `or`: all of them need an index, or none does

  friend bool operator==(const ShapeField& a, const ShapeField& b) {
    return a.use == b.use && a.either == b.either && a.path.field == b.path.field && a.path.name == b.path.name &&
           a.path.rest == b.path.rest;
  }
};

struct ReadShape {
  std::vector<ShapeField> fields;
  std::uint32_t newest_index = 0;          ///< the highest id of an index when it was last read
  bool index_used = false;
  std::uint64_t reads = 0;
  std::uint64_t examined = 0;              ///< documents opened, or looked at in columns
  std::uint64_t returned = 0;              ///< those that matched, as far as they were wanted
};

struct IndexUse {
  std::uint32_t index = 0;                 ///< id
  std::uint64_t uses = 0;
  std::uint64_t since = 0;                 ///< how many reads there were before it was known
};

/// The reads of one collection.
struct CollectionReads {
  std::uint64_t reads = 0;
  std::vector<ReadShape> shapes;
  std::vector<IndexUse> indexes;
};

/// Reads by primary key alone and those of system collections are not remembered. Shapes are told apart by a hash of 64
/// bits; when there are too many, the least used goes. Figures of a shape begin anew when the collection got an index.
/// Memory: bounded by kCollections × kShapes × kFields paths. Cost of a repeated shape: a walk over its filter, a short lock;
/// nothing is allocated. Threads: every call may come from any thread.
class ReadShapes {
 public:
  static constexpr std::size_t kShapes = 64;
  static constexpr std::size_t kFields = 16;         ///< of one shape; more are left out
  static constexpr std::size_t kCollections = 256;   ///< the least read goes

  /// `indexes` are the names of those used, in any order.
  void record(const DocumentQuery& query, std::span<const std::string> indexes, std::uint64_t examined,
              std::uint64_t returned);
  /// Documents found by the values of one field; `index` (null: none) told which.
  void record_keys(const CollectionDef& collection, const FieldPath& path, const IndexDef* index, std::uint64_t examined,
                   std::uint64_t returned);
  [[nodiscard]] CollectionReads of(CollectionId collection) const;

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t weight = 0;              ///< reads, and what the shape it replaced had: newcomers get a chance
    std::uint64_t last = 0;                ///< the collection's reads when it was last read
  };
  struct Entry {
    CollectionId collection = 0;
    std::uint32_t version = 0;             ///< of the newest definition seen
    std::uint32_t newest_index = 0;
    CollectionReads reads;
    std::vector<Slot> slots;               ///< as reads.shapes
  };
  struct Stripe {
    mutable std::mutex mutex;
    std::vector<Entry> entries;
  };
  static constexpr std::size_t kStripes = 16;

  static Entry& entry_of(Stripe& stripe, const CollectionDef& collection);
  static ReadShape* find(Entry& entry, std::uint64_t hash);
  static ReadShape& make(Entry& entry, std::uint64_t hash, std::vector<ShapeField> fields);
  static void add(Entry& entry, ReadShape& shape, bool index_used, std::uint64_t examined, std::uint64_t returned);
  static void note_use(Entry& entry, std::uint32_t index);

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace aurora::exec
