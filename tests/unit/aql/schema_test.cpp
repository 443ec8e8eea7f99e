// Schema statements, migrations and handlers.
#include "support.hpp"

using namespace aurora;
using namespace aurora::aql;
using namespace aurora::aql::test;

namespace {

std::vector<SchemaStatement> schema(const std::string& text) {
  Document document = parsed("schema { " + text + " }");
  return std::move(document.operations.at(0).schema);
}

Error schema_failure(const std::string& text) { return failure("schema { " + text + " }"); }

std::string steps(const SchemaStatement& statement) {
  std::string out;
  for (const AlterStep& step : statement.steps) {
    switch (step.kind) {
      case AlterStep::Kind::kAdd:
        out += "add " + step.field.name.text;
        break;
      case AlterStep::Kind::kModify:
        out += "modify " + step.field.name.text;
        break;
      case AlterStep::Kind::kDrop:
        out += "drop " + step.name.text;
        break;
      case AlterStep::Kind::kRename:
        out += "rename " + step.name.text + "-" + step.new_name.text;
        break;
      case AlterStep::Kind::kAddRule:
        out += "rule " + step.rule.name.text;
        break;
    }
    out += "; ";
  }
  return out;
}

}  // namespace

TEST_CASE("define collection: the whole of it", "[aql][schema]") {
  const auto statements = schema(R"(
    define collection users if not exists @open {
      id: Uuid! @primary
      age: Int @validate(min: 13, max: 120), role: String = "member" @indexed
      tags: [String!]! = ["a" "b"]
      address: { city: String! @indexed, geo: { lat: Float } }!
      true: Int null: String
      label: String @computed(expr: "${a}") = "x"
      @@index(fields: ["role", "age"])
      @@unique(fields: ["a"])
      late: Int
      @@ttl(field: "created_at", after: "30d")
    })");
  REQUIRE(statements.size() == 1);
  const CollectionDefinition& users = statements[0].definition;
  CHECK(statements[0].kind == SchemaStatement::Kind::kDefine);
  CHECK(users.name.text == "users");
  CHECK(users.if_not_exists);
  CHECK(users.directives.at(0).name.text == "open");
  REQUIRE(users.fields.size() == 9);
  CHECK(users.fields[0].type.required);
  CHECK(users.fields[0].directives[0].name.text == "primary");
  CHECK(users.fields[1].directives[0].arguments.at(1).value.integer == 120);
  CHECK(users.fields[2].default_value->text == "member");
  CHECK(users.fields[2].directives[0].name.text == "indexed");
  CHECK(print(users.fields[3].type) == "[String!]!");
  CHECK(users.fields[4].type.required);
  REQUIRE(users.fields[4].type.fields.size() == 2);
  CHECK(users.fields[4].type.fields[0].directives[0].name.text == "indexed");
  CHECK(users.fields[4].type.fields[1].type.fields[0].name.text == "lat");
  CHECK(users.fields[5].name.text == "true");
  CHECK(users.fields[7].default_value->text == "x");
  CHECK(users.fields[7].directives[0].arguments[0].value.text == "${a}");
  REQUIRE(users.rules.size() == 3);
  CHECK(users.rules[2].name.text == "ttl");
  CHECK(users.rules[0].arguments[0].value.items.size() == 2);
}

TEST_CASE("define collection: odd names and orders", "[aql][schema]") {
  CHECK(schema("define collection if if not exists { if: Int }")[0].definition.if_not_exists);
  CHECK(schema("define collection a @open if not exists { x: Int }")[0].definition.if_not_exists);
  CHECK(schema("define collection define { define: Int drop: Int }")[0].definition.fields.size() ==
        2);
  CHECK(schema("define collection a { }")[0].definition.fields.empty());
  CHECK(schema("drop collection if if exists drop collection drop").size() == 2);
}

TEST_CASE("alter collection: words are free as field names", "[aql][schema]") {
  CHECK(
      steps(schema("alter collection users { add status: String = \"active\"  drop bio  rename age "
                   "to years  modify role: String! @indexed }")[0]) ==
      "add status; drop bio; rename age-years; modify role; ");
  CHECK(steps(schema("alter collection odd { add add: Int = 2 rename drop to to }")[0]) ==
        "add add; rename drop-to; ");
  CHECK(steps(schema("alter collection odd { rename add to rename drop to }")[0]) ==
        "rename add-rename; drop to; ");
  CHECK(steps(schema("alter collection c { add @@index(fields: [\"a\"]) @@unique(fields: [\"b\"]), "
                     "add x: { y: Int } @@ttl(field: \"z\") }")[0]) ==
        "rule index; rule unique; add x; rule ttl; ");
}

