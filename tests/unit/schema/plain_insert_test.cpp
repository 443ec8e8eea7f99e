// Documents added as they stand: what is taken so is byte by byte what the long way stores, and what the long way
// refuses or changes is never taken.
#include <aurora/schema/plain_insert.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support.hpp"

#include <cmath>
#include <limits>
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
  FieldId id = 0;
  const auto add = [&](std::string name, TypeDef type) -> FieldDef& {
    collection.fields.push_back(field_of(++id, std::move(name), std::move(type)));
    return collection.fields.back();
  };
  add("id", type_of(FieldType::kUuid, true)).primary = true;
  add("name", type_of(FieldType::kString, true));
  add("count", type_of(FieldType::kInt)).default_value = Value(7);
  add("score", type_of(FieldType::kFloat)).validation.emplace().max = Value(100.0);
  add("on", type_of(FieldType::kBoolean));
  add("at", type_of(FieldType::kDateTime)).default_is_now = true;
  add("day", type_of(FieldType::kDate));
  add("hour", type_of(FieldType::kTime));
  add("mail", type_of(FieldType::kEmail));
  add("page", type_of(FieldType::kUrl));
  add("phone", type_of(FieldType::kPhoneNumber));
  add("tags", list_of(type_of(FieldType::kString, true)));
  add("grid", list_of(list_of(type_of(FieldType::kInt))));
  add("free", type_of(FieldType::kAny));
  add("data", type_of(FieldType::kJson));
  add("bag", type_of(FieldType::kObject));
  auto nested = type_of(FieldType::kNested);
  nested.fields = {field_of(0, "street", type_of(FieldType::kString)), field_of(0, "no", type_of(FieldType::kInt, true)),
                   field_of(0, "kind", type_of(FieldType::kString))};
  nested.fields[0].validation.emplace().max_length = 9;
  nested.fields[2].default_value = Value("home");
  add("address", nested);
  return collection;
}

