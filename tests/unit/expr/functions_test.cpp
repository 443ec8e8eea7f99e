// Every function, family by family.
#include "support.hpp"

#include <cmath>
#include <random>

using namespace aurora;
using namespace aurora::expr;
using namespace aurora::expr::test;

TEST_CASE("string functions", "[expr]") {
  CHECK(run("uppercase(\"straße ŉ ﬁ éλ\")") == "\"STRASSE ʼN FI ÉΛ\"");
  CHECK(run("lowercase(\"ÉCOLE İΣΑΣ\")") == "\"école i̇σας\"");
  CHECK(run("trim(\" \\t\\u00a0x y\\u2003\\n\")") == "\"x y\"");
  CHECK(run("trim(\"  \")") == "\"\"");
  CHECK(run("truncate(\"måke\", 2)") == "\"må\"");
  CHECK(run("truncate(\"måke\", 4, suffix: \"…\")") == "\"måke\"");
  CHECK(run("truncate(\"måke\", 0, \"…\")") == "\"…\"");
  CHECK(run("truncate(s, -1)").starts_with("TypeError"));
  CHECK(run("concat(s, \"-\", n, \"-\", yes)") == "\"Blue Wave-7-true\"");
  CHECK(run("concat(tags)").starts_with("TypeError"));
  CHECK(run("replace(s, \"e\", \"33\")") == "\"Blu33 Wav33\"");
  CHECK(run("replace(s, \"\", \"x\")") == "\"Blue Wave\"");
  CHECK(run("replace(\"aaa\", \"aa\", \"b\")") == "\"ba\"");
  CHECK(run("substring(\"måke\", 1, 2)") == "\"åk\"");
  CHECK(run("substring(\"måke\", 2)") == "\"ke\"");
  CHECK(run("substring(\"måke\", 9, 2)") == "\"\"");
  CHECK(run("substring(\"måke\", 1, 99)") == "\"åke\"");
  CHECK(run("length(\"måke\")") == "4");
  CHECK(run("length(n)") == "TypeError 0: 'length' takes a String as 'text', found an Int: 7");
  CHECK(run("split(\"p,q,,r\", \",\")") == R"(["p","q","","r"])");
  CHECK(run("split(\"åb\", \"\")") == R"(["å","b"])");
  CHECK(run("split(\"\", \",\")") == R"([""])");
  CHECK(run("join(tags, \"+\")") == "\"sea+sky\"");
  CHECK(run("join([1, none, \"x\"])") == "\"1,x\"");
  CHECK(run("join([[1]], \"\")").starts_with("TypeError"));
  CHECK(run("startsWith(s, \"Bl\")") == "true");
  CHECK(run("endsWith(s, \"x\")") == "false");
  CHECK(run("contains(s, \"e W\")") == "true");
  CHECK(run("contains(tags, \"sky\")") == "true");
  CHECK(run("contains(nums, 3.0)") == "true");
  CHECK(run("padStart(\"7\", 3, \"0\")") == "\"007\"");
  CHECK(run("padStart(\"7\", 4, \"ab\")") == "\"aba7\"");
  CHECK(run("padStart(\"é\", 3)") == "\"  é\"");
  CHECK(run("padEnd(\"ab\", 4, \".\")") == "\"ab..\"");
  CHECK(run("padEnd(\"abcd\", 2, \".\")") == "\"abcd\"");
  CHECK(run("padEnd(\"ab\", 4, \"\")") == "\"ab\"");
  CHECK(run("slug(\"  Blue Wave, North! \")") == "\"blue-wave-north\"");
  CHECK(run("slug(\"Crème brûlée № 5 – Straße\")") == "\"creme-brulee-no-5-strasse\"");
}

