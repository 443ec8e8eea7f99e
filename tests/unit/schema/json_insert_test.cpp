// Documents straight from JSON text: what is read so is byte by byte what the long way stores, and what the long way
// refuses is never read.
#include <aurora/schema/json_insert.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support.hpp"

#include <random>

using namespace aurora;

namespace {

TypeDef type_of(FieldType type, bool required = false) {
  TypeDef made;
  made.type = type;
  made.required = required;
  return made;
}
TypeDef list_of(TypeDef element) {
  auto made = type_of(FieldType::kList);
  made.element = std::make_shared<const TypeDef>(std::move(element));
  return made;
}

FieldDef field_of(FieldId id, std::string name, TypeDef type) {
  FieldDef field;
  field.id = id;
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

CollectionDef everything() {
  CollectionDef collection;
  collection.name = "things";
  auto& fields = collection.fields;
  FieldId id = 0;
  const auto add = [&](std::string name, TypeDef type) -> FieldDef& {
    fields.push_back(field_of(++id, std::move(name), std::move(type)));
    return fields.back();
  };
  add("id", type_of(FieldType::kUuid, true)).primary = true;
  add("name", type_of(FieldType::kString, true));
  add("count", type_of(FieldType::kInt)).default_value = Value(7);
  add("score", type_of(FieldType::kFloat));
  add("on", type_of(FieldType::kBoolean));
  add("at", type_of(FieldType::kDateTime)).default_is_now = true;
  add("day", type_of(FieldType::kDate));
  add("mail", type_of(FieldType::kEmail));
  add("tags", list_of(type_of(FieldType::kString, true)));
  add("grid", list_of(list_of(type_of(FieldType::kInt))));
  add("free", type_of(FieldType::kAny));
  add("data", type_of(FieldType::kJson));
  auto nested = type_of(FieldType::kNested);
  nested.fields = {field_of(0, "street", type_of(FieldType::kString)), field_of(0, "no", type_of(FieldType::kInt, true))};
  nested.fields[0].validation.emplace().max_length = 9;
  add("address", nested);
  add("level", type_of(FieldType::kInt)).validation.emplace().min = Value(-5);
  return collection;
}

struct Made {
  bool read = false;
  Result<RecordRef> record = RecordRef();
};

const InsertContext& context() {
  static const InsertContext insert{DateTime(1'700'000'000'000'000), [] { return Uuid{{1, 2, 3}}; }};
  return insert;
}

Made straight(const CollectionDef& collection, std::string_view text) {
  JsonInsert reader(collection, context());
  RecordBuilder builder;
  Made made;
  made.read = reader.read(text, builder);
  if (made.read) made.record = builder.finish(1);
  return made;
}

Result<RecordRef> long_way(const CollectionDef& collection, std::string_view text) {
  auto value = parse_json(text);
  if (!value) return value.error();
  auto* object = value->if_object();
  if (object == nullptr) return Error(ErrorCode::kTypeError, "no object");
  const auto stored = complete_insert(collection, std::move(*object), context());
  if (!stored) return stored.error();
  RecordBuilder builder;
  for (const auto& [id, field] : stored->fields) builder.add(id, field);
  return builder.finish(1);
}

// True when it was read straight.
bool agree(const CollectionDef& collection, std::string_view text) {
  INFO(text);
  const auto made = straight(collection, text);
  if (!made.read) return false;
  const auto expected = long_way(collection, text);
  REQUIRE(expected);
  REQUIRE(made.record);
  CHECK(made.record->bytes() == expected->bytes());
  return true;
}

// JSON texts as users send them, and some that are a little wrong.
class Writer {
 public:
  explicit Writer(std::uint32_t seed) : random_(seed) {}

  std::string document() {
    std::string out = blank() + "{";
    std::vector<std::string> names{"id",   "name", "count", "score",   "on",   "at",   "day",
                                   "mail", "tags", "grid",  "free", "data", "address", "level"};
    if (one_in(4)) std::shuffle(names.begin(), names.end(), random_);
    bool first = true;
    for (const auto& name : names) {
      if (one_in(name == "id" || name == "name" ? 40 : 5)) continue;
      if (!first) out += ",";
      first = false;
      out += blank() + "\"" + name + "\"" + blank() + ":" + blank() + member(name) + blank();
    }
    if (one_in(40)) out += (first ? "\"" : ",\"") + std::string(one_in(2) ? "name" : "other") + "\":1";
    out += "}" + blank();
    if (one_in(12)) mutate(out);
    return out;
  }

 private:
  bool one_in(int n) { return std::uniform_int_distribution(1, n)(random_) == 1; }
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  std::string blank() { return one_in(6) ? one_in(2) ? " " : "\n\t\r " : ""; }

  void mutate(std::string& text) {
    constexpr std::string_view kBytes = "\"\\{}[],:0-.eE+nt \x01\xC3";
    const auto at = below(text.size());
    switch (below(3)) {
      case 0: text.erase(at, 1 + below(3)); break;
      case 1: text.insert(at, 1, kBytes[below(kBytes.size())]); break;
      default: text[at] = kBytes[below(kBytes.size())];
    }
  }

  std::string text() {
    constexpr std::string_view kWords[] = {"", "a", "street 12", "\\n", "\\\"", "\\u00e9", "\xC3\xA9", "0123456789abcdef",
                                           "\\/\\t", "\xF0\x9F\x98\x80", "now", "/", "\x7F"};
    std::string out = "\"";
    for (auto words = below(4); words > 0; --words) out += kWords[below(std::size(kWords))];
    return out + "\"";
  }
  std::string number() {
    constexpr std::string_view kNumbers[] = {"0", "-0", "7", "-12", "127", "128", "-129", "32768", "2147483648", "1.5",
                                             "-0.0", "1e3", "1E-3", "9223372036854775807", "9223372036854775808", "1e400",
                                             "01", "1.", ".5", "-", "1e-400", "3.0", "123456789.987654321"};
    return std::string(kNumbers[below(one_in(15) ? std::size(kNumbers) : 13)]);
  }
  std::string list(int depth, bool numbers) {
    std::string out = "[";
    const auto size = below(4);
    for (std::size_t i = 0; i < size; ++i) {
      if (i > 0) out += ",";
      out += blank() + (one_in(25) ? "null" : numbers ? number() : depth < 0 ? text() : any(depth)) + blank();
    }
    return out + "]";
  }
  std::string any(int depth) {
    switch (below(depth > 3 ? 5 : 7)) {
      case 0: return text();
      case 1: return number();
      case 2: return "true";
      case 3: return "false";
      case 4: return one_in(3) ? "null" : number();
      case 5: return list(depth + 1, false);
      default: {
        std::string out = "{";
        const auto size = below(4);
        for (std::size_t i = 0; i < size; ++i)
          out += (i > 0 ? "," : "") + ("\"" + std::string(1, static_cast<char>('a' + below(6))) + "\":") + any(depth + 1);
        return out + "}";
      }
    }
  }
  std::string member(const std::string& name) {
    if (one_in(20)) return "null";
    if (one_in(30)) return any(0);
    if (name == "id") return "\"00112233-4455-6677-8899-aAbbccddeeff\"";
    if (name == "count" || name == "score" || name == "level") return number();
    if (name == "on") return one_in(2) ? "true" : "false";
    if (name == "at") return one_in(3) ? "\"now\"" : "\"2026-01-31T12:00:00.5+02:00\"";
    if (name == "day") return one_in(5) ? "\"2026-02-30\"" : "\"2026-02-28\"";
    if (name == "mail") return one_in(5) ? "\"x\"" : "\"ada@example.org\"";
    if (name == "tags") return list(-1, false);
    if (name == "grid") return "[" + list(0, true) + "," + list(0, true) + "]";
    if (name == "free") return any(0);
    if (name == "data") return one_in(2) ? list(0, false) : any(0);
    if (name == "address") return "{" + (one_in(4) ? "" : "\"street\":" + text() + ",") + "\"no\":" + number() + "}";
    return text();
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a document is read straight from its text as the long way stores it") {
  const auto collection = everything();
  CHECK(agree(collection, R"({"id":"00112233-4455-6677-8899-aabbccddeeff","name":"Ada","count":3,"score":1.5,"on":true,
    "at":"2026-01-31T12:00:00Z","day":"2026-01-31","mail":"ada@example.org","tags":["a","b"],"grid":[[1,2],[],[300]],
    "free":{"a":[1,null,{"b":"c"}]},"data":[1,"two",3.0],"address":{"street":"Main 1","no":4},"level":2})"));
  CHECK(agree(collection, R"( { "name" : "a\tb\\\"" , "id" : "00112233-4455-6677-8899-aabbccddeeff" } )"));
  CHECK(agree(collection, R"({"id":"00112233-4455-6677-8899-aabbccddeeff","name":"é","score":2,"count":null})"));
}

TEST_CASE("what needs thought is left to the long way") {
  const auto collection = everything();
  const std::string start = R"({"id":"00112233-4455-6677-8899-aabbccddeeff","name":"a")";
  CHECK(agree(collection, start + "}"));
  for (const std::string_view rest :
       {R"(,"name":"b"})", R"(,"other":1})", R"(,"count":1.0})", R"(,"count":"1"})", R"(,"count":9223372036854775808})",
        R"(,"score":1e400})", R"(,"at":"now"})", R"(,"day":"2026-02-30"})", R"(,"mail":"x"})", R"(,"tags":["a",null]})",
        R"(,"address":{"street":"Main 1"}})", R"(,"address":{"no":1,"zip":2}})", R"(,"address":{"no":1,"no":2}})",
        R"(,"address":{"street":"0123456789","no":1}})", R"(,"level":-6})", R"(,"free":{"a":1,"a":2}})", R"(,"_sid":"x"})",
        R"(,"data":"text"})", R"(,"count":01})", R"(,"count":-})", R"(,"score":1.})", R"(,"score":.5})", R"(,"on":tru})",
        R"(,})", R"(})" "x", R"(,"free":[1,]})", R"(,"free":"\u0041"})", "", R"(,"count":})"}) {
    INFO(rest);
    CHECK_FALSE(straight(collection, start + std::string(rest)).read);
  }
  CHECK_FALSE(straight(collection, start + ",\"free\":\"\x01\"}").read);
  CHECK_FALSE(straight(collection, start + ",\"free\":\"\xC3\"}").read);
  CHECK_FALSE(straight(collection, std::string_view("{}\0", 3)).read);
  CHECK(agree(collection, R"({"name":"a"})"));   // with an id made for it
  CHECK_FALSE(straight(collection, R"({"count":1})").read);
  CHECK_FALSE(straight(collection, "[1]").read);
  CHECK_FALSE(straight(collection, "").read);
}

TEST_CASE("random texts are read straight only as the long way stores them") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  const auto collection = everything();
  Writer writer(seed);
  int read = 0;
  constexpr int kTexts = 20'000;
  for (int i = 0; i < kTexts; ++i) read += agree(collection, writer.document()) ? 1 : 0;
  CHECK(read > kTexts / 100);
}

TEST_CASE("long texts are told from their end and from what is special in them at every place") {
  const auto collection = everything();
  for (std::size_t length = 0; length < 40; ++length)
    for (std::size_t at = 0; at <= length; ++at) {
      std::string text(length, 'x');
      const auto with = [&](std::string_view what) {
        auto changed = text;
        changed.insert(at, what);
        return R"({"id":"00112233-4455-6677-8899-aabbccddeeff","name":")" + changed + "\"}";
      };
      CHECK(agree(collection, with("")));
      CHECK(agree(collection, with("\xC3\xA9")));
      CHECK(agree(collection, with("\\n")));
      CHECK_FALSE(straight(collection, with("\x1F")).read);
      CHECK_FALSE(straight(collection, with("\xFF")).read);
      CHECK_FALSE(straight(collection, with("\"")).read);
    }
}
