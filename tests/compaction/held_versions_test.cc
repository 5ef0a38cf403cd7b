// What snapshots hold back: for which of them a version stays, and which table is worth being
// written anew once they are gone.

#include "compaction/held_versions.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include "testing/results.h"

namespace strata::compaction {
namespace {

// "5..9": the first and the last snapshot that hold the version, or "nobody".
std::string HoldersOf(const VersionFacts& version, const Snapshots& snapshots) {
  const auto held = HeldBy(version, snapshots);
  if (!held) return "nobody";
  return std::to_string(held->first) + ".." + std::to_string(held->last);
}

VersionFacts Value(SequenceNumber sequence, std::optional<SequenceNumber> newer = {}) {
  VersionFacts version;
  version.sequence = sequence;
  version.newer = newer;
  version.older_below = false;
  return version;
}

TEST_CASE("an older version is held by the snapshots that see it", "[snapshots][snapshots.3]") {
  CHECK(HoldersOf(Value(5, 9), {3, 5, 7, 8, 9, 20}) == "5..8");
  CHECK(HoldersOf(Value(5, 9), {6}) == "6..6");
  CHECK(HoldersOf(Value(5, 9), {4, 9}) == "nobody");
}

TEST_CASE("the newest version of a key is held by nobody: it stays anyway",
          "[snapshots][snapshots.3]") {
  CHECK(HoldersOf(Value(5), {1, 3, 7}) == "nobody");
}

TEST_CASE("a tombstone at the bottom is held by the snapshots before it",
          "[snapshots][snapshots.3]") {
  VersionFacts tombstone = Value(5);
  tombstone.kind = EntryKind::kDelete;
  CHECK(HoldersOf(tombstone, {0, 3, 5, 7}) == "0..3");
  CHECK(HoldersOf(tombstone, {5, 7}) == "nobody");
  tombstone.older_below = true;  // It hides something: it stays anyway.
  CHECK(HoldersOf(tombstone, {1, 3}) == "nobody");
}

// Tables of one key each, a to c, of 1,000 bytes, of which snapshot 5 holds so many.
std::shared_ptr<const Version> Holding(const std::vector<std::uint64_t>& bytes) {
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
  for (const std::uint64_t held : bytes) {
    TableMeta meta;
    meta.number = opened.size() + 1;
    meta.position = {1, 4};
    const std::string key(1, static_cast<char>('a' + opened.size()));
    meta.smallest = MakeInternalKey(key, 9, EntryKind::kValue);
    meta.largest = MakeInternalKey(key, 2, EntryKind::kValue);
    meta.sequence_min = 2;
    meta.sequence_max = 9;
    meta.entries = 10;
    meta.raw_bytes = 1'000;
    if (held > 0) meta.held = {{.range = {5, 5}, .entries = 1, .bytes = held}};
    edit.added.push_back(meta);
    opened.push_back(std::make_shared<const Table>(meta, nullptr));
  }
  return testing::Must(Version().With(edit, std::move(opened)));
}

// The table that is written anew, or 0.
FileNumber Reclaimed(const std::vector<std::uint64_t>& bytes, const Snapshots& live = {},
                     const TableSet& busy = {}, const KeyRange& range = {}) {
  const auto version = Holding(bytes);
  const auto job = PickReclaim({*version, live, busy, /*share_min=*/0.1, range}, Options());
  if (!job) return 0;
  CHECK(job->output == RunPosition{1, 4});
  CHECK(job->table_bytes == Options().table_bytes);
  return job->inputs.at(0);
}

TEST_CASE("a table is written anew when a share of it waits to be dropped",
          "[snapshots][snapshots.4]") {
  CHECK(Reclaimed({0, 99, 100}) == 3);
  CHECK(Reclaimed({0, 99, 0}) == 0);
  CHECK(Reclaimed({0, 100, 300}, /*live=*/{5}) == 0);
  CHECK(Reclaimed({0, 100, 300}, /*live=*/{4, 6}) == 2);
}

TEST_CASE("a table that is busy, or beside the range, keeps none behind it from being written anew",
          "[snapshots][snapshots.4]") {
  CHECK(Reclaimed({200, 200, 200}, {}, /*busy=*/{1}) == 2);
  CHECK(Reclaimed({200, 200, 200}, {}, {}, {.lower = "b", .upper = "z"}) == 2);
  CHECK(Reclaimed({200, 200, 200}, {}, /*busy=*/{1, 2, 3}) == 0);
  CHECK(Reclaimed({200, 200, 200}, {}, {}, {.lower = "x", .upper = "z"}) == 0);
}

}  // namespace
}  // namespace strata::compaction
