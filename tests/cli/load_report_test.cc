// What `strata load` prints.

#include "cli/bench/load_report.h"

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

LoadSummary Summary(double rate) {
  return {.server = "redis h:1", .rate = rate, .connections = 50, .pipeline = 2, .threads = 1};
}

TEST_CASE("a load's report has its rates, a row for each kind and one for all", "[client]") {
  load::Tally tally;
  tally.seconds_ns = 2'000'000'000;
  tally.run_ns = 2'000'000'000;
  tally.busy_ns = 500'000'000;
  for (std::uint64_t i = 0; i < 30; ++i) tally.kinds[0].latency.Record(20);
  tally.kinds[0].missing = 4;
  for (std::uint64_t i = 0; i < 10; ++i) tally.kinds[1].latency.Record(30);
  tally.Fail("OOM", "OOM no room", 3);
  CHECK(Printed(LoadReport(Summary(25), tally), OutputFormat::kJson) ==
        R"({"load":{
  "server":"redis h:1",
  "loop":"open",
  "connections":50,
  "pipeline":2,
  "threads":1,
  "seconds":2.000,
  "rate_asked":25.0,
  "rate_achieved":20.0,
  "answered":40,
  "errors":3,
  "reconnects":0,
  "generator_busy":0.250,
  "generator_lag_p99":0},
"latency":[
  {"kind":"get","requests":30,"missing":4,"mean":20,"p50":20,"p90":20,"p99":20,"p99.9":20,"p99.99":20,"max":20},
  {"kind":"put","requests":10,"missing":0,"mean":30,"p50":30,"p90":30,"p99":30,"p99.9":30,"p99.99":30,"max":30},
  {"kind":"all","requests":40,"missing":4,"mean":22,"p50":20,"p90":30,"p99":30,"p99.9":30,"p99.99":30,"max":30}],
"errors":[
  {"kind":"OOM","requests":3,"example":"OOM no room"}]}
)");
}

TEST_CASE("of a closed loop no rate was asked for, and one kind is all", "[client]") {
  load::Tally tally;
  tally.seconds_ns = 1'000'000'000;
  tally.kinds[0].latency.Record(7);
  const std::string json = Printed(LoadReport(Summary(0), tally), OutputFormat::kJson);
  CHECK(json.find("\"loop\":\"closed\"") != std::string::npos);
  CHECK(json.find("\"rate_asked\":null") != std::string::npos);
  CHECK(json.find("\"kind\":\"get\"") != std::string::npos);
  CHECK(json.find("\"kind\":\"all\"") == std::string::npos);
  CHECK(json.find("\"errors\":[") == std::string::npos);
}

}  // namespace
}  // namespace strata::cli
