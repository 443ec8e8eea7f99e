// Tests of what is known of an aggregate at compile time: count, order and names of its members.
// Most of it is static_assert; running shows that the references are the members.
#include <aurora/bind_members.hpp>
#include <aurora/value.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace aurora::detail {
namespace named {

struct Point {
  double x = 0, y = 0;
};

}  // namespace named

namespace {

struct M0 {};
struct M1 {
  int first;
};
struct M2 : decltype([] {}) {
  int first;
};
struct M8 {
  int a, b, c, d, e, f, g, h;
};
struct M9 {
  int a, b, c, d, e, f, g, h, i;
};
struct M20 {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, last_of_20;
};
struct M33 {
  M8 a, b, c;
  M9 d;
  std::string e1, e2, e3, e4, e5, e6, e7, e8, f1, f2, f3, f4, f5, f6, f7, f8, g1, g2, g3, g4, g5,
      g6, g7, g8, h1, h2, h3, h4, h5;
};
struct M64 {
  char a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8, c1, c2, c3, c4, c5, c6, c7,
      c8, d1, d2, d3, d4, d5, d6, d7, d8, e1, e2, e3, e4, e5, e6, e7, e8, f1, f2, f3, f4, f5, f6,
      f7, f8, g1, g2, g3, g4, g5, g6, g7, g8, h1, h2, h3, h4, h5, h6, h7, h8;
};
struct M65 {
  M64 all;
  char a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8, c1, c2, c3, c4, c5, c6, c7,
      c8, d1, d2, d3, d4, d5, d6, d7, d8, e1, e2, e3, e4, e5, e6, e7, e8, f1, f2, f3, f4, f5, f6,
      f7, f8, g1, g2, g3, g4, g5, g6, g7, g8, h1, h2, h3, h4, h5, h6, h7, h8;
};

struct Hard {
  std::optional<int> maybe;
  std::optional<std::vector<std::string>> maybe_list;
  std::vector<bool> flags;
  std::map<std::string, named::Point> points;
  std::unordered_map<std::string, std::optional<named::Point>> more;
  std::chrono::system_clock::time_point when;
  Value value;
  Object object;
  List list;
  Uuid uuid;
  DateTime date_time;
  std::optional<Value> maybe_value;
  std::unique_ptr<Hard> next;
  std::function<void()> call;
  named::Point point = {1, 2};
  const char* text = "default";
  std::array<int, 3> three;
  std::string _sid;
  bool Trailing_9_;
};
struct Node {
  std::string name;
  std::vector<Node> children;
  std::optional<std::vector<Node>> more;
  std::map<std::string, Node> by_name;
};
struct Array {
  int before;
  char text[8];
  int behind;
};
struct ArrayLast {
  std::vector<int> before;
  int numbers[2];
};
struct ArrayFirst {
  std::string names[3];
  std::string other;
};
struct LongArray {
  char text[200];
};
template <class T>
struct Box {
  T content;
};

static_assert(kMemberCount<M0> == 0 && kMemberCount<M1> == 1 && kMemberCount<M8> == 8 &&
              kMemberCount<M9> == 9);
static_assert(kMemberCount<M20> == 20 && kMemberCount<M33> == 33 && kMemberCount<M64> == 64);
static_assert(kMemberCount<M65> > kMostMembers);
static_assert(kMemberCount<Hard> == 19);
static_assert(kMemberCount<Node> == 4);
static_assert(kMemberCount<Box<std::string>> == 1);
static_assert(kHasBase<M2> && !kHasBase<M1> && !kHasBase<Hard> && !kHasBase<M0>);
static_assert(kHasArray<Array> && kHasArray<ArrayLast> && kHasArray<ArrayFirst> &&
              kHasArray<LongArray>);
static_assert(!kHasArray<Hard> && !kHasArray<M33> && !kHasArray<M64> && !kHasArray<M65> &&
              !kHasArray<Node>);

template <class T>
constexpr auto kNames = member_names<T>(std::make_index_sequence<kMemberCount<T>>());

static_assert(kNames<M1>[0] == "first");
static_assert(kNames<M20>[0] == "a" && kNames<M20>[19] == "last_of_20");
static_assert(kNames<M33>[0] == "a" && kNames<M33>[32] == "h5" && kNames<M64>[63] == "h8");
static_assert(kNames<Hard>[0] == "maybe" && kNames<Hard>[3] == "points" &&
              kNames<Hard>[14] == "point");
static_assert(kNames<Hard>[17] == "_sid" && kNames<Hard>[18] == "Trailing_9_");
static_assert(kNames<named::Point>[1] == "y");
static_assert(kNames<Node>[1] == "children");
static_assert(kNames<Box<named::Point>>[0] == "content");

static_assert(type_name<named::Point>() == "Point" && type_name<M1>() == "M1");
static_assert(type_name<Box<int>>().find("Box<int>") != std::string_view::npos);

static_assert(last_identifier("").empty() && last_identifier("&)}]").empty());
static_assert(last_identifier("a.b_1)}") == "b_1");
static_assert(last_identifier("x::gr\xC3\xB6sse)") == "gr\xC3\xB6sse");

template <class T>
std::vector<const void*> addresses(T& object) {
  return Tie<kMemberCount<T>>::with(object, [](const auto&... member) {
    return std::vector<const void*>{std::addressof(member)...};
  });
}

TEST_CASE("Members: references in declared order, const for a const object", "[bind]") {
  M20 many{};
  const auto at = addresses(many);
  REQUIRE(at.size() == 20);
  CHECK(at.front() == &many.a);
  CHECK(at[7] == &many.h);
  CHECK(at[8] == &many.i);
  CHECK(at.back() == &many.last_of_20);

  M33 big{};
  CHECK(addresses(big)[32] == &big.h5);
  M64 most{};
  for (std::size_t i = 0; i < 64; ++i) CHECK(addresses(most)[i] == &most.a1 + i);
  CHECK(addresses(std::as_const(many)) == at);
  Tie<1>::with(std::as_const(*std::make_unique<M1>()),
               [](auto& member) { static_assert(std::is_same_v<decltype(member), const int&>); });
}

TEST_CASE("Members: a struct of a function has names too", "[bind]") {
  struct Local {
    int number;
    std::string text;
  };
  static_assert(kNames<Local>[0] == "number" && kNames<Local>[1] == "text");
  static_assert(type_name<Local>() == "Local");
  Local local{1, "x"};
  CHECK(addresses(local) == std::vector<const void*>{&local.number, &local.text});
}

}  // namespace
}  // namespace aurora::detail
