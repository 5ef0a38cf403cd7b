// Which tables go unread because all in them has expired, and which are overdue.

#include "compaction/expiry_rules.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "testing/tables.h"

namespace strata::compaction {
namespace {

constexpr std::uint64_t kNow = 1'000'000;

// A table at a level and run with keys from `first` to `last`.
struct Spec {
  FileNumber number;
  std::uint32_t level;
  std::uint64_t run;
  std::string first;
  std::string last;
  std::uint64_t entries = 10;
  std::uint64_t deletes = 0;
  std::uint64_t expiring = 10;
  std::uint64_t expiry_min = 100;
  std::uint64_t expiry_max = kNow;
  std::uint64_t delete_since = 0;
};

std::shared_ptr<const Version> VersionOf(const std::vector<Spec>& specs) {
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
  for (const Spec& spec : specs) {
    TableMeta meta;
    meta.number = spec.number;
    meta.position = {spec.level, spec.run};
    meta.smallest = MakeInternalKey(spec.first, 9, EntryKind::kValue);
    meta.largest = MakeInternalKey(spec.last, 2, EntryKind::kValue);
    meta.sequence_min = 2;
    meta.sequence_max = 9;
    meta.entries = spec.entries;
    meta.deletes = spec.deletes;
    meta.expiring = spec.expiring;
    meta.expiry_min_us = spec.expiry_min;
    meta.expiry_max_us = spec.expiry_max;
    meta.delete_since_us = spec.delete_since;
    edit.added.push_back(meta);
    opened.push_back(std::make_shared<const Table>(meta, nullptr));
  }
  auto version = Version().With(edit, std::move(opened));
  REQUIRE(version);
  return *version;
}

std::string Dropped(const std::vector<Spec>& specs, const TableSet& busy = {}) {
  const auto version = VersionOf(specs);
  const auto job = PickExpired({.version = *version, .busy = busy, .now_us = kNow});
  if (!job) return "";
  CHECK(job->drop_inputs);
  std::string out;
  for (const FileNumber number : job->inputs) out += std::to_string(number) + " ";
  return out;
}

TEST_CASE("a table goes unread once its last entry has expired", "[expiry][expiry.2]") {
  CHECK(Dropped({{.number = 1, .level = 1, .run = 0, .first = "a", .last = "c"}}) == "1 ");
  CHECK(Dropped({{.number = 1,
                  .level = 1,
                  .run = 0,
                  .first = "a",
                  .last = "c",
                  .expiry_max = kNow + 1}}) == "");
  CHECK(Dropped({{.number = 1, .level = 1, .run = 0, .first = "a", .last = "c", .expiring = 9}}) ==
        "");
  CHECK(Dropped({{.number = 1,
                  .level = 1,
                  .run = 0,
                  .first = "a",
                  .last = "c",
                  .deletes = 4,
                  .expiring = 6}}) == "1 ");
  CHECK(Dropped({{.number = 1, .level = 1, .run = 0, .first = "a", .last = "c"}}, {1}) == "");
}

TEST_CASE("a table stays while older data under it outlives it", "[expiry][expiry.2]") {
  const Spec newer{.number = 2, .level = 0, .run = 7, .first = "b", .last = "d"};
  Spec older{.number = 1, .level = 1, .run = 0, .first = "a", .last = "c"};
  CHECK(Dropped({newer, older}) == "2 1 ");
  CHECK(Dropped({newer, older}, {1}) == "");
  older.expiring = 0;
  CHECK(Dropped({newer, older}) == "");
  older.first = "x";
  older.last = "z";
  CHECK(Dropped({newer, older}) == "2 ");
  // What is newer doesn't matter.
  Spec above{.number = 3, .level = 0, .run = 9, .first = "a", .last = "z", .expiring = 0};
  CHECK(Dropped({above, newer, older}) == "2 ");
}

TEST_CASE("a table with a delete is overdue after half of the deadline", "[expiry][expiry.3]") {
  const auto version = VersionOf({{.number = 1,
                                   .level = 1,
                                   .run = 0,
                                   .first = "a",
                                   .last = "c",
                                   .deletes = 1,
                                   .expiring = 0,
                                   .delete_since = 400'000}});
  const auto due = [&](std::uint64_t now, Snapshots live = {}) {
    const auto job = PickOverdue({.version = *version,
                                  .busy = {},
                                  .now_us = now,
                                  .deadline_us = 200'000,
                                  .live = std::move(live)},
                                 Options());
    return job && job->inputs == std::vector<FileNumber>{1} && job->output == RunPosition{1, 0};
  };
  CHECK_FALSE(due(499'999));
  CHECK(due(500'000));
  CHECK(due(500'000, {9}));        // A snapshot that already sees the delete.
  CHECK_FALSE(due(500'000, {3}));  // One that may see under it.
  CHECK(NextDue({.version = *version, .busy = {}, .now_us = 1, .deadline_us = 200'000}) == 500'000);
  CHECK_FALSE(PickOverdue({.version = *version, .busy = {}, .now_us = kNow}, Options()));
}

TEST_CASE("what expires is overdue half of the deadline after its expiry, whatever snapshots see",
          "[expiry][expiry.3]") {
  Spec spec{.number = 1, .level = 1, .run = 0, .first = "a", .last = "c", .entries = 20};
  spec.expiry_min = 400'000;
  const auto due_at = [&](Snapshots live = {}) {
    const auto version = VersionOf({spec});
    return NextDue({.version = *version,
                    .busy = {},
                    .now_us = 1,
                    .deadline_us = 200'000,
                    .live = std::move(live)});
  };
  CHECK(due_at() == 500'000);
  CHECK(due_at({3}) == 500'000);
  spec.expiring = 1;  // One is enough.
  CHECK(due_at() == 500'000);
  spec.expiring = 10;
  spec.deletes = 1;
  spec.delete_since = 300'000;  // The earlier one counts.
  CHECK(due_at() == 400'000);
  CHECK(due_at({3}) == 500'000);
  spec.delete_since = 450'000;
  CHECK(due_at() == 500'000);
  spec.expiry_min = UINT64_MAX - 10;
  spec.expiry_max = UINT64_MAX - 10;
  spec.deletes = 0;
  CHECK(due_at() == UINT64_MAX);
  spec.expiring = 0;
  CHECK_FALSE(due_at());
}

}  // namespace
}  // namespace strata::compaction
