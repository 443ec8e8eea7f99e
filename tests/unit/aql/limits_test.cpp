// Each limit at L-1, L and L+1, and hostile texts that must stay cheap.
#include "support.hpp"

#include <chrono>

using namespace aurora;
using namespace aurora::aql;
using namespace aurora::aql::test;

namespace {

std::string repeat(std::string_view part, std::size_t count) {
  std::string out;
  out.reserve(part.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += part;
  return out;
}

/// Accepted at L-1 and L, LimitExceeded naming `limit` at L+1, where make(n) is a text of size n.
template <class Make>
void check_limit(std::size_t most, std::string_view limit, const Limits& limits, Make make) {
  for (const std::size_t size : {most - 1, most}) {
    INFO("limit " << limit << " size " << size);
    const auto document = parse(make(size), limits);
    if (!document) FAIL(document.error().what());
  }
  const Error error = failure(make(most + 1), limits);
  CHECK(error.code() == ErrorCode::kLimitExceeded);
  CHECK(error.message().find("'" + std::string(limit) + "'") != std::string::npos);
  CHECK(error.message().find(std::to_string(most)) != std::string::npos);
}

}  // namespace

TEST_CASE("limit: length of a text", "[aql][limits]") {
  check_limit(200, "text_bytes", {.text_bytes = 200},
              [](std::size_t n) { return "{ a }" + std::string(n - 5, ' '); });
  CHECK(parse("{ a }" + std::string((1u << 20) - 5, '\n')));
  CHECK(failure("{ a }" + std::string((1u << 20) - 4, '\n')).code() == ErrorCode::kLimitExceeded);
}

TEST_CASE("limit: nesting, whatever the bracket", "[aql][limits]") {
  const auto nested = [](std::string head, std::string_view open, std::string middle,
                         std::string_view close, std::string tail, std::size_t outside) {
    return [=](std::size_t n) {
      return head + repeat(open, n - outside) + middle + repeat(close, n - outside) + tail;
    };
  };
  check_limit(64, "depth", {}, nested("", "{ a ", "", "}", "", 0));
  check_limit(64, "depth", {}, nested("{ a(x: ", "[", "", "]", ") }", 2));
  check_limit(64, "depth", {}, nested("{ a(x: ", "{b: ", "1", "}", ") }", 2));
  check_limit(64, "depth", {}, nested("{ a { x: ", "(", "1", ")", "} }", 2));
  check_limit(64, "depth", {}, nested("{ a { x: ", "f(1, ", "1", ")", "} }", 2));
  check_limit(64, "depth", {}, nested("{ a { x: ", "[", "1", "]", "} }", 2));
  check_limit(64, "depth", {}, nested("{ a ", "{ ... ", "{ b }", "}", "}", 2));
  check_limit(64, "depth", {}, nested("query($a: ", "[", "Int", "]", ") { t(x: $a) }", 1));
  check_limit(64, "depth", {},
              nested("schema { define collection c { a: ", "{ b: ", "Int", "}", "} }", 2));
  check_limit(5, "depth", {.depth = 5}, nested("", "{ a ", "", "}", "", 0));
  check_limit(10, "depth", {.depth = 10},
              nested("mutation { ", "transaction { ", "insert(a: 1)", "}", "}", 2));
}

TEST_CASE("limit: a template's expression is a level too", "[aql][limits]") {
  CHECK(parse("{ a { x: \"${(b)}\" } }", {.depth = 4}));
  CHECK(failure("{ a { x: \"${((b))}\" } }", {.depth = 4}).code() == ErrorCode::kLimitExceeded);
}

TEST_CASE("limit: nesting counts through fragments", "[aql][limits]") {
  const auto chain = [](std::size_t n) {  // n brackets: operation 2, each fragment 1
    std::string text = "{ t { ...f0 } }";
    for (std::size_t i = 0; i + 2 < n; ++i)
      text += " fragment f" + std::to_string(i) + " on t { " +
              (i + 3 < n ? "...f" + std::to_string(i + 1) : "x") + " }";
    return text;
  };
  check_limit(64, "depth", {}, chain);
  const Error deep = failure(chain(5000));
  CHECK(deep.code() == ErrorCode::kLimitExceeded);
}

TEST_CASE("limit: operators in a chain", "[aql][limits]") {
  const auto accepts = [](const std::string& text) { return parse("{ a { x: " + text + " } }"); };
  const auto refused = [&](const std::string& text) {
    const auto document = accepts(text);
    REQUIRE_FALSE(document);
    return document.error().code() == ErrorCode::kLimitExceeded;
  };
  CHECK(accepts("b" + repeat(" + b", 256)));
  CHECK(refused("b" + repeat(" + b", 257)));
  CHECK(accepts("b" + repeat(" | f", 256)));
  CHECK(refused("b" + repeat(" | f", 257)));
  CHECK(accepts(repeat("!", 255) + "b"));
  CHECK(refused(repeat("!", 257) + "b"));
  CHECK(accepts(repeat("- ", 255) + "b"));
  CHECK(refused(repeat("- ", 257) + "b"));
  CHECK(accepts(repeat("b ? c : ", 255) + "d"));
  CHECK(refused(repeat("b ? c : ", 257) + "d"));
  CHECK(refused(repeat("b ? ", 257) + "c" + repeat(" : d", 257)));
  CHECK(refused("\"${" + repeat("!", 300) + "b}\""));
}

TEST_CASE("limit: selections", "[aql][limits]") {
  check_limit(10'000, "selections", {}, [](std::size_t n) {
    std::string text = "{ t {";
    for (std::size_t i = 1; i < n; ++i) text += " f" + std::to_string(i);
    return text + "} }";
  });
  // t, a, b and t2, three spreads of nine fields each, and what is left.
  check_limit(60, "selections", {.selections = 60}, [](std::size_t n) {
    std::string text =
        "{ t { ...F a { ...F } b { ...F } } } fragment F on t { f1 f2 f3 f4 f5 f6 f7 f8 f9 } { t2: "
        "t {";
    for (std::size_t i = 0; i < n - 34; ++i) text += " g" + std::to_string(i);
    return text + "} }";
  });
}

