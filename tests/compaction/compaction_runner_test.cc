#include "compaction/compaction_runner.h"

#include <catch2/catch.hpp>

#include <map>
#include <memory>

#include "base/random.h"
#include "compaction/small_tree.h"
#include "io/faulty_file_system.h"
#include "testing/results.h"

namespace strata::compaction {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

TEST_CASE("a merge leaves the newest versions as tables of the output's level",
          "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 2}, "a@9=new c@7");
  const FileNumber older = tree.Add({0, 1}, "a@3=old c@5=gone");
  const FileNumber below = tree.Add({1, 1}, "a@1=older b@2=x");
  tree.Add({1, 1}, "x@1=far");
  const CompactionResult result = tree.Compact(tree.Merge({newer, older, below}, {1, 1}));
  CHECK(tree.Show() == "L1.1 [a@9=new b@2=x] [x@1=far]");
  CHECK(result.entries_dropped == 4);
  CHECK(result.edit.removed == std::vector<FileNumber>{newer, older, below});
  REQUIRE(result.edit.added.size() == 1);
  CHECK(result.bytes_written == result.edit.added[0].size_bytes);
  CHECK(tree.tables.counters.Get(Counter::kCompactions) == 1);
  CHECK(tree.tables.counters.Get(Counter::kEntriesDropped) == 4);
  CHECK(tree.tables.counters.Get(Counter::kCompactionBytesWritten) == result.bytes_written);
  CHECK(tree.tables.counters.Get(Counter::kCompactionBytesRead) == result.bytes_read);
}

TEST_CASE("a merge that leaves nothing makes no table", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 2}, "a@9");
  const FileNumber older = tree.Add({0, 1}, "a@3=old");
  CHECK(tree.Compact(tree.Merge({newer, older}, {1, 1})).edit.added.empty());
  CHECK(tree.Show().empty());
}

TEST_CASE("a table that moves changes its level and keeps its file", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 2}, "a@9=x b@8=y");
  const FileNumber older = tree.Add({0, 1}, "a@3=x");
  tree.Compact(tree.Merge({newer, older}, {1, 1}));
  const FileNumber merged = tree.version()->runs().front().tables.front()->meta().number;
  const std::size_t files = tree.files();
  CompactionJob move = tree.Merge({merged}, {2, 1});
  move.trivial_move = true;
  const CompactionResult result = tree.Compact(move);
  CHECK(tree.Show() == "L2.1 [a@9=x b@8=y]");
  CHECK(result.edit.removed == std::vector<FileNumber>{merged});
  CHECK(result.edit.added[0].number == merged);
  CHECK(result.bytes_written == 0);
  CHECK(tree.files() == files);
  CHECK(tree.tables.counters.Get(Counter::kTrivialMoves) == 1);
}

std::string ManyEntries(std::uint64_t count, std::uint64_t first_sequence) {
  std::string text;
  for (std::uint64_t i = 0; i < count; ++i) {
    text += "key" + std::to_string(1000 + i) + "@" + std::to_string(first_sequence + i) + "=" +
            std::string(40, 'v') + " ";
  }
  return text;
}

TEST_CASE("a job is carried out in steps of bounded size", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 2}, ManyEntries(100, 1000));
  const FileNumber older = tree.Add({0, 1}, ManyEntries(100, 1));
  tree.options.step_bytes = 1000;  // An entry has 55 bytes, so a step takes 19.
  const CompactionJob job = tree.Merge({newer, older}, {1, 1});
  CompactionRun run(job, tree.version(), tree.store, tree.options);
  int steps = 1;
  while (!Must(run.Step())) ++steps;
  CHECK(steps == 11);
  const CompactionOutput output = Must(run.Finish());
  CHECK(output.entries_read == 200);
  CHECK(output.entries_dropped == 100);
}

TEST_CASE("outputs are cut at the job's table size", "[leveled-compaction]") {
  SmallTree tree;
  tree.tables.options.block_bytes = 256;
  tree.options.table = tree.tables.options;
  const FileNumber newer = tree.Add({0, 2}, ManyEntries(200, 1000));
  const FileNumber older = tree.Add({0, 1}, ManyEntries(200, 1));
  CompactionJob job = tree.Merge({newer, older}, {1, 1});
  job.table_bytes = 4096;
  const CompactionResult result = tree.Compact(job);
  CHECK(result.opened.size() > 2);
  for (const auto& table : result.opened) CHECK(table->meta().size_bytes < 2 * 4096);
  CHECK(tree.Get("key1000") == std::string(40, 'v'));
  CHECK(tree.Get("key1199") == std::string(40, 'v'));
}

TEST_CASE("a job that is stopped half-way leaves no file", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 2}, ManyEntries(100, 1000));
  const FileNumber older = tree.Add({0, 1}, ManyEntries(100, 1));
  tree.options.step_bytes = 1000;
  {
    CompactionRun run(tree.Merge({newer, older}, {1, 1}), tree.version(), tree.store, tree.options);
    CHECK_FALSE(Must(run.Step()));
    CHECK_FALSE(Must(run.Step()));
    CHECK(tree.files() == 3);
  }
  CHECK(tree.files() == 2);
}

