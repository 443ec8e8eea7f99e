// Tests of structs as documents: every kind of member there and back, nulls, names, messages.
// Run without a database: documents are made by hand (fixture.hpp).
#include "unit/facade/fixture.hpp"

#include <aurora/bind.hpp>

#include <array>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace shop {

struct Address {
  std::string street;
  std::optional<int> zip;
  friend bool operator==(const Address&, const Address&) = default;
};

struct Customer {
  std::string email;
  std::int64_t age = 0;
  bool active = true;
  double score = 0;
  std::optional<std::string> nick;
  Address address;
  std::vector<Address> others;
  std::optional<Address> billing;
  std::vector<std::string> tags;
  std::map<std::string, int> counts;
  std::unordered_map<std::string, Address> places;
  friend bool operator==(const Customer&, const Customer&) = default;
};

struct Kinds {
  bool flag = false;
  std::int8_t small = 0;
  std::uint64_t large = 0;
  float real = 0;
  aurora::Uuid uuid;
  aurora::Date date;
  aurora::Time time;
  aurora::DateTime date_time;
  std::chrono::system_clock::time_point when;
  aurora::Value any;
  aurora::Object object;
  aurora::List list;
  std::vector<bool> bits;
  std::vector<std::optional<int>> gaps;
  std::vector<std::vector<int>> rows;
};

struct Tree {
  std::string name;
  std::vector<Tree> children;
  friend bool operator==(const Tree&, const Tree&) = default;
};

struct Renamed {
  std::string email;
  int years = 0;
  int* cache = nullptr;
};

struct Nothing {};
struct Only {
  std::optional<int> value;
};
struct WithSid {
  aurora::Uuid _sid;
  std::string name;
};

}  // namespace shop

template <>
struct aurora::binding<shop::Renamed> {
  static constexpr std::array names{"mail", "age", ""};
};