TEST_CASE("math functions", "[expr]") {
  CHECK(run("add(q, 0.5)") == "3.5");
  CHECK(run("subtract(q, 4)") == "-1");
  CHECK(run("multiply(q, 4)") == "12");
  CHECK(run("divide(f, 2)") == "1.25");
  CHECK(run("divide(9, 3)") == "3");
  CHECK(run("mod(n, q)") == "1");
  CHECK(run("abs(-4)") == "4");
  CHECK(run("abs(-2.5)") == "2.5");
  CHECK(run("abs(-9223372036854775808)").starts_with("TypeError"));
  CHECK(run("floor(-2.1)") == "-3");
  CHECK(run("ceil(2.1)") == "3");
  CHECK(run("floor(n)") == "7");
  CHECK(run("floor(1e300)") == "1e+300");
  CHECK(run("min(q, n)") == "3");
  CHECK(run("max(q, n, 9.5)") == "9.5");
  CHECK(run("max(nums)") == "5");
  CHECK(run("min([])") == "null");
  CHECK(run("min(q, none)") == "null");
  CHECK(run("max(s, \"x\")") == "\"x\"");
  CHECK(run("max(s, 1)").starts_with("TypeError"));
  CHECK(run("pow(2, 5)") == "32");
  CHECK(run("pow(-3, 3)") == "-27");
  CHECK(run("pow(2, 62)") == "4611686018427387904");
  CHECK(run("pow(-2, 63)") == "-9223372036854775808");
  CHECK(run("pow(2, 63)").starts_with("TypeError"));
  CHECK(run("pow(2, -1)") == "0.5");
  CHECK(run("pow(0, -1)").starts_with("TypeError"));
  CHECK(run("pow(-8, 0.5)").starts_with("TypeError"));
  CHECK(run("sqrt(9)") == "3.0");
  CHECK(run("sqrt(-1)").starts_with("TypeError"));
}

TEST_CASE("round goes half away from zero, by the digits one reads", "[expr]") {
  CHECK(run("round(2.5)") == "3");
  CHECK(run("round(-2.5)") == "-3");
  CHECK(run("round(2.4)") == "2");
  CHECK(run("round(0.4)") == "0");
  CHECK(run("round(0.5)") == "1");
  CHECK(run("round(0.05)") == "0");
  CHECK(run("round(2.718, 2)") == "2.72");
  CHECK(run("round(1.005, 2)") == "1.01");
  CHECK(run("round(2.675, decimals: 2)") == "2.68");
  CHECK(run("round(9.96, 1)") == "10.0");
  CHECK(run("round(-0.125, 2)") == "-0.13");
  CHECK(run("round(1234.5, -2)") == "1200.0");
  CHECK(run("round(1250, -2)") == "1300");
  CHECK(run("round(-1250, -2)") == "-1300");
  CHECK(run("round(7, 2)") == "7");
  CHECK(run("round(0.0, 2)") == "0.0");
  CHECK(run("round(1e20, 2)") == "1e+20");
  CHECK(run("round(5e-324, 2)") == "0.0");
  CHECK(run("round(999, -3)") == "1000");
  CHECK(run("round(9223372036854775807, -1)").starts_with("TypeError"));
  CHECK(run("round(f, 0.5)").starts_with("TypeError"));
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    const auto cents = static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000;
    const double exact = static_cast<double>(cents) / 100;
    Document document(Object{{"x", exact}});
    const auto kept = evaluated("round(x, 2)", document);
    REQUIRE(kept.has_value());
    CHECK(*kept->if_float() == exact);
    const auto tenths = evaluated("round(x, 1) * 10", document);
    const auto expected =
        std::copysign(std::floor((std::fabs(static_cast<double>(cents)) + 5) / 10), exact);
    CHECK(std::fabs(*tenths->if_float() - expected) < 1e-6);
  }
}

TEST_CASE("logic functions", "[expr]") {
  CHECK(run("if(n > 5, \"many\", \"few\")") == "\"many\"");
  CHECK(run("coalesce(none, null, \"x\")") == "\"x\"");
  CHECK(run("coalesce(none)") == "null");
  CHECK(run("isNull(none)") == "true");
  CHECK(run("isNotNull(none)") == "false");
  CHECK(run("and(yes, n > 1)") == "true");
  CHECK(run("and(yes, yes, no)") == "false");
  CHECK(run("or(no, none)") == "false");
  CHECK(run("not(no)") == "true");
  CHECK(run("not(none)") == "true");
  CHECK(run("not(n)").starts_with("TypeError"));
  CHECK(run("eq(none, null)") == "true");
  CHECK(run("ne(q, 3)") == "false");
  CHECK(run("gt(q, 2)") == "true");
  CHECK(run("gte(q, 3)") == "true");
  CHECK(run("lt(q, 3)") == "false");
  CHECK(run("lte(q, 3)") == "true");
}

