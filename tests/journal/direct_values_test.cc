// The values of one generation alone: over a table store of its own, without a journal.

#include "journal/direct_values.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include "io/faulty_file_system.h"
#include "testing/results.h"
#include "testing/tables.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

constexpr std::uint64_t kFileBytes = 1'000;

struct World {
  blob::Place Append(std::string_view value, std::uint32_t table = 0) {
    return Must(values.Append(table, value, {}));
  }
  // As a reader of the store finds it.
  std::string Find(const blob::Place& place) const {
    const blob::ValueFile* file = values.Find(place.pointer.blob);
    if (file == nullptr) return "(no file)";
    std::string value;
    const Status read = file->Read(place.pointer, &value);
    return read ? value : Outcome(read);
  }

  TableStore& OverFaults() {
    tables.files = faulty.get();
    return tables.Store();
  }

  testing::TableFactory tables;
  std::unique_ptr<FaultyFileSystem> faulty = NewFaultyFileSystem(*tables.disk);
  TableStore& store = OverFaults();
  DirectValues values{store, kFileBytes, tables.counters};
};

// As who opens the store next finds it.
std::string On(FileSystem& disk, const blob::Place& place) {
  const auto file = disk.Open(JoinPath("db", BlobFileName(place.pointer.blob)));
  if (!file) return "(no file)";
  std::string value;
  return blob::ReadPlace(**file, place, &value) ? value : "(not whole)";
}

std::string AfterPowerCut(const World& world, const blob::Place& place) {
  Random random(1);
  return On(*world.tables.disk->Crash(CrashKind::kNothingUnsynced, random), place);
}

TEST_CASE("a generation is empty, and makes no file, until a value comes", "[value-separation]") {
  World world;
  CHECK(world.values.empty());
  CHECK(world.values.synced());
  CHECK(world.values.Find(1) == nullptr);
  REQUIRE(world.values.HandOver());
  REQUIRE(world.values.Sync());
  CHECK(Must(world.tables.disk->List("db")).empty());
  const blob::Place place = world.Append("some value");
  CHECK_FALSE(world.values.empty());
  CHECK(world.values.bytes() == place.stored_bytes + blob::kTrailerSize);
  CHECK(Must(world.tables.disk->List("db")) == std::vector<std::string>{"000001.blob"});
  CHECK(world.values.Find(2) == nullptr);
}

TEST_CASE("values are found, and outlive the process, once they are handed over",
          "[value-separation]") {
  World world;
  const blob::Place a = world.Append("value a");
  const blob::Place b = world.Append("value b");
  REQUIRE(world.values.HandOver());
  CHECK(world.Find(a) == "value a");
  CHECK(world.Find(b) == "value b");
  CHECK(On(*world.tables.disk, b) == "value b");
  CHECK_FALSE(world.values.synced());
  CHECK(AfterPowerCut(world, a) == "(no file)");
}

TEST_CASE("values outlive a power cut once they are synced, whichever file they are in",
          "[value-separation]") {
  World world;
  const blob::Place full = world.Append(std::string(kFileBytes, 'x'));
  const blob::Place next = world.Append("next");
  const blob::Place other = world.Append("other", /*table=*/7);
  REQUIRE(full.pointer.blob != next.pointer.blob);
  REQUIRE(world.values.Sync());
  CHECK(world.values.synced());
  CHECK(AfterPowerCut(world, full) == std::string(kFileBytes, 'x'));
  CHECK(AfterPowerCut(world, next) == "next");
  CHECK(AfterPowerCut(world, other) == "other");
  const blob::Place later = world.Append("later");
  CHECK_FALSE(world.values.synced());
  world.faulty->SetPlan({});
  REQUIRE(world.values.Sync());
  CHECK(AfterPowerCut(world, later) == "later");
  for (const FileEvent& event : world.faulty->events()) {  // All names were durable already.
    CHECK(event.operation != FileOperation::kSyncDirectory);
  }
}

TEST_CASE("each table's values are in files of their own", "[value-separation]") {
  World world;
  const BlobId of_default = world.Append("a").pointer.blob;
  CHECK(world.Append("b", 7).pointer.blob != of_default);
  CHECK(world.Append("c").pointer.blob == of_default);
}

