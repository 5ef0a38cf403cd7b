// From measurements to rows: ratios, best peers, goals, and answers that must agree.

#include "peers/summary.h"

#include <catch2/catch.hpp>

#include <string>

#include "peers/generator.h"
#include "peers/render.h"
#include "peers/runner.h"

namespace strata::peers {
namespace {

// The row of one metric of "readmissing" unless another workload is named.
Row RowOf(const Collected::ByEngine& values, const std::string& workload = "readmissing",
          const std::string& metric = "ops_per_s") {
  Collected collected;
  collected.samples[{workload, metric}] = values;
  const std::vector<Row> rows = Summarise({}, collected);
  REQUIRE(rows.size() == 1);
  return rows[0];
}

TEST_CASE("a ratio above one is better, whichever way the metric points") {
  const Row rate = RowOf({{"strata", {200, 200}}, {"leveldb", {100, 100}}});
  CHECK(rate.ratio_best->point == Approx(2));
  const Row tail = RowOf({{"strata", {200, 200}}, {"leveldb", {100, 100}}}, "fillseq", "p99_us");
  CHECK(tail.workload == "fillseq.p99_us");
  CHECK(tail.ratio_best->point == Approx(0.5));
}

TEST_CASE("what all engines meet in a launch falls out of the ratio") {
  const Row row = RowOf({{"strata", {100, 200, 400}}, {"leveldb", {50, 100, 200}}});
  CHECK(row.ratio_best->low == Approx(2));
  CHECK(row.ratio_best->high == Approx(2));
  const Row unpaired = RowOf({{"strata", {100, 200, 400}}, {"leveldb", {50, 200}}});
  CHECK(unpaired.ratio_best->low < unpaired.ratio_best->point);
  CHECK(unpaired.ratio_best->high > unpaired.ratio_best->point);
}

TEST_CASE("the best peer is not the tuned one, and the best LSM is not LMDB") {
  const Row row = RowOf({{"strata", {6, 6}},
                         {"rocksdb", {1, 1}},
                         {"rocksdb-tuned", {4, 4}},
                         {"leveldb", {2, 2}},
                         {"lmdb", {3, 3}}});
  CHECK(row.best_peer == "lmdb");
  CHECK(row.ratio_best->point == Approx(2));
  CHECK(row.best_lsm == "leveldb");
  CHECK(row.ratio_lsm->point == Approx(3));
  REQUIRE(row.goals.size() == 2);
  CHECK(row.goals[1].against == "rocksdb-tuned");
  CHECK(row.goals[1].ratio->point == Approx(1.5));
}

TEST_CASE("a goal is met or short, and sure when the whole interval says so") {
  const auto goal = [](std::vector<double> strata) {
    return RowOf({{"strata", std::move(strata)}, {"lmdb", {100, 100, 100}}}).goals[0];
  };
  CHECK((goal({400, 401, 402}).met && goal({400, 401, 402}).sure));
  CHECK((!goal({100, 101, 102}).met && goal({100, 101, 102}).sure));
  CHECK((goal({200, 300, 600}).met && !goal({200, 300, 600}).sure));
  const Row amplification =
      RowOf({{"strata", {1.1}}, {"lmdb", {2}}}, "load-4k", "written_per_byte");
  REQUIRE(amplification.goals.size() == 1);
  CHECK(amplification.goals[0].met);
}

TEST_CASE("a row without peers, or with a zero, has no ratio") {
  CHECK_FALSE(RowOf({{"strata", {1, 2}}}).ratio_best);
  CHECK_FALSE(RowOf({{"strata", {1, 2}}, {"lmdb", {0, 1}}}).ratio_best);
  CHECK_FALSE(RowOf({{"lmdb", {1, 2}}}).strata);
}

TEST_CASE("engines that answer differently fail the run") {
  Collected collected;
  collected.TakeLine("d strata scan 00aa", 0);
  collected.TakeLine("d lmdb scan 00aa", 0);
  CompareAnswers(&collected);
  CHECK_FALSE(collected.failed);
  collected.TakeLine("d leveldb scan 00ab", 0);
  CompareAnswers(&collected);
  CHECK(collected.failed);
  REQUIRE(collected.notes.size() == 1);
  CHECK(collected.notes[0].find("WRONG ANSWERS") == 0);
}

TEST_CASE("lookups that find another share of the keys are noted") {
  Collected collected;
  collected.TakeLine("m strata readrandom hits 0.63", 0);
  collected.TakeLine("m lmdb readrandom hits 0.64", 0);
  CompareAnswers(&collected);
  CHECK(collected.notes.empty());
  collected.TakeLine("m leveldb readrandom hits 0.2", 0);
  CompareAnswers(&collected);
  CHECK(collected.notes.size() == 1);
}

TEST_CASE("only what was asked for becomes a row") {
  Collected collected;
  collected.TakeLine("m strata fillrandom ops_per_s 5", 0);
  collected.TakeLine("m strata readrandom ops_per_s 6", 0);
  Config config;
  config.only = {"readrandom"};
  const std::vector<Row> rows = Summarise(config, collected);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].workload == "readrandom");
  CHECK(rows[0].strata == 6);
}

TEST_CASE("keys sort as their numbers, and missing ones lie between them") {
  CHECK(Key::Padded(9).view() < Key::Padded(10).view());
  CHECK(Key::Padded(255).view() == "00000000000000ff");
  CHECK(Key::Padded(9).Missing().view() > Key::Padded(9).view());
  CHECK(Key::Padded(9).Missing().view() < Key::Padded(10).view());
  CHECK(Key::Scattered(1).view() != Key::Scattered(2).view());
  CHECK(Key::User(7).view().substr(0, 4) == "user");
}

TEST_CASE("Zipf draws low ranks most and none past the end") {
  const Zipf zipf(1'000);
  Random random(1);
  int first = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t rank = zipf.Next(&random);
    REQUIRE(rank < 1'000);
    first += rank == 0;
  }
  CHECK(first > 1'000);  // 1 / sum of i^-0.99 is about 0.13.
  CHECK(first < 1'600);
}

}  // namespace
}  // namespace strata::peers