const InsertContext& context() {
  static const InsertContext insert{DateTime(1'700'000'000'000'000), [] { return Uuid{{1, 2, 3}}; }};
  return insert;
}

Result<RecordRef> long_way(const CollectionDef& collection, const Object& document) {
  const auto stored = complete_insert(collection, document, context());
  if (!stored) return stored.error();
  RecordBuilder builder;
  for (const auto& [id, field] : stored->fields) builder.add(id, field);
  return builder.finish(1);
}

// True when it was taken as it stands.
bool agree(const CollectionDef& collection, const Object& document) {
  INFO(to_json(Value(document)));
  RecordBuilder builder;
  if (!add_plain(collection, document, context(), builder)) return false;
  const auto made = builder.finish(1);
  const auto expected = long_way(collection, document);
  REQUIRE(expected);
  REQUIRE(made);
  CHECK(made->bytes() == expected->bytes());
  return true;
}

// Documents as users give them: mostly of the declared kinds, sometimes of others.
class Maker {
 public:
  explicit Maker(std::uint32_t seed) : random_(seed) {}

  Object document(const CollectionDef& collection) {
    Object made;
    for (const auto& field : collection.fields) {
      if (one_in(field.type.required ? 40 : 5)) continue;
      made.append(field.name, of(field.type));
    }
    if (one_in(40)) made.append(one_in(2) ? "name" : "other", Value(1));
    return made;
  }

 private:
  bool one_in(int n) { return std::uniform_int_distribution(1, n)(random_) == 1; }
  int below(int n) { return std::uniform_int_distribution(0, n - 1)(random_); }

  Value any(int depth = 0) {
    switch (below(depth > 2 ? 9 : 11)) {
      case 0: return Value();
      case 1: return Value(one_in(2));
      case 2: return Value(below(1000) - 500);
      case 3: return Value(one_in(8) ? std::numeric_limits<double>::infinity() : below(300) / 2.0);
      case 4: return text();
      case 5: return Value(Uuid{{static_cast<unsigned char>(below(256))}});
      case 6: return Value(Date{below(20'000)});
      case 7: return Value(Time{below(1'000'000)});
      case 8: return Value(DateTime(below(1'000'000)));
      case 9: {
        List list;
        for (int i = below(4); i > 0; --i) list.push_back(any(depth + 1));
        return Value(std::move(list));
      }
      default: {
        Object object;
        for (int i = below(4); i > 0; --i) object.append("m" + std::to_string(below(3)), any(depth + 1));
        return Value(std::move(object));
      }
    }
  }

  Value text() {
    constexpr const char* kWords[] = {"", "a", "street 12", "0123456789", "\xC3\xA9", "now", "ann@example.org",
                                      "2026-01-31", "12:30:00", "https://example.org/x", "+4790123456", "home"};
    if (one_in(30)) return Value("\xC3");
    return Value(kWords[below(static_cast<int>(std::size(kWords)))]);
  }

  Value of(const TypeDef& type) {
    if (one_in(60)) return any();
    if (one_in(40)) return Value();
    switch (type.type) {
      case FieldType::kInt: return one_in(30) ? Value(below(50) / 2.0) : Value(below(50));
      case FieldType::kFloat: return one_in(30) ? Value(below(50)) : Value(below(220) / 2.0);
      case FieldType::kBoolean: return Value(one_in(2));
      case FieldType::kUuid: return Value(Uuid{{static_cast<unsigned char>(below(256))}});
      case FieldType::kDate: return Value(Date{below(20'000)});
      case FieldType::kTime: return Value(Time{below(1'000'000)});
      case FieldType::kDateTime: return Value(DateTime(below(1'000'000)));
      case FieldType::kEmail: return Value("ann@example.org");
      case FieldType::kUrl: return Value("https://example.org/x");
      case FieldType::kPhoneNumber: return Value("+4790123456");
      case FieldType::kList: {
        List list;
        for (int i = below(4); i > 0; --i) list.push_back(of(*type.element));
        return Value(std::move(list));
      }
      case FieldType::kNested: {
        Object object;
        for (const auto& part : type.fields)
          if (!one_in(6)) object.append(part.name, of(part.type));
        if (one_in(20)) object.append(one_in(2) ? "no" : "other", Value(1));
        return Value(std::move(object));
      }
      case FieldType::kAny:
      case FieldType::kJson:
      case FieldType::kObject: return any();
      default: return text();
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("plain documents are stored as the long way stores them", "[schema][plain_insert]") {
  const auto collection = everything();
  const auto seed = GENERATE(11u, 22u, 33u, 44u);
  CAPTURE(seed);
  Maker maker(seed);
  int taken = 0;
  constexpr int kDocuments = 2'000;
  for (int i = 0; i < kDocuments; ++i) taken += agree(collection, maker.document(collection)) ? 1 : 0;
  CHECK(taken > kDocuments / 50);
  CHECK(taken < kDocuments);
}

TEST_CASE("what coercion changes or refuses is not taken", "[schema][plain_insert]") {
  const auto collection = everything();
  const Object whole{{"id", Uuid{{9}}}, {"name", "x"}, {"score", 1.5}};
  CHECK(agree(collection, whole));
  const auto with = [&](std::string_view name, Value value) {
    Object document = whole;
    document.set(std::string(name), std::move(value));
    return agree(collection, document);
  };
  CHECK(with("tags", Value(List{Value("a"), Value("b")})));
  CHECK(with("address", Value(Object{{"street", "short"}, {"no", 3}, {"kind", "work"}})));
  CHECK(with("bag", Value(Object{{"x", Uuid{{1}}}})));
  CHECK_FALSE(with("id", Value("0195d2a0-0000-7000-8000-000000000001")));
  CHECK_FALSE(with("name", Value("\xC3")));
  CHECK_FALSE(with("name", Value()));
  CHECK_FALSE(with("count", Value(2.0)));
  CHECK_FALSE(with("score", Value(2)));
  CHECK_FALSE(with("score", Value(101.0)));
  CHECK_FALSE(with("score", Value(std::nan(""))));
  CHECK_FALSE(with("day", Value("2026-01-31")));
  CHECK_FALSE(with("mail", Value("nobody")));
  CHECK_FALSE(with("tags", Value(List{Value()})));
  CHECK_FALSE(with("address", Value(Object{{"no", 3}})));               // `kind` is filled in
  CHECK_FALSE(with("address", Value(Object{{"kind", "work"}})));        // `no` is required
  CHECK_FALSE(with("address", Value(Object{{"street", "0123456789"}, {"no", 3}, {"kind", "work"}})));
  CHECK_FALSE(with("free", Value(List{Value(std::numeric_limits<double>::infinity())})));
  CHECK_FALSE(with("data", Value("text")));
  CHECK_FALSE(with("bag", Value(List{})));
  CHECK_FALSE(with("other", Value(1)));
  CHECK_FALSE(with("_sid", Value(1)));
}
