#include "compaction/split_job.h"

#include <catch2/catch.hpp>

#include "compaction/small_tree.h"
#include "testing/results.h"

namespace strata::compaction {
namespace {

using testing::Must;

// Three overlapping runs of 200 entries over 300 keys.
std::vector<FileNumber> Fill(SmallTree& tree) {
  std::vector<FileNumber> inputs;
  tree.tables.options.block_bytes = 256;
  for (std::uint64_t run = 3; run > 0; --run) {
    std::string text;
    for (std::uint64_t i = 0; i < 300; ++i) {
      if (i % 3 == run % 3) continue;
      text += "key" + std::to_string(1000 + i) + "@" + std::to_string(run * 1000 + i) + "=" +
              std::string(20, 'v') + " ";
    }
    inputs.push_back(tree.Add({0, run}, text));
  }
  return inputs;
}

}  // namespace

TEST_CASE("the parts of a job cover all keys once and are of like size", "[background-work]") {
  SmallTree tree;
  const std::vector<FileNumber> inputs = Fill(tree);
  const CompactionJob job = tree.Merge(inputs, {1, 1});
  for (std::size_t parts = 1; parts <= 8; ++parts) {
    CAPTURE(parts);
    const auto ranges = SplitJob(job, *tree.version(), parts);
    CHECK(ranges.size() == parts);
    CHECK_FALSE(ranges.front().lower.has_value());
    CHECK_FALSE(ranges.back().upper.has_value());
    std::vector<CompactionOutput> outputs;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (i > 0) CHECK(ranges[i].lower == ranges[i - 1].upper);
      CompactionRun run(job, tree.version(), tree.store, tree.options, ranges[i]);
      while (!Must(run.Step())) continue;
      outputs.push_back(Must(run.Finish()));
      CHECK(outputs.back().entries_read < 600 / parts * 2);
    }
    const auto result = Must(Conclude(job, *tree.version(), tree.store, tree.options, outputs));
    CHECK(result.entries_dropped == 300);
    CHECK(Must(tree.version()->With(result.edit, result.opened))->runs().front().entries() == 300);
  }
}

TEST_CASE("a job too small to cut is one part", "[background-work]") {
  SmallTree tree;
  const FileNumber table = tree.Add({0, 1}, "a@1=x");
  const auto ranges = SplitJob(tree.Merge({table}, {1, 1}), *tree.version(), 4);
  REQUIRE_FALSE(ranges.empty());
  CHECK_FALSE(ranges.front().lower.has_value());
  CHECK_FALSE(ranges.back().upper.has_value());
}

}  // namespace strata::compaction
