// The order of documents: what is written as `orderBy`, resolved against a collection.
// Called by queries.
#include "exec/written_order.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/schema/path.hpp>

namespace aurora::exec {

namespace {

using aql::Literal;
using plan::Bindings;

Result<SortTerm> make_term(const CollectionDef& collection, const WrittenTerm& written, const Bindings& bindings,
                           bool searched) {
  SortTerm term;
  term.descending = written.descending;
  term.nulls_first = written.nulls_first.value_or(!written.descending);
  if (written.name == "score" && searched && collection.find("score") == nullptr) {
    term.score = true;
    return term;
  }
  if (written.name == "_sid") {
    term.subject = plan::Subject::kSid;
    return term;
  }
  auto path = resolve_path(collection, written.name);
  if (!path) return bindings.error(written.at, path.error().code(), path.error().message());
  term.path = *std::move(path);
  return term;
}

}  // namespace

Result<std::vector<SortTerm>> compile_order(const CollectionDef& collection, const Literal& order,
                                            const Bindings& bindings, bool searched) {
  AURORA_ASSIGN(const auto written, read_order(order, bindings, collection.find("field") != nullptr));
  std::vector<SortTerm> terms;
  terms.reserve(written.size());
  for (const auto& each : written) {
    AURORA_ASSIGN(auto term, make_term(collection, each, bindings, searched));
    terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace aurora::exec
