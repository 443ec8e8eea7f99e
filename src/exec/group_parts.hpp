// What groups are made of: selected parts, conditions, orders, and one group. Private to groups.
#pragma once

#include "exec/having.hpp"

#include <aurora/exec/aggregate.hpp>
#include <aurora/exec/lookup.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/index/extract.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace aurora::exec {

// One selected part of a group.
struct Part {
  enum class Kind : std::uint8_t { kKey, kKeys, kCount, kAggregate, kNodes };
  Kind kind = Kind::kKey;
  std::string key;
  std::string name;
  std::vector<AggregateItem> items;      // kAggregate
  Projection projection;                 // kNodes
  LookupResults lookups;                 // kNodes: for the nodes of all groups shown, in their order
  std::size_t next_row = 0;              // kNodes: in `lookups`, while they are shown
  std::uint64_t limit = UINT64_MAX;      // kNodes
};

// A condition of `having`, or a term of `orderBy`: about the key, the count or an aggregate's result.
struct Measure {
  enum class Kind : std::uint8_t { kKey, kCount, kAggregate };
  Kind kind = Kind::kCount;
  std::size_t part = 0;
  std::size_t item = 0;
};

struct OrderTerm {
  Measure measure;
  bool descending = false;
  bool nulls_first = true;
};

struct Condition {
  Measure measure;
  std::vector<GroupTest> tests;
};

struct Group {
  std::vector<Value> keys;
  std::uint64_t count = 0;
  std::vector<Accumulator> accumulators;           // of the aggregate parts, in order
  std::vector<std::vector<Row>> nodes;             // of the nodes parts, in order
};

inline bool keys_before(const Group& a, const Group& b) {
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    const auto relation = compare(a.keys[i], b.keys[i]);
    if (relation != 0) return relation < 0;
  }
  return false;
}

/// Whether equal values of the type are always written alike; 1 and 1.0 are equal, too.
[[nodiscard]] inline bool has_one_form(const TypeDef* type) {
  while (type != nullptr && type->type == FieldType::kList) type = type->element.get();
  return type != nullptr && type->type != FieldType::kAny && type->type != FieldType::kJson &&
         type->type != FieldType::kObject;
}

}  // namespace aurora::exec