// Whatever operation fails, the job says so, and what it wrote is gone or of no consequence.
TEST_CASE("a job that a disk fails is an error at every operation", "[leveled-compaction]") {
  for (std::uint64_t fail_at = 0;; ++fail_at) {
    CAPTURE(fail_at);
    std::unique_ptr<FaultyFileSystem> faulty;
    SmallTree tree;
    faulty = NewFaultyFileSystem(*tree.tables.disk);
    tree.tables.files = faulty.get();  // For the inputs, too.
    const FileNumber newer = tree.Add({0, 2}, "a@9=new c@7");
    const FileNumber older = tree.Add({0, 1}, "a@3=old b@4=x");
    TableStore& store = tree.tables.Store();
    faulty->SetPlan({.fail_at = fail_at});
    const auto result =
        RunJob(tree.Merge({newer, older}, {1, 1}), tree.version(), store, tree.options);
    if (!faulty->fired()) {
      CHECK(Outcome(result) == "ok");
      break;
    }
    if (!result.has_value()) {
      CHECK(CodeOf(result) == "i/o error");
      continue;
    }
    CHECK(result->opened.size() == 1);  // Something that doesn't matter failed.
  }
}

TEST_CASE("entries that nobody accounts for fail the job", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 2}, "a@9=new c@7");
  const FileNumber older = tree.Add({0, 1}, "a@3=old b@4=x");
  const CompactionJob job = tree.Merge({newer, older}, {1, 1});
  CompactionRun run(job, tree.version(), tree.store, tree.options);
  while (!Must(run.Step())) continue;
  CompactionOutput output = Must(run.Finish());
  CHECK(Outcome(Conclude(job, *tree.version(), tree.store, tree.options, {output})) == "ok");
  --output.entries_dropped;
  CHECK(Outcome(Conclude(job, *tree.version(), tree.store, tree.options, {output})) ==
        "corruption: compaction of 2 tables with 4 entries read 4 and accounted for 3");
  output.entries_dropped += 2;
  CHECK(CodeOf(Conclude(job, *tree.version(), tree.store, tree.options, {output})) == "corruption");
}

// --- against a model -----------------------------------------------------------------------------

class Story {
 public:
  explicit Story(std::uint64_t seed) : random_(seed) {
    options_.level0_runs = 2;
    options_.level1_bytes = 2000;
    options_.level_multiplier = 3;
    options_.table_bytes = 1000;
    policy_ = Must(MakePolicy(options_));
  }

  // Writes a table's worth of puts and deletes to level 0, then lets the policy work.
  void WriteAndCompact() {
    std::map<std::string, std::string> memtable;
    for (int i = 0; i < 20; ++i) {
      const std::string key = "k" + std::to_string(100 + random_.Uniform(400));
      ++sequence_;
      const bool deleted = random_.OneIn(4);
      const std::string value = "v" + std::to_string(sequence_);
      model_[key] = deleted ? "-" : value;
      memtable[key] = key + "@" + std::to_string(sequence_) + (deleted ? "" : "=" + value);
    }
    std::string text;
    for (const auto& [key, entry] : memtable) text += entry + " ";
    tree.Add({0, tree.tables.next_number}, text);
    while (true) {
      const auto jobs = policy_->Pick({.tree = ViewOf(*tree.version()), .busy = {}, .now_us = 0});
      if (jobs.empty()) break;
      tree.Compact(jobs.front());
    }
  }

  void Check() {
    for (const auto& [key, value] : model_) {
      CAPTURE(key);
      const std::string found = tree.Get(key);
      CHECK((found.empty() ? "-" : found) == value);
    }
  }

  void CompactEverything() {
    while (true) {
      const ManualPick pick = PickManual(ViewOf(*tree.version()), {}, {}, options_);
      if (!pick.job) break;
      tree.Compact(*pick.job);
    }
  }

  std::size_t live_keys() const {
    std::size_t live = 0;
    for (const auto& [key, value] : model_) live += value == "-" ? 0 : 1;
    return live;
  }

  SmallTree tree;

 private:
  Random random_;
  Options options_;
  std::unique_ptr<const Policy> policy_;
  std::map<std::string, std::string> model_;
  SequenceNumber sequence_ = 0;
};

TEST_CASE("leveled compaction keeps every answer and few runs", "[leveled-compaction]") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    for (int round = 0; round < 100; ++round) {
      story.WriteAndCompact();
      CHECK(story.tree.version()->runs().size() <= 5);
    }
    story.Check();
    CHECK(story.tree.version()->level_count() >= 3);
    CHECK(story.tree.tables.counters.Get(Counter::kTrivialMoves) > 0);

    story.CompactEverything();
    story.Check();
    REQUIRE(story.tree.version()->runs().size() == 1);
    CHECK(story.tree.version()->runs().front().entries() == story.live_keys());
  }
}

}  // namespace
}  // namespace strata::compaction
