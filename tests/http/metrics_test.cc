// What /metrics tells, as a whole: it is what Prometheus reads, and what docs/observability.md
// says.

#include "http/metrics.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "http_world.h"
#include "stats/counters.h"
#include "testing/source_tree.h"
#include "tls/counts.h"

namespace strata::http {
namespace {

using testing::HttpWorld;

// A store in which everything happened.
std::string BusyMetrics() {
  HttpWorld world;
  for (int i = 0; i < 50; ++i) REQUIRE(world.store()->Put("k" + std::to_string(i), "v"));
  REQUIRE(world.store()->Flush());
  REQUIRE(world.store()->CompactRange({}, {}));
  CHECK(world.store().Get("k7") == "v");
  for (std::size_t i = 0; i < kRequestKindNames.size(); ++i) {
    world.redis().times.Record(static_cast<RequestKind>(i), 5'000);
  }
  world.redis().command_stats[3].calls = 7;
  world.stats().stuck = 2;
  const tls::Counts tls;
  world.shared().tls = &tls;
  return world.Get("/metrics").body;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("every sample is of a family that was declared, once, and is told once",
          "[observability]") {
  const std::string text = BusyMetrics();
  std::set<std::string> families;
  std::set<std::string> samples;
  std::string family;
  for (const std::string& line : Lines(text)) {
    CAPTURE(line);
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      CHECK(families.insert(family).second);
      CHECK(line.ends_with("."));
    } else if (line.starts_with("# TYPE ")) {
      CHECK(line.substr(7, line.find(' ', 7) - 7) == family);
    } else {
      const std::string name = line.substr(0, line.find_first_of("{ "));
      CHECK(name.starts_with(family));
      CHECK(samples.insert(line.substr(0, line.rfind(' '))).second);
    }
  }
  CHECK(families.size() > 60);
}

TEST_CASE("numbers of the metrics are those of the store and the server", "[observability]") {
  const std::string text = BusyMetrics();
  for (const char* line :
       {"strata_user_bytes_written_total 190", "strata_flushes_total 1",
        "strata_limit_reached_total{limit=\"stuck\"} 2",
        "strata_request_duration_seconds_count{api=\"redis\",op=\"scan\"} 1",
        "strata_request_duration_seconds_bucket{api=\"redis\",op=\"read\",le=\"2e-06\"} 0",
        "strata_request_duration_seconds_bucket{api=\"redis\",op=\"read\",le=\"5e-06\"} 1",
        "strata_gets_total 1", "strata_ready 1", "strata_store_read_only 0",
        "strata_write_stall_seconds_total{cause=\"compaction\"} 0"}) {
    CAPTURE(line);
    CHECK(text.find("\n" + std::string(line) + "\n") != std::string::npos);
  }
  CHECK(text.find("version=\"9.9.9\"") != std::string::npos);
}

TEST_CASE("no metric has a key in it", "[observability]") {
  HttpWorld world;
  REQUIRE(world.store()->Put("confidential", "v"));
  CHECK(world.Get("/api/v1/keys?prefix=confidential").status == 403);
  CHECK(world.Get("/confidential").status == 404);
  CHECK(world.Get("/metrics").body.find("confidential") == std::string::npos);
}

// "name | type | help" of each row of the document's table.
TEST_CASE("docs/observability.md lists the metrics", "[observability]") {
  std::map<std::string, std::string> told;
  std::map<std::string, std::string> help;
  for (const std::string& line : Lines(BusyMetrics())) {
    const std::size_t end = line.find(' ', 7);
    if (line.starts_with("# HELP ")) help[line.substr(7, end - 7)] = line.substr(end + 1);
    if (line.starts_with("# TYPE ")) {
      const std::string name = line.substr(7, end - 7);
      told[name] = line.substr(end + 1) + " | " + help[name];
    }
  }
  std::map<std::string, std::string> documented;
  std::ifstream file(strata::testing::SourcePath("docs/observability.md"));
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `strata_") && !line.starts_with("| `process_")) continue;
    const std::size_t end = line.find('`', 3);
    std::string rest = line.substr(end + 1);
    rest = rest.substr(rest.find("| ") + 2);
    rest = rest.substr(0, rest.rfind(" |"));
    // "| `name` | labels | type | help |"
    rest = rest.substr(rest.find("| ") + 2);
    documented[line.substr(3, end - 3)] = rest;
  }
  for (const auto& [name, text] : told) {
    CAPTURE(name);
    CHECK(documented[name] == text);
  }
  for (const auto& [name, text] : documented) {
    CAPTURE(name);
    CHECK(told.contains(name));
  }
}

}  // namespace
}  // namespace strata::http
