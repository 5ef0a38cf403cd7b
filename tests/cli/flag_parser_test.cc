#include "cli/flag_parser.h"

#include <catch2/catch.hpp>

#include "testing/results.h"

namespace strata::cli {
namespace {

using strata::testing::Outcome;

struct Parsed {
  std::string db;
  bool quiet = false;
  std::uint64_t limit = 0;
  int level = 0;
  std::optional<std::string> from;
  std::vector<std::string> keys;

  Flags Globals() {
    Flags flags;
    flags.Text("db,d", &db, "DIR", "");
    flags.Switch("quiet,q", &quiet, "");
    return flags;
  }
  Flags Own() {
    Flags flags;
    flags.Number("limit", &limit, "");
    flags.Integer("level", &level, 1, "");
    flags.Text("from", &from, "KEY", "");
    flags.Arguments("KEY", &keys, false, "");
    return flags;
  }
  Status Parse(const std::vector<std::string>& args) { return ParseFlags(args, Globals(), Own()); }
};

TEST_CASE("flags come in any order, long or short, with = or without", "[map-and-shell]") {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"a", "--db", "x", "--limit", "3", "-q", "b"},
        {"--limit=3", "--db=x", "--quiet", "a", "b"},
        {"-q", "a", "b", "-d", "x", "--limit", "3"},
        {"-dx", "--limit", "3", "a", "-q", "b"}}) {
    Parsed parsed;
    REQUIRE(Outcome(parsed.Parse(args)) == "ok");
    CHECK(parsed.db == "x");
    CHECK(parsed.quiet);
    CHECK(parsed.limit == 3);
    CHECK(parsed.keys == std::vector<std::string>{"a", "b"});
  }
}

TEST_CASE("values are taken as they are", "[map-and-shell]") {
  Parsed parsed;
  REQUIRE(parsed.Parse({"--from=", "--db", "-x", "[a,b]", "", "-", "--", "--limit"}));
  CHECK(parsed.from == "");
  CHECK(parsed.db == "-x");
  CHECK(parsed.keys == std::vector<std::string>{"[a,b]", "", "-", "--limit"});
}

TEST_CASE("the last of a repeated flag wins", "[map-and-shell]") {
  Parsed parsed;
  REQUIRE(parsed.Parse({"--limit", "1", "--limit", "2"}));
  CHECK(parsed.limit == 2);
}

TEST_CASE("a wrong flag is named, with what was perhaps meant", "[map-and-shell]") {
  Parsed parsed;
  CHECK(Outcome(parsed.Parse({"--lmit", "3"})) ==
        "invalid argument: unknown flag --lmit; did you mean \"--limit\"?");
  CHECK(Outcome(parsed.Parse({"--limit"})) == "invalid argument: --limit needs a value: --limit N");
  CHECK(Outcome(parsed.Parse({"--level", "0"})) ==
        "invalid argument: --level: '0' isn't a number from 1 to a billion");
  CHECK(Outcome(parsed.Parse({"-x"})) == "invalid argument: unknown flag -x");
}

TEST_CASE("the verb is the first word that isn't a flag or its value", "[map-and-shell]") {
  Parsed parsed;
  const Flags globals = parsed.Globals();
  CHECK(FindVerb({"get", "k"}, globals).value() == 0);
  CHECK(FindVerb({"--db", "get", "put", "k"}, globals).value() == 2);
  CHECK(FindVerb({"-q", "--db=x", "put"}, globals).value() == 2);
  CHECK(FindVerb({"--db", "x"}, globals).value() == 2);
  CHECK(FindVerb({"-q"}, globals).value() == 1);
  CHECK_FALSE(FindVerb({"--nope", "get"}, globals));
}

TEST_CASE("the environment sets a verb's own flags under the verb's name", "[map-and-shell]") {
  std::uint64_t num = 1;
  std::string file;
  Flags own;
  own.Number("num", &num, "help");
  own.Text("some-file", &file, "FILE", "help");
  own.Argument("NAME", &file, "help");
  const auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "STRATA_BENCH_NUM") return "5k";
    if (name == "STRATA_BENCH_SOME_FILE") return "x";
    if (name == "STRATA_NUM" || name == "STRATA_BENCH_NAME") return "no";
    return std::nullopt;
  };
  REQUIRE(ApplyEnvironment(own, lookup, "bench"));
  CHECK(num == 5000);
  CHECK(file == "x");
}

TEST_CASE("the environment sets any flag and the command line wins", "[map-and-shell]") {
  Parsed parsed;
  const auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "STRATA_DB") return "from the environment";
    if (name == "STRATA_QUIET") return "1";
    return std::nullopt;
  };
  const Flags globals = parsed.Globals();
  REQUIRE(ApplyEnvironment(globals, lookup));
  CHECK(parsed.db == "from the environment");
  CHECK(parsed.quiet);
  REQUIRE(ParseFlags({"--db", "given"}, globals, Flags()));
  CHECK(parsed.db == "given");
}

}  // namespace
}  // namespace strata::cli
