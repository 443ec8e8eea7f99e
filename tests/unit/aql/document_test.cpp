// Operations: kinds, headers, order, mutations with schema blocks, result keys of a text.
#include "support.hpp"

using namespace aurora;
using namespace aurora::aql;
using namespace aurora::aql::test;

namespace {

using Kind = Operation::Kind;

std::string kinds(const Document& document) {
  std::string out;
  for (const Operation& operation : document.operations) {
    switch (operation.kind) {
      case Kind::kQuery:
        out += "query";
        break;
      case Kind::kMutation:
        out += "mutation";
        break;
      case Kind::kSubscription:
        out += "subscription";
        break;
      case Kind::kSchema:
        out += "schema";
        break;
      case Kind::kMigrate:
        out += "migrate";
        break;
      case Kind::kSchedule:
        out += "schedule";
        break;
      case Kind::kDefineHandler:
      case Kind::kDefineQuery:
        out += "define";
        break;
      case Kind::kDropHandler:
      case Kind::kDropSchedule:
      case Kind::kDropQuery:
        out += "drop";
        break;
    }
    out += std::to_string(operation.selections.size() + operation.schema.size()) + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("every kind of operation, in source order", "[aql][document]") {
  const Document document = parsed(
      "{ a } query { b } fragment F on c { x } mutation { insert(collection: \"t\") } "
      "subscription S { c { ...F } } schema { drop collection t } __schema(system: true) { "
      "handlers } "
      "migrate { \"v\": { drop collection t } } define handler \"h\" { on: \"insert:t\" action: { "
      "delete(collection: \"t\") } } drop handler \"h\" schedule \"s\" { cron: \"@daily\" action: { "
      "delete(collection: \"t\") } }");
  CHECK(kinds(document) ==
        "query1 query1 mutation1 subscription1 schema1 query1 migrate0 define0 drop0 schedule0 ");
  CHECK(document.operations[1].at == 6);
  CHECK(document.operations[3].name.text == "S");
  CHECK(document.operations[5].selections[0].name.text == "__schema");
  CHECK(document.operations[5].selections[0].arguments.at(0).value.boolean);
}

TEST_CASE("headers: name, variables, directives", "[aql][document]") {
  const Document document = parsed(
      "query Q($a: Uuid!, $b: [Int!]! = [1 2] $c: { x: Int! } = {x: 1}) @auth @require(role: "
      "\"r\") "
      "{ t(a: $a b: $b c: $c) }");
  const Operation& query = document.operations[0];
  CHECK(query.name.text == "Q");
  REQUIRE(query.variables.size() == 3);
  CHECK(query.variables[0].name.text == "a");
  CHECK(query.variables[0].type.required);
  CHECK(print(query.variables[1].type) == "[Int!]!");
  CHECK(query.variables[1].default_value->items.size() == 2);
  CHECK(query.variables[2].type.kind == TypeReference::Kind::kObject);
  REQUIRE(query.directives.size() == 2);
  CHECK(query.directives[1].arguments[0].value.text == "r");
  CHECK(print(parsed("query($n: Int!=5) { t(a: $n) }").operations[0].variables[0].type) == "Int!");
  CHECK(
      parsed("query($n: Int!=5) { t(a: $n) }").operations[0].variables[0].default_value->integer ==
      5);
  CHECK(parsed("query @auth { t }").operations[0].directives.size() == 1);
}

TEST_CASE("root fields are names with arguments, never expressions", "[aql][document]") {
  CHECK(parsed("{ a: t(limit: 1) b: t @explain { x } t }").operations[0].selections.size() == 3);
  CHECK(failure("{ a: 1 + 2 }").message().find("expected a name behind the alias 'a:'") == 0);
  CHECK(failure("{ a: t.u }").message().find("found '.'") != std::string::npos);
  CHECK(failure("{ a: f(x, y) }").message().find("':' after argument 'x'") != std::string::npos);
  CHECK(failure("{ a: t | f }").message().find("found '|'") != std::string::npos);
}

TEST_CASE("mutations have known names", "[aql][document]") {
  for (const char* name : {"insertInto", "insert", "insertMany", "update", "upsert", "deleteFrom",
                           "delete", "import", "export", "enqueueJob", "enqueueJobs", "retryJob",
                           "cancelJob", "pauseQueue", "resumeQueue"})
    CHECK(parse("mutation { x: " + std::string(name) + "(a: 1) }").has_value());
  const Error error = failure("mutation {\n  insrtInto(collection: \"boats\")\n}");
  CHECK(error.line() == 2);
  CHECK(error.column() == 3);
  CHECK(error.message() == "unknown mutation 'insrtInto'; did you mean 'insertInto'?");
  CHECK(failure("mutation { a: users { b } }").message().find("unknown mutation 'users'") == 0);
  CHECK(failure("mutation { transaction { a: updat(x: 1) } }").message().find("'update'") !=
        std::string::npos);
  CHECK(failure("mutation { transaction }").message().find("expected '{'") == 0);
  CHECK(failure("mutation { transaction { schema { drop collection c } } }")
            .message()
            .find("schema statements cannot stand here") == 0);
}

TEST_CASE("transactions hold mutations", "[aql][document]") {
  const Document document = parsed(
      "mutation { t: transaction { a: update(collection: \"x\") { n } insert(collection: \"x\") "
      "transaction { b: delete(collection: \"x\") } } }");
  const Selection& transaction = document.operations[0].selections[0];
  CHECK(transaction.key() == "t");
  CHECK(transaction.has_selections);
  REQUIRE(transaction.selections.size() == 3);
  CHECK(transaction.selections[0].selections[0].name.text == "n");
  CHECK(transaction.selections[2].selections[0].key() == "b");
}

TEST_CASE("schema blocks of a mutation become operations between the others", "[aql][document]") {
  CHECK(kinds(parsed("mutation { schema { drop collection a } }")) == "schema1 ");
  CHECK(kinds(parsed("mutation { a: insert(x: 1) schema { drop collection a drop collection b } "
                     "b: insert(x: 1) c: insert(x: 1) }")) == "mutation1 schema2 mutation2 ");
  CHECK(kinds(parsed("mutation { schema { drop collection a } schema { drop collection b } "
                     "b: insert(x: 1) }")) == "schema1 schema1 mutation1 ");
  const Document document = parsed(
      "mutation M($x: Int = 3) @auth { a: insert(x: 1) schema { drop collection a } b: insert(x: "
      "$x) }");
  REQUIRE(document.operations.size() == 3);
  for (const Operation& operation : document.operations) {
    CHECK(operation.name.text == "M");
    CHECK(operation.variables.at(0).default_value->integer == 3);
    CHECK(operation.directives.at(0).name.text == "auth");
  }
  CHECK(document.operations[1].at == 48);
  CHECK(failure("mutation { s: schema { drop collection a } }").message().find("without alias") !=
        std::string::npos);
  CHECK(failure("mutation { schema }").message().find("expected a block") == 0);
}

TEST_CASE("a result key stands once in a text", "[aql][document]") {
  for (const char* text : {
           "{ t { a } } { t { b } }",
           "{ t { a } } { t { a } }",
           "{ x: t } mutation { x: insert(a: 1) }",
           "mutation { insert(a: 1) insert(a: 1) }",
           "mutation { a: insert(a: 1) schema { drop collection c } a: insert(a: 1) }",
           "mutation { transaction { a: insert(a: 1) a: insert(a: 1) } }",
           "schema { drop collection c } mutation { schema: insert(a: 1) }",
           "migrate { \"a\": { drop collection c } } migrate { \"b\": { drop collection c } }",
           "drop handler \"a\" drop handler \"b\"",
           "subscription { a { x } a { x } }",
       }) {
    INFO(text);
    const Error error = failure(text);
    CHECK(error.code() == ErrorCode::kInvalidQuery);
    CHECK(error.message().find("is given twice") != std::string::npos);
  }
  CHECK(failure("{ t } query { t }").column() == 15);
  CHECK(
      parse("schema { drop collection a } { t } schema { drop collection b } "
            "mutation { schema { drop collection c } }"));
  CHECK(parse("{ a: t b: t } { c: t }"));
}

TEST_CASE("texts that hold no operation, or something else", "[aql][document]") {
  CHECK(failure("").message() == "expected an operation, found end of text");
  CHECK(failure("# only\n ").line() == 2);
  CHECK(failure("fragment F on t { a }").message().find("only fragments") != std::string::npos);
  CHECK(failure("qurey { a }").message() == "unknown operation 'qurey'; did you mean 'query'?");
  CHECK(failure("{ a } }").column() == 7);
  CHECK(failure("frobnicate").message().find("expected one of query mutation") !=
        std::string::npos);
  CHECK(failure("\"x\"").message().find("expected an operation") == 0);
  CHECK(failure("define collection c { a: Int }").message().find("inside 'schema { … }'") !=
        std::string::npos);
  CHECK(failure("drop collection c").message().find("inside 'schema { … }'") != std::string::npos);
  CHECK(failure("query Q X { a }").message() == "expected '(', '@' or '{', found 'X'");
  CHECK(failure("query () { a }").message().find("expected '$'") == 0);
  CHECK(failure("query ($a) { a }").message() == "expected ':' and a type after '$a', found ')'");
  CHECK(failure("query ($a: ) { a }").message() == "expected a type, found ')'");
  CHECK(failure("{ }").message() == "expected at least one field, found '}'");
  CHECK(failure("mutation { }").message() == "expected at least one mutation, found '}'");
  CHECK(failure("{ a").column() == 4);
}

TEST_CASE("bytes that are no text", "[aql][document]") {
  const Error invalid = failure("{ a }\n# \xC3\x28");
  CHECK(invalid.code() == ErrorCode::kInvalidQuery);
  CHECK(invalid.line() == 2);
  CHECK(invalid.column() == 3);
  CHECK(failure("{ a(b: \"\xED\xA0\x80\") }").column() == 9);
  CHECK(failure("{ a(b: \"\xF0\x9F\") }").message().find("UTF-8") != std::string::npos);
  const Error nul = failure(std::string_view("{ a(b: \"x\0\") }", 14));
  CHECK(nul.column() == 10);
  CHECK(nul.message().find("\\u0000") != std::string::npos);
}
