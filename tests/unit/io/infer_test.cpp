// Types from samples, names that AQL can say, cells by declared type, formats by name.
#include <aurora/io/cells.hpp>
#include <aurora/io/field_names.hpp>
#include <aurora/io/format.hpp>
#include <aurora/io/infer.hpp>

#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace aurora;
using namespace aurora::io;

namespace {

std::string inferred(Format format, std::string_view text) {
  Inference inference(format);
  const auto source = text_source(text);
  const auto reader = make_record_reader(format, *source);
  Record record;
  while (reader->next(record).value()) inference.add(record.fields);
  std::string out;
  for (const auto& field : inference.fields())
    out += (out.empty() ? "" : " ") + field.name + ":" + field.type + (field.primary ? "*" : "");
  return out;
}

std::string of_values(std::string_view first, std::string_view second = "null") {
  return inferred(Format::kJsonLines, "{\"x\":" + std::string(first) + "}\n{\"x\":" + std::string(second) + "}\n");
}

std::string of_cells(std::string_view first, std::string_view second = "") {
  return inferred(Format::kCsv, "x,y\n" + std::string(first) + ",\n" + std::string(second) + ",\n");
}

}  // namespace

TEST_CASE("JSON values: one type where one type holds them all", "[io]") {
  CHECK(of_values("1") == "x:Int");
  CHECK(of_values("1", "2.5") == "x:Float");
  CHECK(of_values("9007199254740993", "2.5") == "x:Any");
  CHECK(of_values("9007199254740993", "1") == "x:Int");
  CHECK(of_values("true", "false") == "x:Boolean");
  CHECK(of_values("true", "1") == "x:Any");
  CHECK(of_values("null") == "x:Any");
  CHECK(of_values("\"a\"", "\"2026-01-31\"") == "x:String");
  CHECK(of_values("\"2026-02-01\"", "\"2026-01-31\"") == "x:Date");
  CHECK(of_values("\"2026-01-31\"", "\"2026-01-31T10:00:00Z\"") == "x:String");
  CHECK(of_values("\"2026-01-31T10:00:00+02:00\"") == "x:DateTime");
  CHECK(of_values("\"now\"") == "x:String");
  CHECK(of_values("\"018F2B6C-7D8E-7A9B-8C0D-1E2F3A4B5C6D\"") == "x:Uuid");
  CHECK(of_values("{\"a\":1}") == "x:JSON");
  CHECK(of_values("{}", "[1]") == "x:JSON");
  CHECK(of_values("{}", "1") == "x:Any");
}

TEST_CASE("JSON lists: of one type, of objects, of anything", "[io]") {
  CHECK(of_values("[1,2]", "[3]") == "x:[Int]");
  CHECK(of_values("[1,null]", "[2.5]") == "x:[Float]");
  CHECK(of_values("[\"a\"]", "[]") == "x:[String]");
  CHECK(of_values("[]") == "x:[Any]");
  CHECK(of_values("[1,\"a\"]") == "x:[Any]");
  CHECK(of_values("[{\"a\":1},{}]") == "x:[JSON]");
  CHECK(of_values("[[1]]") == "x:JSON");
}

TEST_CASE("cells: by their text; what would not come out as it went in is text", "[io]") {
  CHECK(of_cells("1", "-20") == "x:Int y:String");
  CHECK(of_cells("1", "2.5") == "x:Float y:String");
  CHECK(of_cells("1e3") == "x:Float y:String");
  CHECK(of_cells("007") == "x:String y:String");
  CHECK(of_cells("+1") == "x:String y:String");
  CHECK(of_cells("inf") == "x:String y:String");
  CHECK(of_cells("1e999") == "x:String y:String");
  CHECK(of_cells("99999999999999999999") == "x:String y:String");
  CHECK(of_cells("true", "false") == "x:Boolean y:String");
  CHECK(of_cells("true", "1") == "x:String y:String");
  CHECK(of_cells("2026-01-31") == "x:Date y:String");
  CHECK(of_cells("{}") == "x:String y:String");
}

TEST_CASE("an id that all have and none shares is the primary key", "[io]") {
  const auto ids = [](std::string_view a, std::string_view b) {
    return inferred(Format::kJsonLines, "{\"id\":" + std::string(a) + "}\n{\"id\":" + std::string(b) + "}\n");
  };
  CHECK(ids("1", "2") == "id:Int*");
  CHECK(ids("\"a\"", "\"b\"") == "id:String*");
  CHECK(ids("1", "1") == "id:Int");
  CHECK(ids("1", "null") == "id:Int");
  CHECK(ids("1.5", "2.5") == "id:Float");
  CHECK(ids("1", "\"a\"") == "id:Any");
  CHECK(ids("\"018f2b6c-7d8e-7a9b-8c0d-1e2f3a4b5c6d\"", "\"018F2B6C-7D8E-7A9B-8C0D-1E2F3A4B5C6D\"") == "id:Uuid");
  CHECK(inferred(Format::kJsonLines, "{\"id\":1}\n{}\n") == "id:Int");
  CHECK(inferred(Format::kCsv, "id,a\nx,1\n\"\",2\n") == "id:String a:Int");
}

