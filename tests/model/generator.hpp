// Random schemas, documents, filters and changes for the model test.
// One generator, one seed: the same sequence on every machine.
#pragma once

#include <aurora/value.hpp>

#include <cstdint>
#include <random>
#include <string>

#include "model/twin.hpp"

namespace aurora::testing {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  [[nodiscard]] bool one_in(std::uint64_t bound) { return below(bound) == 0; }

  [[nodiscard]] TwinSchema schema();
  [[nodiscard]] TwinField field();
  [[nodiscard]] Object document(const TwinSchema& schema);
  [[nodiscard]] Object filter(const TwinSchema& schema, unsigned depth = 0);
  /// Data of an update. Primary keys are set only now and then: more than one match is a violation.
  [[nodiscard]] Object changes(const TwinSchema& schema, bool with_modifiers);
  [[nodiscard]] TwinQuery query(const TwinSchema& schema);
  /// A value of that kind out of a small domain, so that conditions meet documents.
  [[nodiscard]] Value value(Kind kind);

 private:
  [[nodiscard]] const TwinField& pick(const TwinSchema& schema) {
    return schema.fields[below(schema.fields.size())];
  }
  [[nodiscard]] Value element(Kind kind);
  [[nodiscard]] Value rare_value(
      Kind kind);  ///< of a unique field: from a domain that seldom repeats
  [[nodiscard]] Value condition(Kind kind);
  [[nodiscard]] Object operation(Kind kind);
  [[nodiscard]] Value change(const TwinField& field);
  std::mt19937_64 random_;
  unsigned names_ = 0;
};

/// AQL of a field's declaration, and of a whole definition of collection "c".
[[nodiscard]] std::string declare(const TwinField& field);
[[nodiscard]] std::string define(const TwinSchema& schema);
/// `orderBy` as a value; null when there is none.
[[nodiscard]] Value order_argument(const TwinQuery& query);

}  // namespace aurora::testing
