// Random AQL: schemas, and statements about them that are nearly always well formed and mostly right.
// One generator, one seed: the same texts on every machine.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

namespace aurora::testing {

struct GrammarField {
  std::string name;
  std::string type;          ///< without '!'
  bool primary = false;
};

struct GrammarCollection {
  std::string name;
  bool open = false;
  std::vector<GrammarField> fields;
};

class Statements {
 public:
  explicit Statements(std::uint64_t seed) : random_(seed) {}

  /// Defines the collections that later statements are about.
  [[nodiscard]] std::string schema();
  /// A query, a mutation, an alter or an introspection; now and then damaged.
  [[nodiscard]] std::string statement();
  /// Variables of the last statement, as a JSON object.
  [[nodiscard]] const std::string& variables() const { return variables_; }

 private:
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  [[nodiscard]] bool one_in(std::uint64_t bound) { return below(bound) == 0; }
  template <class T>
  [[nodiscard]] const T& pick(const std::vector<T>& list) {
    return list[below(list.size())];
  }
  [[nodiscard]] std::string word(std::initializer_list<const char*> words) {
    return words.begin()[below(words.size())];
  }
  [[nodiscard]] std::string number(std::uint64_t bound) { return std::to_string(below(bound)); }

  // schemas.cpp
  [[nodiscard]] GrammarCollection collection(const std::string& name);
  [[nodiscard]] std::string define(const GrammarCollection& collection);
  [[nodiscard]] std::string declare(const GrammarField& field);
  [[nodiscard]] std::string alter();
  [[nodiscard]] std::string literal(const std::string& type);
  [[nodiscard]] std::string any_literal(unsigned depth = 0);

  // statements.cpp
  [[nodiscard]] std::string query();
  [[nodiscard]] std::string root_field(std::size_t n);
  [[nodiscard]] std::string arguments(const GrammarCollection& on);
  [[nodiscard]] std::string where(const GrammarCollection& on, unsigned depth = 0);
  [[nodiscard]] std::string condition(const std::string& type);
  [[nodiscard]] std::string order(const GrammarCollection& on);
  [[nodiscard]] std::string fields(const GrammarCollection& on, unsigned depth = 0);
  [[nodiscard]] std::string collective(const GrammarCollection& on);
  [[nodiscard]] std::string aggregate(const GrammarCollection& on);
  [[nodiscard]] std::string group(const GrammarCollection& on);
  [[nodiscard]] std::string window(const GrammarCollection& on);
  [[nodiscard]] std::string expression(const GrammarCollection& on, unsigned depth = 0);
  [[nodiscard]] std::string directive();
  [[nodiscard]] std::string mutation();
  [[nodiscard]] std::string mutation_field(std::size_t n, bool inside);
  [[nodiscard]] std::string data(const GrammarCollection& on, bool update);
  [[nodiscard]] std::string path(const GrammarCollection& on);
  [[nodiscard]] std::string variable(const std::string& type, const std::string& value);
  [[nodiscard]] std::string damaged(std::string text);

  std::mt19937_64 random_;
  std::vector<GrammarCollection> collections_;
  std::string declared_;      // variables of the statement being made
  std::string variables_ = "{}";
  std::string fragments_;
  std::size_t names_ = 0;
};

}  // namespace aurora::testing