namespace aurora {
namespace {

using namespace shop;
using test::document_of;
using test::thrown;

static_assert(bindable<Customer> && bindable<Kinds> && bindable<Tree> && bindable<Nothing> &&
              bindable<Renamed>);
static_assert(!bindable<int> && !bindable<std::string> && !bindable<const char*> &&
              !bindable<Value>);
static_assert(!bindable<Object> && !bindable<List> && !bindable<Uuid> && !bindable<Date> &&
              !bindable<DateTime>);
static_assert(!bindable<Document> && !bindable<std::vector<Customer>> &&
              !bindable<std::optional<Customer>>);
static_assert(!bindable<std::map<std::string, int>> && !bindable<std::array<int, 2>> &&
              !bindable<std::pair<int, int>>);
static_assert(!bindable<nlohmann::json> && !bindable<nlohmann::ordered_json>);

// The struct by each way in and out.
template <class T>
void check_round_trip(const T& object) {
  for (const Unset unset : {Unset::kOmit, Unset::kNull}) {
    const Object fields = to_object(object, unset);
    INFO(to_json(Value(fields)));
    CHECK(from_object<T>(fields) == object);
    const Document document = document_of(fields);
    CHECK(document.as<T>() == object);
    CHECK(from_document<T>(document) == object);
  }
}

TEST_CASE("bind: a struct comes back as it went in", "[bind]") {
  check_round_trip(Customer{});
  Customer customer{"a@x.io",        -5, false, 2.5, "", {"Rue 1", 75001}, {{"A", {}}, {"B", 2}},
                    Address{"C", 3}, {}, {},    {}};
  customer.tags = {"x", "", "z"};
  customer.counts = {{"a", 1}, {"", 2}, {"b.c", 3}};
  customer.places = {{"home", {"D", 4}}, {"work", {"E", {}}}};
  check_round_trip(customer);
  check_round_trip(Tree{"root", {{"left", {{"leaf", {}}}}, {"right", {}}}});
}

TEST_CASE("bind: fields are the members, in their order", "[bind]") {
  Customer customer;
  customer.email = "a@x.io";
  customer.address.street = "S";
  customer.tags = {"t"};
  CHECK(to_json(Value(to_object(customer))) ==
        R"({"email":"a@x.io","age":0,"active":true,"score":0.0,"address":{"street":"S"},)"
        R"("others":[],"tags":["t"],)"
        R"("counts":{},"places":{}})");
  CHECK(to_json(Value(to_object(customer, Unset::kNull))) ==
        R"({"email":"a@x.io","age":0,"active":true,"score":0.0,"nick":null,)"
        R"("address":{"street":"S","zip":null},)"
        R"("others":[],"billing":null,"tags":["t"],"counts":{},"places":{}})");
  CHECK(to_object(Nothing{}).empty());
}

TEST_CASE("bind: every kind of value has its member", "[bind]") {
  using namespace std::chrono_literals;
  Kinds in;
  in.flag = true;
  in.small = -128;
  in.large = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  in.real = 1.5F;
  in.uuid = test::kSid;
  in.date = Date{-1};
  in.time = Time{123};
  in.date_time = DateTime(-62'135'596'800'000'000);
  in.when = std::chrono::system_clock::time_point(1'769'860'800'123'456us);
  in.any = Value(Object{{"deep", List{1, "x"}}});
  in.object = Object{{"k", nullptr}};
  in.list = List{1, nullptr, "x"};
  in.bits = {true, false};
  in.gaps = {1, std::nullopt, 3};
  in.rows = {{1, 2}, {}, {3}};
  const Object fields = to_object(in);
  CHECK(fields.find("uuid")->type() == Type::kUuid);
  CHECK(*fields.find("when") == Value(DateTime(1'769'860'800'123'456)));
  for (const Kinds& out : {from_object<Kinds>(fields), document_of(fields).as<Kinds>()}) {
    CHECK(to_object(out).size() == fields.size());
    CHECK(Value(to_object(out)) == Value(fields));
    CHECK(out.when == in.when);
    CHECK(out.bits == in.bits);
    CHECK(out.gaps == in.gaps);
    CHECK(out.rows == in.rows);
    CHECK(out.small == -128);
  }
}

TEST_CASE("bind: null or absent empties what can be empty, whatever its default", "[bind]") {
  struct Defaults {
    std::optional<int> maybe = 5;
    std::vector<int> list = {1};
    std::map<std::string, int> map = {{"a", 1}};
    Value value = Value(7);
    Object object = Object{{"x", 1}};
  };
  for (const Object& fields : {Object{}, Object{{"maybe", nullptr},
                                                {"list", nullptr},
                                                {"map", nullptr},
                                                {"value", nullptr},
                                                {"object", nullptr}}}) {
    const auto read = from_object<Defaults>(fields);
    CHECK_FALSE(read.maybe);
    CHECK(read.list.empty());
    CHECK(read.map.empty());
    CHECK(read.value.is_null());
    CHECK(read.object.empty());
  }
  CHECK_FALSE(document_of(Object{{"unrelated", 1}}).as<Only>().value);
}

TEST_CASE("bind: a field that does not fit is named with its path", "[bind]") {
  const auto good = to_object(Customer());
  const auto message = [&](std::string_view name, Value value) {
    Object fields = good;
    fields[name] = std::move(value);
    const auto viewed = thrown([&] { (void)document_of(fields).as<Customer>(); });
    CHECK(thrown([&] { (void)from_object<Customer>(fields); }) == viewed);
    return viewed;
  };
  CHECK(message("email", Value("b")).empty());
  CHECK(message("age", Value()) ==
        "TypeError: field 'age' is null, but member 'age' of Customer cannot be");
  CHECK(message("age", Value("7")) == "TypeError: field 'age': expected Int, found String");
  CHECK(message("age", Value(7.0)) == "TypeError: field 'age': expected Int, found Float");
  CHECK(message("email", Value(List{})) == "TypeError: field 'email': expected String, found List");
  CHECK(message("nick", Value(1)) == "TypeError: field 'nick': expected String, found Int");
  CHECK(message("tags", Value("x")) == "TypeError: field 'tags': expected List, found String");
  CHECK(message("tags", Value(List{"a", nullptr})) ==
        "TypeError: field 'tags[1]': expected String, found Null");
  CHECK(message("address", Value()) ==
        "TypeError: field 'address' is null, but member 'address' of Customer cannot be");
  CHECK(message("address", Value("x")) ==
        "TypeError: field 'address': expected Object, found String");
  CHECK(message("address", Value(Object{})) ==
        "TypeError: field 'address.street' is null, but member 'street' of Address cannot be");
  CHECK(message("address", Value(Object{{"street", "S"}, {"zip", std::int64_t{1} << 40}})) ==
        "TypeError: field 'address.zip': the number 1099511627776 is outside the range of the type "
        "asked for");
  CHECK(message("others", Value(List{Object{{"street", "A"}}, Object{{"zip", 1}}})) ==
        "TypeError: field 'others[1].street' is null, but member 'street' of Address cannot be");
  CHECK(message("billing", Value(List{})) ==
        "TypeError: field 'billing': expected Object, found List");
  CHECK(message("counts", Value(Object{{"a", 1}, {"b", "x"}})) ==
        "TypeError: field 'counts.b': expected Int, found String");
  CHECK(message("counts", Value(List{})) ==
        "TypeError: field 'counts': expected Object, found List");
  CHECK(message("places", Value(Object{{"home", Object{{"street", 1}}}})) ==
        "TypeError: field 'places.home.street': expected String, found Int");
  CHECK(thrown([] { (void)Document().as<Only>(); }) == "TypeError: there is no document to read");
}

TEST_CASE("bind: numbers and times keep within their range", "[bind]") {
  struct Wide {
    std::vector<std::uint64_t> numbers;
  };
  CHECK(thrown([] {
          (void)to_object(Wide{{1, std::numeric_limits<std::uint64_t>::max()}});
        }) ==
        "TypeError: field 'numbers[1]': the number 18446744073709551615 is outside the range of "
        "the type asked for");
  struct Clock {
    std::chrono::system_clock::time_point at;
  };
  CHECK(thrown([] {
          (void)from_object<Clock>(Object{{"at", DateTime(253'402'300'799'999'999)}});
        }) ==
        "TypeError: field 'at': the DateTime 9999-12-31T23:59:59.999999Z is outside the range of "
        "the system clock");
  CHECK(from_object<Clock>(Object{{"at", DateTime(-1)}}).at.time_since_epoch() ==
        std::chrono::microseconds(-1));
  struct Narrow {
    std::uint8_t byte = 0;
    float real = 0;
  };
  CHECK(from_object<Narrow>(Object{{"byte", 255}, {"real", 2}}).real == 2.0F);
  CHECK_FALSE(thrown([] {
                (void)from_object<Narrow>(Object{{"byte", 256}, {"real", 2}});
              }).empty());
  CHECK_FALSE(thrown([] { (void)from_object<Narrow>(Object{{"byte", -1}, {"real", 2}}); }).empty());
  CHECK_FALSE(thrown([] {
                (void)from_object<Narrow>(Object{{"byte", 1}, {"real", 1e300}});
              }).empty());
}

TEST_CASE("bind: fields can be renamed and members left out", "[bind]") {
  int cached = 0;
  const Object fields = to_object(Renamed{"a@x.io", 30, &cached});
  CHECK(to_json(Value(fields)) == R"({"mail":"a@x.io","age":30})");
  const auto read = document_of(fields).as<Renamed>();
  CHECK(read.email == "a@x.io");
  CHECK(read.years == 30);
  CHECK(read.cache == nullptr);
  CHECK(thrown([] {
          (void)from_object<Renamed>(Object{{"mail", "a"}});
        }) == "TypeError: field 'age' is null, but member 'age' of Renamed cannot be");
}

TEST_CASE("bind: the system id is read and never written", "[bind]") {
  const Document document = document_of(test::collection_of({"name"}), Object{{"name", "Ada"}});
  const auto read = document.as<WithSid>();
  CHECK(read._sid == test::kSid);
  CHECK(to_json(Value(to_object(read))) == R"({"name":"Ada"})");
}

TEST_CASE("bind: a name with a dot in a map is a name", "[bind]") {
  struct Dotted {
    std::map<std::string, int> values;
  };
  const Dotted in{{{"a.b", 1}}};
  CHECK(document_of(to_object(in)).as<Dotted>().values == in.values);
}

}  // namespace
}  // namespace aurora
