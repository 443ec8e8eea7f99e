// Body of completion.hpp.
#include "cli/completion.hpp"

#include "cli/open.hpp"
#include "cli/schema_view.hpp"
#include "cli/shell_commands.hpp"

#include <set>

namespace aurora::cli {

namespace {

constexpr std::string_view kWords[]{
    "@computed", "@defer", "@explain", "@include", "@indexed", "@open", "@primary", "@relation", "@search", "@skip",
    "@unique", "@validate", "ASC", "Any", "Boolean", "DESC", "Date", "DateTime", "Email", "Float", "ID", "Int",
    "JSON", "Object", "PhoneNumber", "String", "Time", "URL", "Uuid", "affected", "after", "aggregate", "all",
    "alter", "and", "avg", "between", "collection", "contains", "count", "cursor", "data", "define", "deleteFrom",
    "drop", "edges", "endsWith", "eq", "false", "first", "fragment", "groupBy", "gt", "gte", "in", "insertInto",
    "insertMany", "isNull", "limit", "lookup", "lt", "lte", "max", "migrate", "min", "mutation", "ne", "node",
    "nodes", "not", "null", "offset", "or", "orderBy", "pageInfo", "query", "rename", "schema", "startsWith", "sum",
    "totalCount", "transaction", "true", "update", "upsert"};

}  // namespace

std::vector<std::string> completions_of(Database& database, std::string_view word) {
  std::set<std::string> found;
  const auto offer = [&](std::string_view candidate) {
    if (candidate.starts_with(word)) found.emplace(candidate);
  };
  if (word.starts_with('.')) {
    for (const auto command : shell_command_names()) offer(command);
    return {found.begin(), found.end()};
  }
  for (const auto keyword : kWords) offer(keyword);
  if (const auto names = attempt([&] { return database.collections(); }))
    for (const auto& name : *names) offer(name);
  if (const auto collections = describe_collections(database))
    for (const Value& collection : *collections)
      for (const Value& field : list_of(*collection.if_object(), "fields")) offer(text_of(*field.if_object(), "name"));
  return {found.begin(), found.end()};
}

}  // namespace aurora::cli
