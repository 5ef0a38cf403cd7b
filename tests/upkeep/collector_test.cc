#include "upkeep/collector.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/parts_world.h"
#include "testing/results.h"
#include "upkeep/compactor.h"

namespace strata {
namespace {

using testing::Outcome;
using testing::PartsWorld;

Options Apart() {
  return {.compression = Compression::kNone,
          .blob_threshold = 100,
          .direct_value_bytes = 100,
          .blob_space_bound = 100};
}

// A store with some values, if they fit in one blob, of which a test lets some die.
struct World : PartsWorld {
  explicit World(const Options& store_options = Apart(), int values = 10)
      : PartsWorld(store_options) {
    for (int i = 0; i < values; ++i) STRATA_CHECK(parts->Put(KeyOf(i), ValueOf(i)).has_value());
    Flush();
  }
  static std::string KeyOf(int i) { return "key" + std::to_string(100 + i); }
  static std::string ValueOf(int i) { return std::string(1'000, static_cast<char>('a' + i)); }
  void Flush() {
    STRATA_CHECK(parts->Switch().has_value());
    FlushAll();
  }
  // Deletes, and merges until the values are dead.
  void KillValues(int end, int step = 1) {
    for (int i = 0; i < end; i += step) STRATA_CHECK(parts->Delete(KeyOf(i)).has_value());
    Flush();
    Compactor compactor(parts->upkeep(), failures, [] {});
    const auto merged = parts->Locked([&] { return compactor.CompactRange(parts->tree(), {}); });
    STRATA_CHECK(merged.has_value());
  }
  void StartLocked() {
    parts->Locked([&] { collector.Start(); });
  }
  std::string blobs() const { return Names(".blob"); }
  std::uint64_t collections() { return parts->context.counters.Get(Counter::kBlobCollections); }

  int looks = 0;
  Failures failures{parts->context, parts->health, parts->jobs, [] {}};
  Collector collector{parts->upkeep(), failures, [this] { ++looks; }};
};

TEST_CASE("a blob of which half is dead gives way to one with what lives", "[blob-collection]") {
  World world;
  const std::string before = world.blobs();
  world.KillValues(4);
  world.StartLocked();
  CHECK_FALSE(world.collector.running());
  CHECK(world.blobs() == before);

  world.KillValues(6);
  world.StartLocked();
  CHECK(world.collector.running());
  world.executor->RunAll();
  CHECK_FALSE(world.collector.running());
  CHECK(world.looks == 1);
  CHECK(world.collections() == 1);
  CHECK(world.blobs().size() == before.size());
  CHECK(world.blobs() != before);
  const auto& state = world->tree()->version->blobs().begin()->second;
  CHECK(state.blob->meta().values == 4);
  CHECK(world->Get(World::KeyOf(5)) == "none");
  CHECK(world->Get(World::KeyOf(6)) == World::ValueOf(6));
  world.PowerCut();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->Get(World::KeyOf(9)) == World::ValueOf(9));
}

TEST_CASE("a file that readers have open goes with the last of them, and is counted until then",
          "[blob-collection]") {
  World world;
  world.KillValues(6);
  const std::string before = world.blobs();
  auto reader = world->reader.state();
  const std::uint64_t bytes = reader->version->blob_bytes();
  world.StartLocked();
  world.executor->RunAll();
  CHECK(world.blobs().find(before) != std::string::npos);
  CHECK(world->versions.pinned_blob_bytes() == bytes);
  reader.reset();
  CHECK(world.blobs().find(before) == std::string::npos);
  CHECK(world->versions.pinned_blob_bytes() == 0);
}

TEST_CASE("a copy of what is dropped meanwhile, or given up, leaves no file", "[blob-collection]") {
  World world;
  world.KillValues(6);
  const std::string before = world.blobs();
  world.StartLocked();
  SECTION("all of it died") {
    world.before = [&](const FileEvent& event) {
      if (event.operation != FileOperation::kCreate || !event.path.ends_with(".blob")) return;
      world.before = nullptr;
      world.KillValues(10);
    };
    world.executor->RunAll();
    CHECK(world.blobs().empty());
  }
  SECTION("the store closes") {
    world->health.SetClosing();
    world.executor->RunAll();
    CHECK(world.blobs() == before);
  }
  SECTION("there is no room") {
    world.disk->SetCapacity(1);
    while (!world.failures.passing()) REQUIRE(world.executor->RunOne());
    CHECK(world.blobs() == before);
  }
  CHECK(world.collections() == 0);
  CHECK_FALSE(world.collector.running());
  CHECK_FALSE(world->health.failed());
}

TEST_CASE("who waits for space goes on when a collection has given some back",
          "[blob-collection]") {
  Options tight = Apart();
  tight.blob_space_bound = 1.05;
  tight.blob_file_bytes = 8'000;  // Five blobs.
  World world(tight, /*values=*/40);
  const auto await = [&] {
    world->Locked([&] { world.collector.AwaitSpace(); });
    return world.collections();
  };
  world.StartLocked();
  CHECK(await() == 0);  // There is room.
  world.KillValues(40, /*step=*/2);
  world.StartLocked();
  CHECK(world.collector.running());
  CHECK(world.collector.bytes_over() > 2 * tight.blob_file_bytes);
  CHECK(await() == 1);
  CHECK(await() == 1);  // Nothing runs that would give any.
  CHECK(world->Get(World::KeyOf(1)) == World::ValueOf(1));
}

}  // namespace
}  // namespace strata