TEST_CASE("the definition is AQL", "[io]") {
  const std::vector<InferredField> fields{{"id", "Int", true}, {"tags", "[String]", false}};
  CHECK(definition_text("c", fields) == "define collection c {\n  id: Int! @primary\n  tags: [String]\n}");
}

TEST_CASE("names become identifiers, each its own, the same each time", "[io]") {
  FieldNames names;
  const auto renamed = [&](std::initializer_list<std::string_view> fields) {
    Object record;
    for (const auto field : fields) record.append(std::string(field), Value());
    names.rename(record);
    std::string out;
    for (const auto& [name, value] : record) out += (out.empty() ? "" : " ") + name;
    return out;
  };
  CHECK(renamed({"a-b", "a_b", "a b"}) == "a_b a_b_2 a_b_3");
  CHECK(renamed({"a b", "a_b", "a-b", "c"}) == "a_b_3 a_b_2 a_b c");
  CHECK(renamed({"", "1st", "Größe", "😀"}) == "_ _1st Gr__e _2");
  CHECK(renamed({"_sid", "__x", "___", "_id"}) == "sid _x _3 _id");
  CHECK(names.changes().front() == std::pair<std::string, std::string>{"a-b", "a_b"});
}

TEST_CASE("every name given out is an identifier that is not the system's", "[io]") {
  FieldNames names;
  Object record;
  for (const char* name : {"__", "___", "_sid", "sid", "__sid", "", "-", "--", "_", "_2", "2", "é"})
    record.append(name, Value());
  names.rename(record);
  std::set<std::string> seen;
  for (const auto& [name, value] : record) {
    CAPTURE(name);
    CHECK(is_identifier(name));
    CHECK(name != "_sid");
    CHECK_FALSE(name.starts_with("__"));
    CHECK(seen.insert(name).second);
  }
}

TEST_CASE("cells are read by the declared type", "[io]") {
  const auto read = [](std::string_view type, std::string_view cell) {
    const auto value = read_cell(cell_type_of(type), cell);
    return value ? to_json(*value) : std::string(to_string(value.error().code()));
  };
  CHECK(read("Int", " 12 ") == "12");
  CHECK(read("Int!", "-9223372036854775808") == "-9223372036854775808");
  CHECK(read("Int", "9223372036854775808") == "TypeError");
  CHECK(read("Int", "1.0") == "TypeError");
  CHECK(read("Int", "+-1") == "TypeError");
  CHECK(read("Int", "") == "null");
  CHECK(read("Float", "1") == "1.0");
  CHECK(read("Float", "+1.5e3") == "1500.0");
  CHECK(read("Float", "nan") == "TypeError");
  CHECK(read("Float", "1e999") == "TypeError");
  CHECK(read("Boolean", "TRUE") == "true");
  CHECK(read("Bool", "0") == "false");
  CHECK(read("Boolean", "yes") == "TypeError");
  CHECK(read("String", "") == "\"\"");
  CHECK(read("String", " 1 ") == "\" 1 \"");
  CHECK(read("[Int!]", "[1,2]") == "[1,2]");
  CHECK(read("[Int]", "1,2") == "TypeError");
  CHECK(read("{ city: String }", "{\"city\":\"Oslo\"}") == "{\"city\":\"Oslo\"}");
  CHECK(read("JSON", "") == "null");
  CHECK(read("Any", "7") == "7");
  CHECK(read("Any", "007") == "\"007\"");
  CHECK(read("Any", "text") == "\"text\"");
}

TEST_CASE("a record is converted whole, and the error names the field", "[io]") {
  CellConverter converter;
  converter.declare("n", "Int");
  converter.declare("s", "String");
  Object record{{"n", Value("5")}, {"s", Value("5")}, {"other", Value("5")}, {"none", Value()}};
  REQUIRE(converter.convert(record).has_value());
  CHECK(to_json(Value(record)) == R"({"n":5,"s":"5","other":"5","none":null})");
  Object bad{{"n", Value("five")}};
  const auto status = converter.convert(bad);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().message() == "field 'n': \"five\" is not an Int");
}

TEST_CASE("formats are known by name and by extension", "[io]") {
  CHECK(format_named("JSONL") == Format::kJsonLines);
  CHECK(format_named("ndjson") == Format::kJsonLines);
  CHECK(format_named("xml") == std::nullopt);
  CHECK(format_of_path("a.b/c.CSV") == Format::kCsv);
  CHECK(format_of_path("a.json") == Format::kJson);
  CHECK(format_of_path("a.json/c") == std::nullopt);
  CHECK(format_of_path("-") == std::nullopt);
}
