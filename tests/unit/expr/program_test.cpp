// Compiling and evaluating: operators, laziness, null rules, templates, arguments, refusals.
#include "support.hpp"

using namespace aurora;
using namespace aurora::expr;
using namespace aurora::expr::test;

TEST_CASE("arithmetic keeps Ints exact", "[expr]") {
  CHECK(run("n + q * 2") == "13");
  CHECK(run("(n + q) * 2") == "20");
  CHECK(run("n - q - 1") == "3");
  CHECK(run("n % q") == "1");
  CHECK(run("-n % q") == "-1");
  CHECK(run("f % 2") == "0.5");
  CHECK(run("6 / 3") == "2");
  CHECK(run("7 / 2") == "3.5");
  CHECK(run("f / 2") == "1.25");
  CHECK(run("n + f") == "9.5");
  CHECK(run("-q") == "-3");
  CHECK(run("- f") == "-2.5");
  CHECK(run("9223372036854775806 + 1") == "9223372036854775807");
}

TEST_CASE("what does not fit is a TypeError", "[expr]") {
  CHECK(run("n + 9223372036854775807") == "TypeError 0: '+': the result does not fit an Int");
  CHECK(run("n * 9223372036854775807").starts_with("TypeError"));
  CHECK(run("-9223372036854775808 - 1").starts_with("TypeError"));
  CHECK(run("- -9223372036854775808").starts_with("TypeError"));
  CHECK(run("-9223372036854775808 / -1").starts_with("TypeError"));
  CHECK(run("-9223372036854775808 % -1") == "0");
  CHECK(run("1e308 * 10") == "TypeError 0: '*': the result is not a finite number");
  CHECK(run("s + 1") ==
        "TypeError 0: '+' takes numbers (concat joins texts), found a String: \"Blue Wave\"");
  CHECK(run("1 + \"x\"").find("concat") != std::string::npos);
  CHECK(run("yes * 2") == "TypeError 0: '*' takes numbers, found a Boolean: true");
}

TEST_CASE("division and remainder by zero are null", "[expr]") {
  for (const auto* text :
       {"n / 0", "n % 0", "f / 0", "f % 0.0", "0 / 0", "divide(n, 0)", "mod(n, 0)"})
    CHECK(run(text) == "null");
}

TEST_CASE("comparisons", "[expr]") {
  CHECK(run("q == 3.0") == "true");
  CHECK(run("q != 3") == "false");
  CHECK(run("q < n") == "true");
  CHECK(run("s > \"Blue\"") == "true");
  CHECK(run("s >= s") == "true");
  CHECK(run("s < 1") == "false");
  CHECK(run("s == 1") == "false");
  CHECK(run("s != 1") == "true");
  CHECK(run("nums == [5, 1, 3, 1]") == "true");
  CHECK(run("at > \"2026-01-01T00:00:00Z\"") == "true");
  CHECK(run("\"now\" < at") == "true");
  CHECK(run("day == \"2024-02-29\"") == "true");
  CHECK(run("time > \"12:00:00\"") == "true");
  CHECK(run("day < \"now\"") == "true");
  CHECK(run("time > \"now\"") == "true");
  CHECK(run("id == \"00000000-0000-7000-8000-00000000000A\"") == "true");
  CHECK(run("at > \"soon\"") == "TypeError 0: '>': the text \"soon\" is no DateTime");
}

TEST_CASE("null in comparisons and conditions", "[expr]") {
  CHECK(run("none == null") == "true");
  CHECK(run("none != null") == "false");
  CHECK(run("none == 0") == "false");
  CHECK(run("none != 0") == "true");
  for (const auto* text : {"none < 1", "none > 1", "none <= none", "none >= none", "1 > none"})
    CHECK(run(text) == "false");
  CHECK(run("none ? 1 : 2") == "2");
  CHECK(run("none && true") == "false");
  CHECK(run("none || true") == "true");
  CHECK(run("!none") == "true");
  CHECK(run("n && true") == "TypeError 0: '&&' takes true or false, found an Int: 7");
  CHECK(run("s ? 1 : 2").starts_with("TypeError"));
}

TEST_CASE("null in, null out", "[expr]") {
  for (const auto* text :
       {"none + 1", "none * none", "-none", "uppercase(none)", "concat(s, none)", "round(f, none)",
        "none | length", "sum(none)", "year(none)", "toString(none)", "none + s"})
    CHECK(run(text) == "null");
}

