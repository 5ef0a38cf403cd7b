#include "report/pages.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "report/formats.h"
#include "report/json_files.h"
#include "report/lessons_page.h"
#include "report/macro.h"
#include "report/svg.h"
#include "report/units.h"
#include "samples.h"

namespace strata::report {
namespace {

Measured MeasuredOf(const std::string& value, double time, int launches, Random& random) {
  Measured measured{.id = {"group<1>", "Read", value}, .throughput = Throughput{true, 1000}};
  for (int k = 0; k < launches; ++k) {
    measured.launches.push_back(LaunchOf(random, 20, time, {.linear = true}));
  }
  measured.counters["blocks"] = 2;
  return measured;
}

// Two benchmarks, of which the second became twice as slow.
Suite SuiteOf(std::uint64_t seed) {
  Random random(seed);
  Suite suite{.date = "2026-01-01", .command = "./dev bench"};
  suite.options.resampling.count = 500;
  suite.environment = {{{"CPU", "made up <8086>"}}, {"the load was high"}};
  std::vector<Measured> old;
  for (const auto& [value, now, before] :
       {std::tuple("10", 100.0, 100.0), std::tuple("100", 400.0, 200.0)}) {
    suite.findings.push_back(
        MakeFinding(MeasuredOf(value, now, 3, random), suite.options.resampling));
    old.push_back(MeasuredOf(value, before, 3, random));
  }
  CompareSuite(std::move(old), "base", &suite);
  return suite;
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Every element that is opened is closed, and nothing is fetched from elsewhere.
void CheckPage(const std::string& page) {
  for (const std::string name :
       {"figure", "table", "svg", "details", "section", "text", "main", "div"}) {
    INFO(name);
    CHECK(Count(page, "<" + name + ">") + Count(page, "<" + name + " ") ==
          Count(page, "</" + name + ">"));
  }
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("nan") == std::string::npos);
  CHECK(page.find("inf ") == std::string::npos);
  CHECK(page.starts_with("<!doctype html>"));
}

TEST_CASE("pages stand alone: all elements closed, nothing from elsewhere, nothing unescaped") {
  const Suite suite = SuiteOf(1);
  for (const std::string& page :
       {IndexPage(suite, {{"Macro", "../m/index.html", "text"}}), GroupPage(suite, "group<1>"),
        BenchmarkPage(suite, suite.findings[1])}) {
    CheckPage(page);
    CHECK(page.find("<8086>") == std::string::npos);
    CHECK(page.find("group<1>") == std::string::npos);
  }
}

TEST_CASE("every plot has a wide and a narrow drawing, words that tell of it, and its data") {
  const Suite suite = SuiteOf(1);
  const std::string page = BenchmarkPage(suite, suite.findings[1]);
  const std::size_t figures = Count(page, "<figure");
  CHECK(figures >= 10);
  CHECK(Count(page, "<svg") == 2 * figures);
  CHECK(Count(page, "aria-label=") == 2 * figures);
  CHECK(Count(page, "<details>") == figures);
  for (const char* const part :
       {"Slope", "Throughput", "R²", "MAD", "regressed", "launch 3", "Counters"}) {
    INFO(part);
    CHECK(page.find(part) != std::string::npos);
  }
}

TEST_CASE("the same data give the same bytes") {
  const Suite one = SuiteOf(7);
  const Suite two = SuiteOf(7);
  CHECK(BenchmarkPage(one, one.findings[0]) == BenchmarkPage(two, two.findings[0]));
  CHECK(FormatJson(one) == FormatJson(two));
}

TEST_CASE("a benchmark that became slower is called so, alone, in every format") {
  const Suite suite = SuiteOf(3);
  CHECK(suite.findings[0].baseline->change.verdict == Verdict::kNoChange);
  CHECK(suite.findings[1].baseline->change.verdict == Verdict::kRegressed);
  for (const char* const format : {"human", "json", "csv", "markdown"}) {
    INFO(format);
    CHECK(Count(FormatAs(format, suite), "regressed") == (format == std::string("human") ? 2 : 1));
  }
  CHECK(FormatAs("openmetrics", suite).ends_with("# EOF\n"));
  CHECK(Count(FormatAs("gha", suite), "ns/iter") == 2);
  CHECK(Count(FormatAs("bmf", suite), "latency") == 2);
  CHECK(IndexPage(suite, {}).find("group%3C") == std::string::npos);
}

TEST_CASE("what is saved comes back, with its launches apart") {
  Random random(4);
  const Measured measured = MeasuredOf("sync_every:10", 100, 2, random);
  const auto back = strata::report::MeasuredOf(BenchmarkJson(measured), LaunchesJson(measured));
  REQUIRE(back);
  CHECK(back->id.full() == "group<1>/Read/sync_every:10");
  CHECK(back->id.directory() == "group_1_/Read/sync_every_10");
  CHECK(back->launches.size() == 2);
  CHECK(back->launches[1].times == measured.launches[1].times);
  CHECK(back->throughput->per_iteration == 1000);
  CHECK(back->counters.at("blocks") == 2);
  // sample.json alone, as another tool would have left it, is one launch.
  const auto merged = strata::report::MeasuredOf(BenchmarkJson(measured), SampleJson(measured));
  REQUIRE(merged);
  CHECK(merged->launches.size() == 1);
  CHECK(merged->launches[0].size() == 40);
  CHECK_FALSE(strata::report::MeasuredOf("{}", "{}"));
  CHECK_FALSE(strata::report::MeasuredOf(BenchmarkJson(measured), R"({"iters":[1],"times":[0]})"));
}

TEST_CASE("files have the fields that Criterion's have") {
  Random random(5);
  Measured measured = MeasuredOf("10", 100, 1, random);
  const Finding finding = MakeFinding(measured, {.count = 300});
  const std::string estimates = EstimatesJson(finding.estimates(), 0.95);
  for (const char* const name :
       {"mean", "median", "median_abs_dev", "slope", "std_dev", "confidence_interval",
        "confidence_level", "lower_bound", "upper_bound", "point_estimate", "standard_error"}) {
    INFO(name);
    CHECK(estimates.find("\"" + std::string(name) + "\":") != std::string::npos);
  }
  measured.launches[0] = {.iterations = {1, 2}, .times = {10, 20}, .linear = true};
  CHECK(SampleJson(measured) ==
        "{\"sampling_mode\":\"Linear\",\"iters\":[1.0,2.0],\"times\":[10.0,20.0]}\n");
  CHECK(BenchmarkJson(measured).starts_with(
      R"({"group_id":"group<1>","function_id":"Read","value_str":"10","throughput":{"Bytes":1000},"full_id":"group<1>/Read/10")"));
  CHECK(TukeyJson({1, 2, 3, 4}) == "[1.0,2.0,3.0,4.0]\n");
}

TEST_CASE("names become folders: unsafe characters go, long names end at a whole character") {
  CHECK(SafeFileName("a/b?c:d|e") == "a_b_c_d_e");
  const std::string cut = SafeFileName(std::string(63, 'x') + "é");
  CHECK(cut == std::string(63, 'x'));
  CHECK(IdOf("crc_bench", "BM_Crc32c", "4096").full() == "crc/Crc32c/4096");
  CHECK(*IdOf("a", "b", "n:12").number() == 12);
  CHECK_FALSE(IdOf("a", "b", "12x").number());
}

TEST_CASE("numbers for people have five digits and a unit") {
  CHECK(FormatTime(0.5) == "500.00 ps");
  CHECK(FormatTime(45812) == "45.812 µs");
  CHECK(FormatTime(2.5e9) == "2.5000 s");
  CHECK(FormatRate(20.8 * 1048576, true) == "20.800 MiB/s");
  CHECK(FormatRate(1234567, false) == "1.2346 Melem/s");
  CHECK(FormatPercent(0.1234) == "+12.34%");
  CHECK(FormatPValue(0.0004) == "p < 0.001");
}

TEST_CASE("ticks are round and inside") {
  CHECK(Ticks(0, 10, 5, false) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(Ticks(3.1, 4.9, 4, false) == std::vector<double>{3.5, 4, 4.5});
  CHECK(Ticks(1, 1000, 4, true) == std::vector<double>{1, 10, 100, 1000});
  CHECK(TickText(0.25, 0.05) == "0.25");
  CHECK(TickText(20000, 10000) == "20k");
}

TEST_CASE("a run over time becomes a page with its events, whatever is missing") {
  const std::string series =
      R"({"schema":"strata-series","version":1,"workloads":[{"workload":"fillrandom","start_us":1000000,"seconds":2.0,)"
      R"("percentiles":[[50,1000],[99,5000],[99.9,9000],[100,2000000]],"sync_times":[[90000,40],[100000,50],[3000000,10]],"windows":[)"
      R"({"start_ns":0,"ns":1000000000,"ops":1000,"p50_ns":900,"p99_ns":4000,"max_ns":90000,"user_bytes_written":100,"bytes_written":250},)"
      R"({"start_ns":1000000000,"ns":1000000000,"ops":3000,"p50_ns":800,"p99_ns":3000,"max_ns":2000000,"user_bytes_written":300,"bytes_written":550,"table_bytes":400,"blob_bytes":200,"live_bytes":400}]}]})";
  const std::string events =
      "{\"time_us\":1500000,\"event\":\"flush_end\",\"bytes\":7}\nnot "
      "json\n{\"time_us\":9000000,\"event\":\"late\"}\n";
  const auto runs = MacroRunsOf(series, events);
  REQUIRE(runs);
  REQUIRE(runs->size() == 1);
  const MacroRun& run = runs->front();
  REQUIRE(run.events.size() == 1);
  CHECK(run.events[0].at_s == 0.5);
  CHECK(run.events[0].detail == "bytes 7");
  CHECK(RateOf(run, {.count = 300}).point == 2000);
  const std::string page =
      PageOf({.title = "Over time", .runs = *runs, .resampling = {.count = 300}});
  CheckPage(page);
  CHECK(page.find("2.0000") != std::string::npos);  // Write amplification: 800 / 400.
  CHECK(page.find("1.5000") != std::string::npos);  // Space amplification: (400 + 200) / 400.
  CHECK(page.find("100.00 µs<small>p99 3.0000 ms, slowest 3.0000 ms") != std::string::npos);
  CHECK(page.find("Syncs of the log") != std::string::npos);
  CHECK_FALSE(MacroRunsOf("{}", ""));
}

TEST_CASE("the lessons' chart takes the counter that moved most") {
  const std::string json =
      R"({"lessons":[{"number":7,"title":"Bloom filters","here":{"bloom_bench":{"BM_Miss/10":{"ns":500,"blocks_per_miss":0.07}}},)"
      R"("before":{"bloom_bench":{"BM_Miss/10":{"ns":5000,"blocks_per_miss":7.0}}}}]})";
  const auto page = LessonsPage(json, "today", {});
  REQUIRE(page);
  CheckPage(*page);
  CHECK(page->find("BM_Miss/10: blocks_per_miss") != std::string::npos);
  CHECK(page->find("0.0100") != std::string::npos);  // 0.07 / 7.
  CHECK_FALSE(LessonsPage("[]", "today", {}));
}

TEST_CASE("what every lesson ran is a line over the lessons") {
  const std::string json =
      R"({"lessons":[{"number":1,"title":"A","same":{"BM_StoreGet":{"ns":500},"BM_StorePut/9":{"ns":900}}},)"
      R"({"number":2,"title":"B","same":{"BM_StoreGet":{"ns":250},"BM_StorePut/9":{"ns":950}}},)"
      R"({"number":3,"title":"C"}]})";
  const auto page = LessonsPage(json, "today", {});
  REQUIRE(page);
  CheckPage(*page);
  CHECK(page->find("The same work at every lesson") != std::string::npos);
  CHECK(page->find("250.00 ns") != std::string::npos);
  CHECK(page->find("BM_StorePut") != std::string::npos);
  CHECK(page->find(">1.5</text>") == std::string::npos);  // There is no lesson one and a half.
  const auto without = LessonsPage(R"({"lessons":[{"number":3,"title":"C"}]})", "today", {});
  REQUIRE(without);
  CHECK(without->find("The same work") == std::string::npos);
}

TEST_CASE("many baselines stand in one table, the fastest of a row as 1.00") {
  Random random(6);
  const std::string table =
      CompareTable({{"one", {MeasuredOf("10", 100, 1, random)}},
                    {"two", {MeasuredOf("10", 200, 1, random), MeasuredOf("20", 5, 1, random)}}},
                   {.count = 300});
  CHECK(table.find("1.00  ") != std::string::npos);
  CHECK(table.find('-') != std::string::npos);
  CHECK(table.starts_with("benchmark"));
}

}  // namespace
}  // namespace strata::report
