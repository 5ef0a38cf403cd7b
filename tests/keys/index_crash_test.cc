// The power is cut before every file operation while rows and indexes change: in every image that a
// crash may leave, an index says what its rows say.

#include <catch2/catch.hpp>

#include "base/random.h"
#include "strata/keys/indexed_table.h"
#include "testing/store_world.h"
#include "testing/watched_file_system.h"

namespace strata::keys {
namespace {

using testing::StoreWorld;

Options SmallStore() {
  Options options;
  options.memtable_bytes = 8 << 10;
  options.block_cache_bytes = 64 << 10;
  return options;
}

std::string Person(std::uint64_t age) {
  return R"({"age": )" + std::to_string(age) + "}";
}

IndexDefinition ByAge() {
  return {.name = "by_age", .json_path = "age"};
}

// Rows come and go before, while and after an index is declared; then it is dropped and comes
// again.
Status ChangeRowsAndIndexes(StoreWorld& world) {
  STRATA_TRY(world->CreateTable("people", {}));
  STRATA_TRY_ASSIGN(const auto people, IndexedTable::Open(world.db(), "people"));
  Random random(18);
  for (int i = 0; i < 36; ++i) {
    const std::string key = "p" + std::to_string(random.Uniform(6));
    if (random.OneIn(4)) {
      STRATA_TRY(people->Delete(key));
    } else {
      STRATA_TRY(people->Put(key, Person(random.Uniform(4))));
    }
    if (i == 9 || i == 29) STRATA_TRY(people->CreateIndex(ByAge()));
    if (i == 15) STRATA_TRY(world->Flush());
    if (i == 24) STRATA_TRY(people->DropIndex("by_age"));
  }
  return {};
}

// "" when the index on this disk is right, and can be completed if it isn't ready.
std::string Judge(StoreWorld& world) {
  if (Status opened = world.Open(); !opened) return "doesn't open: " + opened.error().message();
  const auto found = world->FindTable("people");
  if (!found.has_value()) {
    return found.error().code() == ErrorCode::kNotFound ? "" : found.error().message();
  }
  const auto people = IndexedTable::Open(world.db(), "people");
  if (!people.has_value()) return people.error().message();
  const auto indexes = (*people)->Indexes();
  if (!indexes.has_value()) return indexes.error().message();
  if (indexes->empty()) return "";
  if (!indexes->front().ready) {
    if (Status done = (*people)->CreateIndex(ByAge()); !done) return done.error().message();
  }
  const auto flaws = (*people)->Check("by_age", 10);
  if (!flaws.has_value()) return flaws.error().message();
  return flaws->empty() ? "" : std::to_string(flaws->size()) + " flaws, of " + flaws->front().key;
}

TEST_CASE("no power cut leaves an index that disagrees with its rows", "[structured-keys]") {
  auto memory = NewMemoryFileSystem();
  MemoryFileSystem& disk = *memory;
  Random random(19);
  std::uint64_t operations = 0;
  std::uint64_t images = 0;
  std::string wrong;
  const auto files = testing::NewWatchedFileSystem(disk, [&](const FileEvent& event) {
    ++operations;
    const int kinds[] = {0, 1, 2 + static_cast<int>(random.Uniform(kCrashKinds - 2))};
    for (const int kind : kinds) {
      if (!wrong.empty()) return;
      StoreWorld image(disk.Crash(static_cast<CrashKind>(kind), random), SmallStore(), ++images);
      if (const std::string why = Judge(image); !why.empty()) {
        wrong = "operation " + std::to_string(operations) + " on " + event.path + ", kind " +
                std::to_string(kind) + ": " + why;
      }
    }
  });
  StoreWorld world(std::move(memory), SmallStore(), 1);
  REQUIRE(world.Open(files.get()).has_value());
  const Status done = ChangeRowsAndIndexes(world);
  CHECK((done.has_value() ? "" : done.error().message()) == "");
  CHECK(wrong == "");
  CHECK(images > 300);
  if (world.is_open()) CHECK(world.Close().has_value());
}

}  // namespace
}  // namespace strata::keys
