// Body of the arguments of root fields. Called by queries and live queries; calls the compilers of filters, orders and
// searches.
#include <aurora/exec/query_arguments.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/page.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/exec/search.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/plan/validation.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

constexpr std::array<std::string_view, 12> kArguments{"where", "filter", "orderBy", "limit",  "offset",   "first",
                                                      "after", "last",   "before",  "search", "validate", "distinct"};
constexpr std::array<std::string_view, 7> kCollectionLevel{"aggregate", "groupBy",    "edges",     "pageInfo",
                                                           "nodes",     "totalCount", "downsample"};

Status read_filter(const aql::Selection& field, const plan::Bindings& bindings, DocumentQuery& query) {
  const auto where = find_argument(field.arguments, {"where", "filter"}, bindings);
  if (where.get() != nullptr && where.get()->kind == aql::Literal::Kind::kNull) {
    query.filter = plan::match_all(query.collection);
  } else {
    AURORA_ASSIGN(query.filter, plan::filter_of(query.collection, where, bindings));
  }
  const auto validate = find_argument(field.arguments, {"validate"}, bindings);
  if (validate.get() != nullptr && validate.get()->kind != aql::Literal::Kind::kNull) {
    AURORA_ASSIGN(query.filter, plan::add_validation(query.filter, *validate.get(), bindings));
  }
  return {};
}

Status read_distinct(const aql::Selection& field, const plan::Bindings& bindings, DocumentQuery& query) {
  AURORA_ASSIGN(const auto distinct, text_argument(field.arguments, {"distinct"}, bindings));
  if (!distinct) return {};
  auto path = resolve_path(*query.collection, *distinct);
  const auto argument = find_argument(field.arguments, {"distinct"}, bindings);
  if (!path) return bindings.error(argument.get()->at, path.error().code(), path.error().message());
  query.distinct = *std::move(path);
  return {};
}

}  // namespace

Result<DocumentQuery> read_query_arguments(Catalog::Entry collection, const aql::Selection& field,
                                           const plan::Bindings& bindings) {
  DocumentQuery query;
  query.collection = std::move(collection);
  AURORA_TRY(check_arguments(field.arguments, kArguments, "'" + field.name.text + "'", bindings));
  AURORA_TRY(read_filter(field, bindings, query));
  AURORA_ASSIGN(query.search,
                read_search(query.collection, find_argument(field.arguments, {"search"}, bindings), bindings));
  const auto order = find_argument(field.arguments, {"orderBy"}, bindings);
  if (order.get() != nullptr) {
    AURORA_ASSIGN(query.order, compile_order(*query.collection, *order.get(), bindings, query.search != nullptr));
  }
  if (query.search && query.order.empty()) query.order.push_back(by_score());
  AURORA_ASSIGN(query.limit, count_argument(field.arguments, "limit", bindings));
  AURORA_ASSIGN(const auto offset, count_argument(field.arguments, "offset", bindings));
  query.offset = offset.value_or(0);
  AURORA_TRY(read_distinct(field, bindings, query));
  AURORA_TRY(read_page_arguments(field.arguments, bindings, query));
  return query;
}

bool is_collective(const CollectionDef& collection, const aql::Selection& selection) {
  const auto& names = kCollectionLevel;
  return selection.kind == aql::Selection::Kind::kField &&
         std::find(names.begin(), names.end(), selection.name.text) != names.end() &&
         collection.find(selection.name.text) == nullptr;
}

}  // namespace aurora::exec