TEST_CASE("wrong schema statements", "[aql][schema]") {
  CHECK(schema_failure("").message() == "expected 'define', 'alter' or 'drop', found '}'");
  CHECK(schema_failure("defin collection c { a: Int }").message().find("did you mean 'define'?") !=
        std::string::npos);
  CHECK(schema_failure("define colection c { a: Int }").message() ==
        "expected 'collection' behind 'define', found 'colection'");
  CHECK(schema_failure("define collection { a: Int }").message() ==
        "expected the name of a collection, found '{'");
  CHECK(schema_failure("define collection c if exists { a: Int }").message() ==
        "expected 'not' behind 'if', found 'exists'");
  CHECK(schema_failure("define collection c { a }").message() ==
        "expected ':' and a type after field 'a', found '}'");
  CHECK(schema_failure("define collection c { a: }").message() == "expected a type, found '}'");
  CHECK(schema_failure("define collection c { a: [Int }").message() ==
        "expected ']' behind the element type, found '}'");
  CHECK(schema_failure("define collection c { a: Int = }").message() ==
        "expected a value for 'a', found '}'");
  CHECK(schema_failure("define collection c { a: Int = 1 = 2 }").message() ==
        "expected only one default, found '='");
  CHECK(schema_failure("define collection c { @index(a: 1) }").message().find("second '@'") !=
        std::string::npos);
  CHECK(schema_failure("define collection c { a: { @@index(a: 1) } }")
            .message()
            .find("expected a field or '}'") == 0);
  CHECK(schema_failure("drop collection c if").message() ==
        "expected 'exists' behind 'if', found '}'");
  CHECK(schema_failure("alter collection c { }").message().find("expected 'add', 'drop'") == 0);
  CHECK(schema_failure("alter collection c { ad a: Int }").message().find("did you mean 'add'?") !=
        std::string::npos);
  CHECK(schema_failure("alter collection c { rename a b }").message() ==
        "expected 'to' and the new name, found 'b'");
  CHECK(schema_failure("alter collection c { drop }").message() ==
        "expected the field to drop, found '}'");
}

TEST_CASE("migrations: versions, steps, rules", "[aql][migration]") {
  const Document document = parsed(R"(
    migrate {
      "v1.1.0": {
        alter collection users { add age: Int }
        migrate data in users {
          set role = "admin" where { email: { endsWith: "@x.com" } }
          set full = "${first} ${last}"
          set a = b | trim, c.d = e - 1 where {}
          set set = where, where = 3
        }
      }
      "v2": { define collection t { n: Int } drop collection u if exists }
    })");
  const auto& versions = document.operations.at(0).migrations;
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].version.text == "v1.1.0");
  REQUIRE(versions[0].steps.size() == 2);
  CHECK(versions[0].steps[0].schema->kind == SchemaStatement::Kind::kAlter);
  const MigrationData& data = *versions[0].steps[1].data;
  CHECK(data.collection.text == "users");
  REQUIRE(data.rules.size() == 4);
  CHECK(data.rules[0].where->find("email") != nullptr);
  CHECK_FALSE(data.rules[1].where);
  CHECK(shape(data.rules[1].sets[0].value) == "(template first \" \" last)");
  REQUIRE(data.rules[2].sets.size() == 2);
  CHECK(data.rules[2].sets[1].field.text == "c.d");
  CHECK(shape(data.rules[2].sets[1].value) == "(- e 1)");
  CHECK(data.rules[2].where);
  REQUIRE(data.rules[3].sets.size() == 2);
  CHECK(data.rules[3].sets[0].field.text == "set");
  CHECK(shape(data.rules[3].sets[0].value) == "where");
  CHECK(data.rules[3].sets[1].field.text == "where");
  CHECK(versions[1].steps.size() == 2);
}

TEST_CASE("the normal text of a version ignores blanks, commas and comments", "[aql][migration]") {
  const auto normal = [](const std::string& body) {
    return parsed("migrate { \"v\": {" + body + "} }").operations[0].migrations[0].normal_text;
  };
  const std::string text =
      normal("alter collection users { add a: Int = 1 add b: String = \"x\\u0041\" }");
  CHECK(text == "alter collection users { add a : Int = 1 add b : String = \"xA\" }");
  CHECK(normal("\n alter  collection users{add a:Int=1,,add b:String=\"xA\"#c }\n}\t") == text);
  CHECK(normal("alter collection users { add a: Int = 1 add b: String = \"\"\"xA\"\"\" }") == text);
  CHECK(normal("alter collection users { add a: Int = 2 add b: String = \"xA\" }") != text);
  CHECK(normal("alter collection users { add a: Int = 1 add b: String = \"x a\" }") != text);
  CHECK(normal("drop collection a") != normal("drop collection b"));
}