TEST_CASE("date functions", "[expr]") {
  CHECK(run("now()") == "\"2026-01-31T12:00:00.5Z\"");
  CHECK(run("[year(at), month(at), day(at), hour(at), minute(at), second(at)]") ==
        "[2026,3,9,8,7,6]");
  CHECK(run("[year(day), month(day), day(day)]") == "[2024,2,29]");
  CHECK(run("[hour(time), minute(time)]") == "[23,30]");
  CHECK(run("year(\"1969-12-31T23:59:59Z\")") == "1969");
  CHECK(run("second(\"1969-12-31T23:59:59Z\")") == "59");
  CHECK(run("year(time)").starts_with("TypeError"));
  CHECK(run("hour(day)").starts_with("TypeError"));
  CHECK(run("year(s)").starts_with("TypeError"));
  CHECK(run("formatDate(at, format: \"%Y/%m/%d %H:%M:%S\")") == "\"2026/03/09 08:07:06\"");
  CHECK(run("at | formatDate(\"%d.%m.%y %j %a %B %I%p %F %T %%\")") ==
        "\"09.03.26 068 Mon March 08AM 2026-03-09 08:07:06 %\"");
  CHECK(run("formatDate(day, \"%G-W%V %e\")") == "\"2024-W09 29\"");
  CHECK(run("formatDate(time, \"%H.%M\")") == "\"23.30\"");
  CHECK(refusal("formatDate(at, \"%Q\")").find("unknown conversion '%Q'") != std::string::npos);
  CHECK(refusal("formatDate(at, \"5%\")").find("'%%'") != std::string::npos);
  CHECK(run("formatDate(at, concat(\"%\", \"Q\"))").starts_with("TypeError"));
  CHECK(run("dateAdd(at, \"3d\")") == "\"2026-03-12T08:07:06.25Z\"");
  CHECK(run("dateAdd(at, \"-9h\")") == "\"2026-03-08T23:07:06.25Z\"");
  CHECK(run("dateAdd(day, \"1y\")") == "\"2025-02-28\"");
  CHECK(run("dateAdd(day, \"12mo\")") == "\"2025-02-28\"");
  CHECK(run("dateAdd(\"2026-01-31\", \"1mo\")") == "\"2026-02-28\"");
  CHECK(run("dateAdd(\"2026-03-31\", \"-1mo\")") == "\"2026-02-28\"");
  CHECK(run("dateAdd(day, \"2w\")") == "\"2024-03-14\"");
  CHECK(run("dateAdd(day, \"5h\")") == "\"2024-02-29T05:00:00Z\"");
  CHECK(run("dateAdd(time, \"1h\")") == "\"00:30:00\"");
  CHECK(run("dateAdd(time, \"-24h\")") == "\"23:30:00\"");
  CHECK(run("dateAdd(time, \"1mo\")").starts_with("TypeError"));
  CHECK(run("dateAdd(at, \"9000y\")").starts_with("TypeError"));
  CHECK(run("dateAdd(at, \"9000000d\")").starts_with("TypeError"));
  CHECK(run("dateAdd(\"1960-01-01\", \"1d\")") == "\"1960-01-02\"");
  CHECK(refusal("dateAdd(at, \"3 days\")").find("is no duration") != std::string::npos);
  CHECK(run("dateDiff(at, \"2026-03-01T00:00:00Z\", unit: \"d\")") == "8");
  CHECK(run("dateDiff(\"2026-03-01T00:00:00Z\", at, unit: \"d\")") == "-8");
  CHECK(run("dateDiff(at, \"2026-03-01T00:00:00Z\")") == "8");
  CHECK(run("dateDiff(at, \"2026-03-09T08:00:00Z\", \"s\")") == "426");
  CHECK(run("dateDiff(at, \"2026-03-09T08:00:00Z\", \"m\")") == "7");
  CHECK(run("dateDiff(at, day, \"h\")") == "17744");
  CHECK(run("dateDiff(at, day, \"w\")") == "105");
  CHECK(run("dateDiff(at, day, \"mo\")") == "24");
  CHECK(run("dateDiff(day, at, \"mo\")") == "-24");
  CHECK(run("dateDiff(at, day, \"y\")") == "2");
  CHECK(run("dateDiff(\"2026-02-27\", day, \"y\")") == "1");
  CHECK(run("dateDiff(\"2026-02-28\", day, \"y\")") == "2");
  CHECK(run("dateDiff(\"2026-03-01\", \"2026-03-01\", \"mo\")") == "0");
  CHECK(run("dateDiff(time, \"22:00:00\", \"m\")") == "90");
  CHECK(run("dateDiff(time, at)").starts_with("TypeError"));
  CHECK(refusal("dateDiff(at, day, unit: \"days\")").find("is no unit") != std::string::npos);
}

