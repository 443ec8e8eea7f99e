// Some fields of the documents of a query: db.query("orders").where(field("city") == "Kiel").select({"customer", "amount"}).
#pragma once

#include <aurora/query.hpp>
#include <aurora/rows.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace aurora {

/// A query that reads only the fields it names; made by Query::select. Where forward columns keep them no document is
/// opened, so that many rows of few fields come several times as fast as their documents. Copyable. One that is kept and
/// read again is planned once.
/// Threads: one at a time. Errors: as Query; InvalidQuery for a name that is no field.
class FieldQuery {
 public:
  FieldQuery& where(Condition condition) & {
    query_.where(std::move(condition));
    return *this;
  }
  FieldQuery where(Condition condition) && { return std::move(where(std::move(condition))); }
  FieldQuery& order_by(std::string path, Direction direction = asc) & {
    query_.order_by(std::move(path), direction);
    return *this;
  }
  FieldQuery order_by(std::string path, Direction direction = asc) && {
    return std::move(order_by(std::move(path), direction));
  }
  FieldQuery& limit(std::uint64_t count) & {
    query_.limit(count);
    return *this;
  }
  FieldQuery limit(std::uint64_t count) && { return std::move(limit(count)); }
  FieldQuery& offset(std::uint64_t count) & {
    query_.offset(count);
    return *this;
  }
  FieldQuery offset(std::uint64_t count) && { return std::move(offset(count)); }

  [[nodiscard]] Result<Rows> try_fetch() const;
  [[nodiscard]] Rows fetch() const { return try_fetch().value(); }
  [[nodiscard]] Rows collect() const { return fetch(); }
  /// The plan as JSON, as @explain(analyze: true) gives it. Runs the query.
  [[nodiscard]] std::string explain() const;

 private:
  friend class Query;
  struct Fields;
  FieldQuery(Query query, std::vector<std::string> names);
  [[nodiscard]] Result<std::shared_ptr<const Fields>> fields_of(const exec::DocumentQuery& plan) const;

  Query query_;
  std::shared_ptr<const std::vector<std::string>> names_;
  mutable std::shared_ptr<const Fields> fields_;   // of the plan last read; null: none
};

}  // namespace aurora
