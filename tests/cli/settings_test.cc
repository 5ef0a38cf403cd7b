#include "cli/settings.h"

#include <catch2/catch.hpp>

#include <fstream>

#include "cli/format/quantity.h"
#include "cli_world.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata::cli {
namespace {

using strata::testing::Outcome;
using strata::testing::TempDir;

std::string Wrong(std::string_view text) {
  return Outcome(Settings::Parse(text, "f"));
}

TEST_CASE("a key that isn't known is named with its line, and what was perhaps meant",
          "[observability]") {
  CHECK(Wrong("cache = \"1MiB\"\n[serve]\nidle = \"10s\"\n[bench]\nnum = 5") == "ok");
  CHECK(Wrong("\ncach = 1") == "invalid argument: f:2: unknown key cach; did you mean \"cache\"?");
  CHECK(Wrong("[serve]\nreddis = 1") ==
        "invalid argument: f:2: unknown key reddis; did you mean \"redis\"?");
  CHECK(Wrong("[serv]\nx = 1") ==
        "invalid argument: f:2: unknown section [serv]; did you mean \"serve\"?");
  CHECK(Wrong("redis = \"x\"") ==
        "invalid argument: f:1: unknown key redis; it belongs in [serve]");
  CHECK(Wrong("[serve]\ncache = 1") ==
        "invalid argument: f:2: unknown key cache; it is for all verbs: put it above the first "
        "[section]");
  CHECK(Wrong("xyzzy = 1") == "invalid argument: f:1: unknown key xyzzy");
  CHECK(Wrong("[mget]\nx = 1") ==
        "invalid argument: f:2: unknown section [mget]; write [multi-get]");
}

TEST_CASE("what only a command line can say isn't for a file", "[observability]") {
  for (const char* text : {"config = 'x'", "help = true", "version = true"}) {
    CHECK(Wrong(text).starts_with("invalid argument: f:1: unknown key"));
  }
  CHECK(Wrong("[serve]\ncheck-config = true").starts_with("invalid argument: f:2: unknown key"));
}

TEST_CASE("a value is checked whichever verb is run", "[observability]") {
  CHECK(Wrong("[serve]\nidle = 10") ==
        "invalid argument: f:2: idle: '10' isn't a time such as 250ms, 10s, 5m, 1h or 2d");
  CHECK(Wrong("sync = 'alway'") ==
        "invalid argument: f:1: sync: 'alway' isn't one of always|interval|none; did you mean "
        "\"always\"?");
  CHECK(Wrong("read-only = 1") == "ok");
  CHECK(Wrong("read-only = 'yes'") ==
        "invalid argument: f:1: read-only: 'yes' isn't true or false");
}

struct World {
  explicit World(const std::string& text) : file(directory.File("f.toml")) {
    std::ofstream(file) << text;
  }
  std::string Print(std::vector<std::string> args,
                    std::map<std::string, std::string> variables = {}) {
    args.insert(args.end(), {"serve", "--print-config"});
    variables["STRATA_CONFIG"] = file;
    const Outputs outputs = Run(args, "", variables);
    CHECK(outputs.err.empty());
    CHECK(outputs.code == 0);
    return outputs.out;
  }

  TempDir directory;
  std::string file;
};

bool Has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("a flag counts more than the environment, and that more than the file",
          "[observability]") {
  World world("cache = \"1MiB\"\nmemory = \"2MiB\"\nrest = \"3s\"\n[serve]\nidle = \"1m\"\n");
  const std::string text = world.Print(
      {"--cache", "9MiB"},
      {{"STRATA_CACHE", "5MiB"}, {"STRATA_MEMORY", "6MiB"}, {"STRATA_SERVE_STUCK", "90s"}});
  CHECK(Has(text, "cache = \"9MiB\"  # --cache"));
  CHECK(Has(text, "memory = \"6MiB\"  # STRATA_MEMORY"));
  CHECK(Has(text, "rest = \"3s\"  # " + world.file + ":3"));
  CHECK(Has(text, "table-size = \"64MiB\"  # default"));
  CHECK(Has(text, "# db = \"\"  # default"));
  CHECK(Has(text, "idle = \"1m\"  # " + world.file + ":5"));
  CHECK(Has(text, "stuck = \"90s\"  # STRATA_SERVE_STUCK"));
  CHECK(Has(text, "slow-log = \"10ms\"  # default"));
}

std::string WithoutPlaces(const std::string& text) {
  std::string out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    out += line.substr(0, line.rfind("  # ")) + "\n";
    begin = end + 1;
  }
  return out;
}

TEST_CASE("what --print-config shows is read again as the same", "[observability]") {
  World world(
      "db = \"a \\\"b\\\" \\u00e4\"\nbloom-bits = 7\nmapped-reads = true\nfifo-size = 1500\n"
      "compaction = 'unified'\n[serve]\nslow-log = 'never'\nhttp = 'none'\nlog-level = 'debug'\n"
      "grace = '1500us'\n");
  const std::string first = world.Print({});
  CHECK(Has(first, "fifo-size = \"1500B\"  # " + world.file + ":4"));
  CHECK(Has(first, "slow-log = \"never\"  # " + world.file + ":7"));
  std::ofstream(world.file) << first;
  CHECK(WithoutPlaces(world.Print({})) == WithoutPlaces(first));
}

TEST_CASE("sizes and times are written so that they are read as the same", "[observability]") {
  for (const std::uint64_t number :
       {0ULL, 1ULL, 999ULL, 1'000ULL, 1'024ULL, 1'500ULL, 60'000'000ULL, 64ULL << 20, ~0ULL}) {
    CHECK(ParseSize(SizeText(number)).value() == number);
    CHECK(ParseDurationMicros(DurationText(number)).value() == number);
  }
  CHECK(SizeText(64 << 20) == "64MiB");
  CHECK(SizeText(1'500) == "1500B");
  CHECK(DurationText(90'000'000) == "90s");
  CHECK(DurationText(86'400'000'000) == "1d");
}

TEST_CASE("a file may say which store a client means, and others count more", "[observability]") {
  World world("db = \"nowhere\"\noutput = \"json\"\n");
  const Outputs by_file = Run({"--config", world.file, "get", "k"});
  CHECK(by_file.err.find("there is no store in nowhere") != std::string::npos);
  const Outputs by_variable =
      Run({"--config", world.file, "get", "k"}, "", {{"STRATA_SERVER", "127.0.0.1:1"}});
  CHECK(by_variable.err.find("no server at 127.0.0.1:1") != std::string::npos);
  const std::string store = world.directory.File("store");
  const std::string lines = "put a 1\nscan\nscan -o csv\n";
  const Outputs shell = Run({"--config", world.file, "--db", store}, lines);
  CHECK(shell.out == "[\n{\"key\":\"a\",\"value\":\"1\"}\n]\nkey,value\na,1\n");
}

TEST_CASE("a file that can't be read is wrong usage", "[observability]") {
  const Outputs outputs = Run({"--config", "/nowhere/f.toml", "get", "k"});
  CHECK(outputs.code == 2);
  CHECK(outputs.err.starts_with("strata: --config /nowhere/f.toml can't be read: "));
}

}  // namespace
}  // namespace strata::cli
