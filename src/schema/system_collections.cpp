// The definitions of the system's collections. Called when a database is opened.
//
// Field and index ids follow from the order here: fields may be added at the end of a collection,
// indexes at the end of the last one, and nothing may be moved or taken away.
#include <aurora/schema/system_collections.hpp>

#include <aurora/aql/parser.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/build.hpp>

#include <string_view>

namespace aurora {

namespace {

constexpr std::string_view kDefinitions = R"(schema {
  define collection _migrations {
    version: String! @primary
    checksum: String!
    appliedAt: DateTime!
  }
  define collection _handlers {
    name: String! @primary
    on: String!
    where: JSON
    action: String!
    created_at: DateTime!
  }
  define collection _changes {
    sequence: Int!
    collection: String!
    mutation: String!
    id: Any
    old: JSON
    new: JSON
  }
  define collection _jobs {
    id: Uuid! @primary
    type: String! @indexed
    queue: String @indexed
    payload: Any
    priority: String!
    status: String! @indexed
    retries: Int!
    maxRetries: Int!
    error: String
    created_at: DateTime!
    run_at: DateTime
    started_at: DateTime
    completed_at: DateTime
    last_retry: DateTime
    last_heartbeat: DateTime
    result: Any
    timeout: String
    uniqueKey: String @indexed
    progress: Any
    concurrencyKey: String
    batch: Uuid
    completes: Uuid
  }
  define collection _schedules {
    name: String! @primary
    cron: String!
    timeZone: String!
    catchUp: String!
    action: String!
    created_at: DateTime!
    next_at: DateTime
    last_at: DateTime
    fired: Int!
    error: String
  }
  define collection _queries {
    name: String! @primary
    collection: String!
    where: JSON
    created_at: DateTime!
  }
  define collection _batches {
    id: Uuid! @primary
    total: Int!
    pending: Int!
    failed: Int!
    job: JSON
    completion: Uuid
    created_at: DateTime!
    completed_at: DateTime
  }
})";

}  // namespace

Result<std::vector<Catalog::Entry>> system_collections() {
  AURORA_ASSIGN(const auto document, aql::parse(kDefinitions));
  DefinitionIds ids{kMigrationsCollection, 1};
  std::vector<Catalog::Entry> collections;
  for (const auto& statement : document.operations.front().schema) {
    AURORA_ASSIGN(auto definition, build_collection(statement.definition, kDefinitions, ids, Origin::kSystem));
    collections.push_back(std::make_shared<const CollectionDef>(std::move(definition)));
  }
  return collections;
}

}  // namespace aurora
