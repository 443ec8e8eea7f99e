// Prepared statements: a text parsed once, run with variables many times.
#pragma once

#include <aurora/query.hpp>
#include <aurora/query_result.hpp>
#include <aurora/rows.hpp>
#include <aurora/value.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace aurora {

namespace facade {
class State;
struct ParsedText;
}  // namespace facade

struct ExecuteOptions {
  /// The role that @auth, @require and @allow ask about; empty: none.
  std::string role;
  /// How long the text may take; zero: as long as it needs. What is not done by then is a Timeout, and undone; the
  /// operations before it stay done. A commit under way is not interrupted.
  std::chrono::milliseconds deadline{0};
};

/// Cheap to copy. Threads: execute may be called from any thread.
/// Errors: Closed once its database is.
class Statement {
 public:
  [[nodiscard]] QueryResult execute(const Object& variables = {}, const ExecuteOptions& options = {}) const;
  [[nodiscard]] Result<QueryResult> try_execute(const Object& variables = {},
                                                const ExecuteOptions& options = {}) const;
  /// The documents themselves instead of JSON text: of a text that is one query of one collection's documents. They are
  /// whole, whichever of their fields the text names.
  /// Errors: as execute; InvalidOperation when the text is something else, or asks for what is no field of the documents.
  [[nodiscard]] Documents fetch(const Object& variables = {}, const ExecuteOptions& options = {}) const {
    return try_fetch(variables, options).value();
  }
  [[nodiscard]] Result<Documents> try_fetch(const Object& variables = {}, const ExecuteOptions& options = {}) const;
  /// The fields that the text names of each document, instead of their JSON text: of a text that is one query of one
  /// collection's documents, which names values of fields alone. From forward columns where they are kept (FieldQuery).
  /// Errors: as fetch.
  [[nodiscard]] Rows fetch_rows(const Object& variables = {}, const ExecuteOptions& options = {}) const {
    return try_fetch_rows(variables, options).value();
  }
  [[nodiscard]] Result<Rows> try_fetch_rows(const Object& variables = {}, const ExecuteOptions& options = {}) const;
  [[nodiscard]] const std::string& text() const noexcept;

 private:
  friend class Database;
  Statement(std::shared_ptr<facade::State> state, std::shared_ptr<const facade::ParsedText> parsed);
  std::shared_ptr<facade::State> state_;
  std::shared_ptr<const facade::ParsedText> parsed_;
};

}  // namespace aurora