TEST_CASE("wrong migrations", "[aql][migration]") {
  const auto message = [](const std::string& text) { return failure(text).message(); };
  CHECK(message("migrate { }").find("expected a version in quotes") == 0);
  CHECK(message("migrate { v1: { drop collection c } }").find("expected a version in quotes") == 0);
  CHECK(message("migrate { \"\": { drop collection c } }").find("found an empty string") !=
        std::string::npos);
  CHECK(message("migrate { \"v\" { drop collection c } }") ==
        "expected ':' after version \"v\", found '{'");
  CHECK(message("migrate { \"v\": { } }") == "expected at least one step, found '}'");
  CHECK(message("migrate { \"v\": { drp collection c } }").find("did you mean 'drop'?") !=
        std::string::npos);
  CHECK(message("migrate { \"v\": { migrate dta in c { set a = 1 } } }") ==
        "expected 'data' behind 'migrate', found 'dta'");
  CHECK(message("migrate { \"v\": { migrate data in c { } } }") == "expected 'set', found '}'");
  CHECK(message("migrate { \"v\": { migrate data in c { set a 1 } } }") ==
        "expected '=' after 'set a', found '1'");
  CHECK(message("migrate { \"v\": { migrate data in c { set a = } } }") ==
        "expected an expression, found '}'");
  CHECK(message("migrate { \"v\": { migrate data in c { set a = 1 whre { b: 1 } } } }") ==
        "expected 'where' or 'set', found 'whre'");
  CHECK(message("migrate { \"v\": { migrate data in c { set a = 1 where b } } }")
            .find("expected '{' and conditions") == 0);
  CHECK(message("migrate { \"a\": { drop collection c } \"a\": { drop collection c } }") ==
        "version \"a\" is given twice");
}

TEST_CASE("handlers, their parts in any order", "[aql][handler]") {
  const std::string action =
      "enqueueJob(type: \"mail\", payload: {id: $_id, to: \"${email}\", t: [$_total]}) { jobId }";
  const std::string text = "define handler \"h 1\" { action: { " + action +
                           " # done )\n } where: {total: {gt: 3}}, on: \"insert:orders\" }";
  const Document document = parsed(text);
  const Operation& operation = document.operations.at(0);
  const HandlerDefinition& handler = operation.handler;
  CHECK(operation.kind == Operation::Kind::kDefineHandler);
  CHECK(handler.name.text == "h 1");
  CHECK(handler.on == "insert:orders");
  CHECK(handler.on_at == text.find("\"insert:"));
  CHECK(handler.where->find("total") != nullptr);
  CHECK(handler.action.name.text == "enqueueJob");
  CHECK(handler.action_text == action);
  const Literal& payload = handler.action.arguments.at(1).value;
  CHECK(payload.find("id")->text == "_id");
  CHECK(payload.find("to")->text == "${email}");
  CHECK(payload.find("t")->items[0].kind == Literal::Kind::kVariable);

  const Document transaction = parsed(
      "define handler \"h\" { on: \"* orders\" action: { transaction { a: insert(x: $_id) "
      "b: update(x: 1) } } }");
  CHECK(transaction.operations[0].handler.action.selections.size() == 2);
  CHECK(parsed("drop handler \"h\"").operations[0].handler.name.text == "h");
  CHECK(
      parse("define handler \"h\" { on: \"insert:c\" action: { insert(a: $_id) { x: f($_a) y: "
            "\"${$_b}\" } } }"));
}

TEST_CASE("wrong handlers", "[aql][handler]") {
  const auto wrong = [](const std::string& body) {
    return failure("define handler \"h\" { " + body + " }").message();
  };
  const std::string on = "on: \"insert:c\" ";
  const std::string action = "action: { insert(a: 1) } ";
  CHECK(wrong("") == "expected 'on:', which every handler has, found '}'");
  CHECK(wrong(on) == "expected 'action:', which every handler has, found '}'");
  CHECK(wrong(on + on + action) == "'on' is given twice");
  CHECK(wrong(on + action + "wher: {a: 1}") ==
        "unknown handler property 'wher'; did you mean 'where'?");
  CHECK(wrong("on: insert") == "expected an event in quotes, as \"insert:orders\", found 'insert'");
  CHECK(wrong(on + "action: { }") == "expected a mutation, found '}'");
  CHECK(wrong(on + "action: { a: insert(a: 1) b: insert(a: 1) }").find("one action") !=
        std::string::npos);
  CHECK(wrong(on + "action: { users { a } }").find("unknown mutation 'users'") == 0);
  CHECK(wrong(on + "action: { schema { drop collection c } }").find("schema statements") == 0);
  CHECK(wrong(on + "where: 3").find("conditions behind 'where:'") != std::string::npos);
  CHECK(failure("define handler h { }").message().find("in quotes") != std::string::npos);
  CHECK(failure("define hanlder \"h\" { }").message() ==
        "expected 'handler' behind 'define', found 'hanlder'");
  const Error undeclared =
      failure("define handler \"h\" { on: \"insert:c\" action: { insert(a: $id) } }");
  CHECK(undeclared.code() == ErrorCode::kUndefinedVariable);
  CHECK(failure("define handler \"h\" { on: \"x\" where: {a: $_id} action: { insert(a: 1) } }")
            .code() == ErrorCode::kUndefinedVariable);
}
