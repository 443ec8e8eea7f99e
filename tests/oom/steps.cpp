// Body of steps.hpp.
#include "steps.hpp"

#include <aurora/base/out_of_memory.hpp>

#include <new>

namespace aurora::testing {

namespace {

Step text(std::string aql, bool several = false) {
  return {aql, [aql](Database& database) -> Status {
            auto result = database.try_execute(aql);
            return result ? Status() : Status(result.error());
          }, several};
}

template <class T>
Status status_of(const Result<T>& result) {
  return result ? Status() : Status(result.error());
}

/// Calls that throw their errors.
template <class Work>
Status thrown(const Work& work) {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {   // these calls do not promise to catch it
    return out_of_memory();
  }
}

const char* const kSchema =
    "schema { define collection c { k: Int! @primary  v: Int @indexed  s: String @indexed @search  u: String @unique  "
    "tags: [String!] @indexed  open: Any  @@index(fields: [\"v\", \"s\"]) } "
    "define collection d { k: Int! @primary  c: Int @relation(to: \"c\", key: \"k\", onDelete: CASCADE) @indexed  "
    "n: Int } }";

}  // namespace

void prepare(Database& database) {
  database.execute(kSchema);
  database.execute(
      "mutation { insertMany(collection: \"c\", data: [{k: 1, v: 5, s: \"hello world\", u: \"a\", tags: [\"a\", \"b\"]}, "
      "{k: 2, v: 6, s: \"x\", u: \"b\"}, {k: 3, v: 7, s: \"hello again\", u: \"c\", tags: [\"b\"]}, {k: 4, v: 5, s: \"y\"}]) }");
  database.execute("mutation { insertMany(collection: \"d\", data: [{k: 1, c: 1, n: 1}, {k: 2, c: 3, n: 2}]) }");
}

std::string state_of(Database& database) {
  std::string state =
      std::string(database
                      .execute("{ c(orderBy: {k: ASC}) { k v s u tags open } d(orderBy: {k: ASC}) { k c n } _jobs { type } "
                               "found: c(search: {query: \"hello\"}, orderBy: {k: ASC}) { k } "
                               "high: c(where: {v: {gte: 6}}, orderBy: {k: ASC}) { k } }")
                      .data_text());
  for (const auto& name : database.collections()) {
    state += " " + name + ":";
    for (const auto& index : database.index_stats(name)) state += " " + index.name;
  }
  return state;
}

std::vector<Step> steps() {
  std::vector<Step> all;
  const auto aql = [&](std::string what, bool several = false) { all.push_back(text(std::move(what), several)); };
  // Writing.
  aql("mutation { insertInto(collection: \"c\", data: {k: 10, v: 5, s: \"hello new\", u: \"z\", tags: [\"n\"], open: {a: [1, 2]}}) { k v tags } }");
  aql("mutation { insertMany(collection: \"c\", data: [{k: 11, v: 6, s: \"x\"}, {k: 12, v: 7, s: \"y\", u: \"q\"}]) }");
  aql("mutation { insertInto(collection: \"c\", data: {k: 1, v: 9}, onConflict: UPDATE) { k v } }");
  aql("mutation { update(collection: \"c\", where: {v: {gt: 5}}, data: {v: {increment: 100}, s: \"hello changed\"}) { k v } }");
  aql("mutation { upsert(collection: \"c\", where: {k: 2}, data: {v: 9}) { k v } }");
  aql("mutation { upsert(collection: \"c\", where: {k: 20}, data: {v: 9, u: \"new\"}) { k v } }");
  aql("mutation { deleteFrom(collection: \"c\", where: {k: 3}) }");
  aql("mutation { transaction { a: insertInto(collection: \"c\", data: {k: 10, v: 1}) { k } b: update(collection: \"c\", where: {k: 1}, data: {s: \"zz\"}) c: deleteFrom(collection: \"d\", where: {k: 2}) } }");
  aql("mutation { a: insertInto(collection: \"d\", data: {k: 10}) b: insertInto(collection: \"d\", data: {k: 11}) }", true);
  aql("mutation { enqueueJob(type: \"t\", payload: {a: 1}, priority: HIGH, uniqueKey: \"one\") { jobId } }");
  // Reading.
  aql("{ c(where: {v: {gte: 5}}, orderBy: {v: DESC}) { k v s tags } }");
  aql("{ c(where: {k: 1}) { k v s tags } }");
  aql("{ c(where: {or: [{s: {startsWith: \"h\"}}, {tags: {contains: \"b\"}}]}) { k s } }");
  aql("{ c(where: {s: {matches: \"h.*o\"}}) { k } }");
  aql("{ c { aggregate { count sum(field: \"v\") avg(field: \"v\") } } }");
  aql("{ c { groupBy(field: \"v\") { key count } } }");
  aql("{ c(search: {query: \"hello\"}) { k s highlight(field: \"s\") } }");
  aql("{ c(first: 2, orderBy: {v: ASC}) { edges { cursor node { k } } pageInfo { hasNextPage endCursor } } }");
  aql("{ d { k other: lookup(collection: \"c\", localField: \"c\", foreignField: \"k\") { k v } } }");
  aql("{ c(orderBy: {v: ASC}) { k w: windowFunc(field: \"v\", function: \"rank\") } }");
  aql("query ($v: Int) { c(where: {v: $v}) { k } }");
  // Definitions.
  aql("schema { define collection fresh { k: Int! @primary  v: Int @indexed } }");
  aql("schema { alter collection c { add w: Int = 5 @indexed } }");
  aql("schema { alter collection d { modify n: Int @indexed } }");
  aql("define handler \"h\" { on: \"insert:c\", action: { insertInto(collection: \"d\", data: {k: \"${k}\"}) } }");
  aql("schedule \"s\" { cron: \"*/5 * * * *\", action: { enqueueJob(type: \"x\") } }");
  aql("migrate { \"1\": { migrate data in c { set v = v + 1 } } }");
  // Calls.
  const auto call = [&](std::string name, std::function<Status(Database&)> run, bool several = false) {
    all.push_back({std::move(name), std::move(run), several});
  };
  call("try_get", [](Database& database) { return status_of(database.try_get("c", 1)); });
  // What the caller hands over is the caller's memory.
  call("try_insert", [given = Object{{"k", 30}, {"v", 1}, {"s", "hello call"}}](Database& database) {
    return status_of(database.try_insert("c", given));
  });
  call("try_insert_json", [](Database& database) {
    const std::string_view lines[] = {"{\"k\": 31, \"v\": 2}", "{\"k\": 32, \"s\": \"a longer text than fits inside\"}"};
    return status_of(database.try_insert_json("c", lines));
  });
  call("try_update", [given = Object{{"v", 77}, {"s", "hello up"}}](Database& database) {
    return status_of(database.try_update("c", 1, given));
  });
  call("try_remove", [](Database& database) { return status_of(database.try_remove("c", 4)); });
  call("many", [](Database& database) {
    return thrown([&] {
      std::vector<Object> documents;
      for (int i = 0; i < 40; ++i) documents.push_back({{"k", 100 + i}, {"v", i}, {"s", "hello " + std::to_string(i)}});
      static_cast<void>(database.insert_many("c", documents));
    });
  });
  call("statement", [keys = std::vector<Object>{{{"k", 1}}, {{"k", 2}}, {{"k", 1}}}](Database& database) -> Status {
    auto statement = database.try_prepare("query ($k: Int) { c(where: {k: $k}) { k v s } }");
    if (!statement) return statement.error();
    for (const auto& key : keys)
      if (auto found = statement->try_fetch(key); !found) return found.error();
    return status_of(statement->try_execute(keys.front()));
  });
  call("query", [](Database& database) -> Status {
    return thrown([&] { static_cast<void>(database.query("c").order_by("v", desc).limit(2).try_fetch().value()); });
  });
  call("transaction", [](Database& database) -> Status {
    auto transaction = database.try_begin_transaction();
    if (!transaction) return transaction.error();
    return thrown([&] {
      transaction->insert("c", {{"k", 40}, {"v", 4}});
      static_cast<void>(transaction->get("c", 1));
      transaction->update("c", 2, {{"s", "hello transaction"}});
      transaction->execute("mutation { update(collection: \"c\", where: {v: 5}, data: {v: 6}) }");
      transaction->remove("d", 1);
      transaction->commit();
    });
  });
  all.back().ends_whole = true;
  call("watch", [](Database& database) -> Status {
    auto watcher = database.try_watch("{ c(where: {v: {gte: 5}}, orderBy: {v: ASC}) { k v } }", {}, {});
    if (!watcher) return watcher.error();
    return thrown([&] {
      static_cast<void>(watcher->try_next());
      database.execute("mutation { update(collection: \"c\", where: {k: 1}, data: {v: 50}) }");
      static_cast<void>(watcher->try_next());
    });
  }, true);
  call("listen", [](Database& database) -> Status {
    auto listener = database.try_listen("c");
    if (!listener) return listener.error();
    return thrown([&] {
      database.execute("mutation { update(collection: \"c\", where: {k: 1}, data: {v: 51}) }");
      static_cast<void>(listener->try_next());
    });
  }, true);
  return all;
}

}  // namespace aurora::testing
