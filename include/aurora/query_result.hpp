// What `execute` gives back: the response as JSON text, as the AQL reference describes it.
// Public; the nlohmann form needs <aurora/json.hpp>.
#pragma once

#include <aurora/value.hpp>

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace aurora {

namespace facade {
class Deferred;
}

/// Threads: const use from any thread.
class QueryResult {
 public:
  QueryResult() : data_("{}") {}
  QueryResult(std::string data, std::string extensions)
      : data_(std::move(data)), extensions_(std::move(extensions)) {}
  QueryResult(std::string data, std::string extensions, std::shared_ptr<facade::Deferred> deferred)
      : data_(std::move(data)), extensions_(std::move(extensions)), deferred_(std::move(deferred)) {}

  /// {"data": …} with "extensions" when there are any.
  [[nodiscard]] std::string dump() const;
  /// The value of "data", as JSON text.
  [[nodiscard]] std::string_view data_text() const& noexcept { return data_; }
  /// Of a result that is about to go: the text itself, not a view of it.
  [[nodiscard]] std::string data_text() && noexcept { return std::move(data_); }
  /// The value of "extensions", as JSON text; empty when there are none.
  [[nodiscard]] std::string_view extensions_text() const& noexcept { return extensions_; }
  [[nodiscard]] std::string extensions_text() && noexcept { return std::move(extensions_); }
  /// "data" as a value; dates, times and uuids are strings in it.
  [[nodiscard]] Value data() const;
  /// The values that @defer left out (their names are in extensions.deferred), in the shape of "data" around them:
  /// lists have the same documents in the same order. Read now, from the state the query saw: for that, its snapshot
  /// is held until the last copy of this result is gone, so do not keep one for long beside many updates. A result
  /// of a transaction has read them already. Empty data when nothing was deferred.
  /// Errors: Closed once the database is; those of reading.
  [[nodiscard]] QueryResult deferred() const { return try_deferred().value(); }
  [[nodiscard]] Result<QueryResult> try_deferred() const;
  /// dump() as a JSON document. Include <aurora/json.hpp> to use it.
  [[nodiscard]] nlohmann::json json() const;

 private:
  std::string data_;
  std::string extensions_;
  std::shared_ptr<facade::Deferred> deferred_;   // null: nothing was deferred
};

/// The response for an error: {"errors": [{"code", "message", …}]}, with what was done before it as "data".
[[nodiscard]] std::string error_response(const Error& error, std::string_view data_text = {});

}  // namespace aurora