TEST_CASE("type functions", "[expr]") {
  CHECK(run("toString(q)") == "\"3\"");
  CHECK(run("toString(f)") == "\"2.5\"");
  CHECK(run("toString(yes)") == "\"true\"");
  CHECK(run("toString(day)") == "\"2024-02-29\"");
  CHECK(run("toString(id)") == "\"00000000-0000-7000-8000-00000000000a\"");
  CHECK(run("toString(addr)") == R"("{\"city\":\"Delft\"}")");
  CHECK(run("toInt(\"12\") + 1") == "13");
  CHECK(run("toInt(\" -12 \")") == "-12");
  CHECK(run("toInt(\"+4\")") == "4");
  CHECK(run("toInt(\"4.0\")") == "4");
  CHECK(run("toInt(4.9)") == "4");
  CHECK(run("toInt(-4.9)") == "-4");
  CHECK(run("toInt(yes)") == "1");
  CHECK(run("toInt(1e19)").starts_with("TypeError"));
  for (const auto* text :
       {"toInt(\"4.5\")", "toInt(\"x\")", "toInt(\"\")", "toInt(\"99999999999999999999\")",
        "toInt(at)", "toFloat(\"x\")", "toFloat(\"nan\")", "toFloat(\"inf\")",
        "toBoolean(\"maybe\")", "toBoolean(nums)"})
    CHECK(run(text).starts_with("TypeError"));
  CHECK(run("toFloat(\"1.5\")") == "1.5");
  CHECK(run("toFloat(q)") == "3.0");
  CHECK(run("toBoolean(\"true\")") == "true");
  CHECK(run("toBoolean(\"False\")") == "false");
  CHECK(run("toBoolean(0)") == "false");
  CHECK(run("toBoolean(f)") == "true");
}

TEST_CASE("array functions", "[expr]") {
  CHECK(run("sum(nums)") == "10");
  CHECK(run("sum([1, 0.5, none])") == "1.5");
  CHECK(run("sum([])") == "0");
  CHECK(run("sum([9223372036854775807, 1, -1])") == "9223372036854775807");
  CHECK(run("sum([9223372036854775807, 1])").starts_with("TypeError"));
  CHECK(run("sum(tags)").starts_with("TypeError"));
  CHECK(run("sum(q)").starts_with("TypeError"));
  CHECK(run("avg(nums)") == "2.5");
  CHECK(run("avg([])") == "null");
  CHECK(run("count(nums)") == "4");
  CHECK(run("first(nums)") == "5");
  CHECK(run("last(nums)") == "1");
  CHECK(run("first([])") == "null");
  CHECK(run("pluck(parts, \"sku\")") == R"(["a","b",null])");
  CHECK(run("sum(pluck(parts, \"cost\"))") == "7");
  CHECK(run("pluck([addr], \"city\")") == R"(["Delft"])");
  CHECK(run("pluck(nums, \"x\")").starts_with("TypeError"));
  CHECK(run("sort(nums)") == "[1,1,3,5]");
  CHECK(run("sort([\"b\", 2, none, true])") == R"([null,true,2,"b"])");
  CHECK(run("unique(nums)") == "[5,1,3]");
  CHECK(run("unique([1, 1.0, none, none])") == "[1,null]");
  CHECK(run("slice(nums, 0, 2)") == "[5,1]");
  CHECK(run("slice(nums, 3, 9)") == "[1]");
  CHECK(run("slice(nums, 2)") == "[3,1]");
  CHECK(run("slice(nums, 9, 1)") == "[]");
  CHECK(run("slice(nums, -1, 1)").starts_with("TypeError"));
}
