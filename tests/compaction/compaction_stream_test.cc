#include "compaction/compaction_stream.h"

#include <catch2/catch.hpp>

#include <set>

#include "base/random.h"
#include "compaction/small_tree.h"
#include "iter/merging_iterator.h"
#include "testing/results.h"

namespace strata::compaction {
namespace {

using testing::Must;
using testing::ShowEntry;

std::unique_ptr<InternalIterator> MergeOf(const SmallTree& tree, const CompactionJob& job) {
  std::vector<std::unique_ptr<InternalIterator>> cursors;
  for (const FileNumber number : job.inputs) {
    cursors.push_back(tree.version()->FindTable(number)->reader().NewIterator({}));
  }
  return NewMergingIterator(std::move(cursors));
}

// The entries that the stream keeps, as text.
std::string Kept(const SmallTree& tree, const CompactionJob& job, const Snapshots& snapshots,
                 const KeyRange& range = {}) {
  CompactionStream stream(MergeOf(tree, job), OlderData(job, tree.version()), snapshots);
  std::string kept;
  REQUIRE(stream.Start(range).has_value());
  while (stream.Valid()) {
    if (stream.verdict() == Verdict::kKeep) {
      kept += (kept.empty() ? "" : " ") + ShowEntry(stream.key(), stream.value());
    }
    REQUIRE(stream.Next().has_value());
  }
  return kept;
}

TEST_CASE("a compaction leaves the newest version of each key", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 2}, "a@9=new c@7");
  const FileNumber older = tree.Add({0, 1}, "a@3=old b@4=x c@5=gone");
  const CompactionJob job = tree.Merge({newer, older}, {1, 1});
  CHECK(Kept(tree, job, {}) == "a@9=new b@4=x");
  // The delete of c hides nothing, but a snapshot older than it makes the rule careful.
  CHECK(Kept(tree, job, {4}) == "a@9=new a@3=old b@4=x c@7");
  CHECK(Kept(tree, job, {5}) == "a@9=new a@3=old b@4=x c@7 c@5=gone");
}

TEST_CASE("a tombstone stays while a deeper table may hold its key", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 9}, "a@9 b@9 c@9 d@9 e@9 f@9");
  tree.Add({1, 1}, "b@1=x c@2=x");
  tree.Add({2, 1}, "e@1=x e@0=x");
  // From b to c and at e something older may lie below.
  CHECK(Kept(tree, tree.Merge({newer}, {1, 1}), {}) == "b@9 c@9 e@9");
  // Only what is deeper than the output counts: level 1 would be an input.
  CHECK(Kept(tree, tree.Merge({newer}, {2, 1}), {}) == "e@9");
  CHECK(Kept(tree, tree.Merge({newer}, {3, 1}), {}).empty());
}

TEST_CASE("in a level the runs below the output count as deeper", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber newest = tree.Add({0, 9}, "a@9");
  const FileNumber middle = tree.Add({0, 8}, "a@8=x");
  tree.Add({0, 7}, "a@7=x");
  CHECK(Kept(tree, tree.Merge({newest, middle}, {0, 9}), {}) == "a@9");
}

TEST_CASE("a range of the stream has whole keys", "[leveled-compaction]") {
  SmallTree tree;
  const FileNumber table = tree.Add({0, 1}, "a@1=x b@3=z b@2=y c@4=x d@5=x");
  const CompactionJob job = tree.Merge({table}, {1, 1});
  CHECK(Kept(tree, job, {2}, {.lower = "b", .upper = "d"}) == "b@3=z b@2=y c@4=x");
  CHECK(Kept(tree, job, {2}, {.lower = {}, .upper = "b"}) == "a@1=x");
  CHECK(Kept(tree, job, {2}, {.lower = "bb", .upper = {}}) == "c@4=x d@5=x");
  CHECK(Kept(tree, job, {}, {.lower = "e", .upper = {}}).empty());
}

// --- against a model -----------------------------------------------------------------------------

struct Written {
  char key;
  SequenceNumber sequence;
  bool deleted;
};

std::string TextOf(const std::vector<Written>& entries) {
  std::string text;
  for (const Written& entry : entries) {
    text += std::string(1, entry.key) + "@" + std::to_string(entry.sequence) +
            (entry.deleted ? " " : "=v" + std::to_string(entry.sequence) + " ");
  }
  return text;
}

std::vector<Written> RandomWrites(Random& random, SequenceNumber first, std::size_t count) {
  std::vector<Written> writes;
  for (std::size_t i = 0; i < count; ++i) {
    writes.push_back({.key = static_cast<char>('a' + random.Uniform(6)),
                      .sequence = first + i,
                      .deleted = random.OneIn(3)});
  }
  return writes;
}

// "-" and "" are the same to a user.
std::string Seen(SmallTree& tree, char key, SequenceNumber sequence) {
  const std::string value = tree.Get(std::string(1, key), sequence);
  return value == "-" ? "" : value;
}

TEST_CASE("no reader sees a difference, whatever the snapshots and the tables below",
          "[leveled-compaction]") {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    SmallTree tree;
    // Oldest first: two deeper runs, then four of level 0.
    const std::vector<RunPosition> positions = {{2, 1}, {1, 1}, {0, 1}, {0, 2}, {0, 3}, {0, 4}};
    std::vector<FileNumber> numbers;
    SequenceNumber next = 1;
    for (const RunPosition& position : positions) {
      const auto writes = RandomWrites(random, next, random.Between(1, 12));
      next += writes.size();
      numbers.push_back(tree.Add(position, TextOf(writes)));
    }
    std::set<SequenceNumber> chosen;
    for (std::uint64_t i = random.Uniform(4); i > 0; --i) chosen.insert(random.Between(1, next));
    const Snapshots snapshots(chosen.begin(), chosen.end());

    // Neighbours in the order of reads, the output where the oldest of them is.
    const std::uint64_t oldest = random.Uniform(5);
    const std::uint64_t newest = random.Between(oldest + 1, 5);
    std::vector<FileNumber> inputs;
    for (std::uint64_t i = newest + 1; i-- > oldest;) inputs.push_back(numbers[i]);
    RunPosition output = positions[oldest];
    if (output.level == 0) output = positions[newest];
    const CompactionJob job = tree.Merge(inputs, output);

    std::map<std::pair<char, SequenceNumber>, std::string> before;
    for (char key = 'a'; key <= 'f'; ++key) {
      for (const SequenceNumber reader : chosen) before[{key, reader}] = Seen(tree, key, reader);
      before[{key, kSequenceMax}] = Seen(tree, key, kSequenceMax);
    }
    const std::string kept = Kept(tree, job, snapshots);

    VersionEdit edit;
    edit.removed = inputs;
    tree.Install(
        {.edit = edit, .opened = {}, .bytes_read = 0, .bytes_written = 0, .entries_dropped = 0});
    if (!kept.empty()) tree.Add(output, kept);
    for (const auto& [reader, value] : before) {
      CAPTURE(reader.first, reader.second);
      CHECK(Seen(tree, reader.first, reader.second) == value);
    }
  }
}

}  // namespace
}  // namespace strata::compaction