TEST_CASE("what is not needed is not evaluated", "[expr]") {
  const auto reads = [](std::string_view text) {
    Document document(sample());
    REQUIRE(evaluated(text, document).has_value());
    return document.reads;
  };
  CHECK(reads("yes || n == q") == 1);
  CHECK(reads("no && n == q") == 1);
  CHECK(reads("yes ? n : q + f") == 2);
  CHECK(reads("if(no, n + f, q)") == 2);
  CHECK(reads("coalesce(n, q, f)") == 1);
  CHECK(run("q == 3 ? \"ok\" : n + s") == "\"ok\"");
  CHECK(run("and(no, n + s)") == "false");
  CHECK(run("or(yes, n + s)") == "true");
}

TEST_CASE("templates join texts and render null as nothing", "[expr]") {
  CHECK(run("${s} in ${addr.city}!") == "\"Blue Wave in Delft!\"");
  CHECK(run("<${none}>${n}|${f}|${yes}|${at}|${day}") ==
        "\"<>7|2.5|true|2026-03-09T08:07:06.25Z|2024-02-29\"");
  CHECK(run("${nums}") == "\"[5,1,3,1]\"");
  CHECK(run("${s | uppercase}: ${n > 5 ? \"many\" : \"few\"}") == "\"BLUE WAVE: many\"");
}

TEST_CASE("variables are data", "[expr]") {
  CHECK(run("concat(s, $v)", {{"v", " ${n}"}}) == "\"Blue Wave ${n}\"");
  CHECK(run("n * $k", {{"k", 2.0}}) == "14.0");
  CHECK(run("n * $k") == "null");
}

TEST_CASE("arguments by place and by name", "[expr]") {
  CHECK(run("truncate(s, 4, suffix: \"…\")") == "\"Blue…\"");
  CHECK(run("s | truncate(suffix: \"!\", length: 4)") == "\"Blue!\"");
  CHECK(run("substring(text: s, start: 5, length: 4)") == "\"Wave\"");
  CHECK(refusal("uppercas(s)") == "0: unknown function 'uppercas'; did you mean 'uppercase'?");
  CHECK(refusal("s | qqq") == "4: unknown function 'qqq'");
  CHECK(refusal("uppercase(s, s)") ==
        "0: function 'uppercase' takes 1 argument, found 2: uppercase(text)");
  CHECK(refusal("sqrt()") == "0: function 'sqrt' takes 1 argument, found 0: sqrt(value)");
  CHECK(refusal("concat()") ==
        "0: function 'concat' takes at least 1 argument, found 0: concat(text, …)");
  CHECK(refusal("round(f, 1, 2)") ==
        "0: function 'round' takes 1 to 2 arguments, found 3: round(value[, decimals])");
  CHECK(refusal("now(1)") == "0: function 'now' takes 0 arguments, found 1: now()");
  CHECK(refusal("s | truncate(lenght: 3)") ==
        "13: unknown argument 'lenght' of function 'truncate'; did you mean 'length'?: "
        "truncate(text, length[, suffix])");
  CHECK(refusal("truncate(s, 3, length: 4)").find("is given twice") != std::string::npos);
  CHECK(refusal("truncate(s, suffix: \"x\")").find("lacks the argument 'length'") !=
        std::string::npos);
  CHECK(refusal("if(yes, 1)").find("takes 3 arguments, found 2") != std::string::npos);
  CHECK(refusal("n + nosuch") == "4: unknown field 'nosuch'");
}

TEST_CASE("a program tells what it reads", "[expr]") {
  Document document(sample());
  const auto program = Program::compile(*aql::parse_expression("$a + n * $b + $a"), document);
  REQUIRE(program.has_value());
  CHECK(program->variables() == std::vector<std::string>{"a", "b"});
  CHECK(program->slots() == std::vector<Slot>{0});
  CHECK_FALSE(program->uses_now());
  CHECK(Program::compile(*aql::parse_expression("year(now()) - 1"), document)->uses_now());
}

TEST_CASE("texts stay within their limit", "[expr]") {
  CHECK(run("padStart(s, 9000000000000000000)").starts_with("LimitExceeded"));
  CHECK(run("padEnd(s, 17000000, \"ab\")").starts_with("LimitExceeded"));
  CHECK(run("padEnd(s, 1000000, \"ab\") | replace(\"a\", padEnd(s, 1000))")
            .starts_with("LimitExceeded"));
}