TEST_CASE("a file that is full takes no more, and is handed out to be finished once",
          "[value-separation]") {
  World world;
  const blob::Place first = world.Append(std::string(kFileBytes, 'x'));
  CHECK(world.values.TakeFull().empty());
  const blob::Place second = world.Append(std::string(kFileBytes, 'y'));  // Cuts the first.
  CHECK(first.pointer.blob != second.pointer.blob);
  auto full = world.values.TakeFull();
  REQUIRE(full.size() == 1);
  CHECK(full.front()->blob() == first.pointer.blob);
  CHECK(world.values.TakeFull().empty());
  REQUIRE(world.values.HandOver());  // The second is full as well.
  full = world.values.TakeFull();
  REQUIRE(full.size() == 1);
  CHECK(full.front()->blob() == second.pointer.blob);
  REQUIRE(world.values.HandOver());
  CHECK(world.values.TakeFull().empty());
  CHECK(On(*world.tables.disk, first) == std::string(kFileBytes, 'x'));
  REQUIRE(full.front()->Finish());
  CHECK(world.Find(second) == std::string(kFileBytes, 'y'));
}

TEST_CASE("a table's files become blobs with the same values", "[value-separation]") {
  World world;
  const blob::Place full = world.Append(std::string(kFileBytes, 'x'));
  const blob::Place next = world.Append("next");
  const blob::Place other = world.Append("other", 7);
  const auto blobs = Must(world.values.Finish(0));
  REQUIRE(blobs.size() == 2);
  CHECK(blobs[0]->meta().id == full.pointer.blob);
  CHECK(blobs[0]->meta().file_id == full.file_id);
  CHECK(blobs[1]->meta().values == 1);
  std::string value;
  REQUIRE(blobs[1]->reader().Read(next.pointer, &value));
  CHECK(value == "next");
  CHECK(world.Find(full) == std::string(kFileBytes, 'x'));  // Readers from before go on.
  CHECK(Must(world.values.Finish(7)).at(0)->meta().id == other.pointer.blob);
  CHECK(Must(world.values.Finish(8)).empty());
}

TEST_CASE("files that no edit named go, the others stay", "[value-separation]") {
  World world;
  const blob::Place kept = world.Append("kept");
  const blob::Place unused = world.Append("unused", 7);
  std::vector<BlobMeta> named;
  for (const auto& blob : Must(world.values.Finish(0))) named.push_back(blob->meta());
  world.values.RemoveUnused(named);
  CHECK(On(*world.tables.disk, kept) == "kept");
  CHECK(On(*world.tables.disk, unused) == "(no file)");
}

TEST_CASE("a file that can't be made is an error, and the next value makes another",
          "[value-separation]") {
  World world;
  world.faulty->SetPlan({.fail_at = 0});
  CHECK(CodeOf(world.values.Append(0, "a", {})) == "i/o error");
  CHECK(world.values.empty());
  CHECK(Must(world.values.Finish(0)).empty());
  const blob::Place place = world.Append("b");
  REQUIRE(world.values.Sync());
  CHECK(AfterPowerCut(world, place) == "b");
}

TEST_CASE("a sync that fails is an error, and nothing is taken for synced", "[value-separation]") {
  World world;
  world.Append("a");
  REQUIRE(world.values.HandOver());
  world.faulty->SetPlan({.fail_at = 0, .fault = Fault::kSyncLosesOnCrash});
  CHECK(CodeOf(world.values.Sync()) == "i/o error");
  REQUIRE(world.faulty->fired());
  CHECK_FALSE(world.values.synced());
  CHECK(CodeOf(world.values.Sync()) == "i/o error");
}

TEST_CASE("a name that couldn't be made durable is tried again by the next sync",
          "[value-separation]") {
  World world;
  const blob::Place place = world.Append("a");
  REQUIRE(world.values.HandOver());
  world.faulty->SetPlan({.fail_at = 1});  // 0 syncs the file.
  CHECK(CodeOf(world.values.Sync()) == "i/o error");
  CHECK_FALSE(world.values.synced());
  CHECK(AfterPowerCut(world, place) == "(no file)");
  REQUIRE(world.values.Sync());
  CHECK(AfterPowerCut(world, place) == "a");
}

}  // namespace
}  // namespace strata