TEST_CASE("limit: a fragment bomb is counted, not laid out", "[aql][limits]") {
  std::string text = "{ t { ...f0 } }";
  for (int i = 0; i < 50; ++i) {
    const std::string next = "...f" + std::to_string(i + 1);
    text += " fragment f" + std::to_string(i) + " on t { " + next + " a { " + next + " } " + next +
            " }";
  }
  text += " fragment f50 on t { x }";
  const auto start = std::chrono::steady_clock::now();
  const Error error = failure(text, {.depth = 1000});
  CHECK(error.code() == ErrorCode::kLimitExceeded);
  CHECK(error.message().find("'selections'") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  // Nobody uses this one, so it costs nothing.
  CHECK(parse("{ t }" + text.substr(text.find(" fragment")), {.depth = 1000}));
}

TEST_CASE("limit: elements of lists and objects", "[aql][limits]") {
  const Limits limits{.list_length = 50};
  check_limit(50, "list_length", limits,
              [](std::size_t n) { return "{ a(x: [" + repeat("1 ", n) + "]) }"; });
  check_limit(50, "list_length", limits,
              [](std::size_t n) { return "{ a { x: [" + repeat("1 ", n) + "] } }"; });
  check_limit(50, "list_length", limits,
              [](std::size_t n) { return "{ a { x: f(" + repeat("1 ", n) + ") } }"; });
  check_limit(50, "list_length", limits, [](std::size_t n) {
    std::string text = "{ a(x: {";
    for (std::size_t i = 0; i < n; ++i) text += "k" + std::to_string(i) + ": 1 ";
    return text + "}) }";
  });
  check_limit(50, "list_length", limits, [](std::size_t n) {
    std::string text = "{ a(";
    for (std::size_t i = 0; i < n; ++i) text += "k" + std::to_string(i) + ": 1 ";
    return text + ") }";
  });
  CHECK(parse("{ a(x: [" + repeat("1,", 100'000) + "]) }"));
  CHECK(failure("{ a(x: [" + repeat("1,", 100'001) + "]) }").code() == ErrorCode::kLimitExceeded);
}

TEST_CASE("limit: repeating the head of a cut up mutation", "[aql][limits]") {
  std::string text =
      "mutation($x: String = \"" + std::string(2000, 'x') + "\") { a: insert(x: $x) ";
  for (int i = 0; i < 2000; ++i)
    text += "schema { drop collection c } b" + std::to_string(i) + ": insert(x: 1) ";
  const Error error = failure(text + "}");
  CHECK(error.code() == ErrorCode::kLimitExceeded);
  CHECK(error.message().find("'text_bytes'") != std::string::npos);
}

TEST_CASE("hostile texts cost linear time", "[aql][limits]") {
  constexpr std::size_t kBytes = (1u << 20) - 100;
  const std::string_view parts[][2] = {
      {"{ a(x: ", "["},
      {"{ a { x: ", "("},
      {"{ a { x: ", "!"},
      {"{ a { x: ", "- "},
      {"{ a { x: ", "b?c:"},
      {"{ a { x: ", "b?"},
      {"{ a { x: b", "+b"},
      {"{ a { x: b", "|f"},
      {"{ a { x: b", ".b"},
      {"{ a(x: ", "\"\"\""},
      {"{ a(x: \"\"\"", "\n "},
      {"{ a(x: \"\"\"", "\\\"\"\""},
      {"{ a(x: \"", "\\u0041"},
      {"{ a(x: \"", "\\\\"},
      {"{ a", ","},
      {"{ a", "#\r"},
      {"{ a { ", "a:b "},
      {"", "{a}"},
      {"{ a { x: \"", "${b}"},
      {"{ a { x: \"\"\"", "${f(\""},
      {"{ a(x: {", "b:1 "},
      {"{ a { x: f(y + 1, ", "c:1 "},
      {"{ a { x: f(", "c:d "},
      {"query(", "$a:T "},
      {"query($a: ", "["},
      {"schema { define collection c {", "a:T "},
      {"mutation { ", "schema { drop collection c }"},
      {"{ a ", "@x"},
      {"{ a(x: ", "9"},
      {"{ a(x: 0.", "9"},
      {"{ a(x: 1e", "9"},
      {"{ a { ", "...F "},
      {"{ a { ", "...{"},
      {"", "fragment F on c{x}"},
      {"{ a { x: f(", "g("},
      {"{ a { x: f(b:", "g(c:"},
      {"{ a { x: a", "\t"},
  };
  for (const auto& [head, part] : parts) {
    INFO("head " << head << " part " << part);
    const std::string text = std::string(head) + repeat(part, (kBytes - head.size()) / part.size());
    const auto start = std::chrono::steady_clock::now();
    const auto document = parse(text);
    CHECK_FALSE(document);
    // Generous: with sanitizers and on a busy machine; quadratic work would take minutes.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  }
}
