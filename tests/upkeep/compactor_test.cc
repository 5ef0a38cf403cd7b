#include "upkeep/compactor.h"

#include <catch2/catch.hpp>

#include <functional>
#include <string>

#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::PartsWorld;

struct World : PartsWorld {
  explicit World(const Options& store_options = {.level0_runs = 3}) : PartsWorld(store_options) {}

  void Start() { compactor.Start(/*at_rest=*/false); }
  void StartLocked() {
    parts->Locked([&] { Start(); });
  }
  // A run of level 0 with "a" = `value`, and keys of its own.
  void AddRun(const std::string& value, int keys = 1) {
    REQUIRE(parts->Put("a", value));
    for (int i = 0; i < keys; ++i) {
      REQUIRE(parts->Put("b" + value + (i > 0 ? std::to_string(i) : ""),
                         i > 0 ? std::string(1'000, 'v') : value));
    }
    REQUIRE(parts->Switch());
    FlushAll();
  }
  const Version& version() const { return *parts->tree()->version; }

  int looks = 0;
  Failures failures{parts->context, parts->health, parts->jobs, [this] { Start(); }};
  Compactor compactor{parts->upkeep(), failures, [this] {
                        ++looks;
                        if (!parts->health.closing()) Start();
                      }};
};

TEST_CASE("runs that are due are merged by one edit, and their files go", "[background-work]") {
  World world;
  world.AddRun("1");
  world.AddRun("2");
  world.StartLocked();
  CHECK(world.compactor.idle());
  CHECK(world.compactor.debt().runs == 0);
  world.AddRun("3");
  world.StartLocked();
  CHECK_FALSE(world.compactor.idle());
  CHECK(world.compactor.debt().bytes > 0);
  CHECK(world.compactor.busy().size() == 3);
  CHECK(world.version().runs().size() == 3);

  world.executor->RunAll();
  CHECK(world.compactor.idle());
  CHECK(world.compactor.busy().empty());
  CHECK(world.compactor.debt().bytes == 0);
  CHECK(world.looks == 1);
  REQUIRE(world.version().runs().size() == 1);
  CHECK(world.version().runs()[0].position.level == 1);
  CHECK(world.version().runs()[0].entries() == 4);
  CHECK(world.Names(".sst").size() == 11 * world.version().table_count());
  CHECK(world->Get("a") == "3");
  CHECK(world->Get("b1") == "1");
}

TEST_CASE("a store that closes gives its jobs up: all is as before, without a failure",
          "[background-work]") {
  World world({.compression = Compression::kNone,
               .table_bytes = 2 << 20,
               .level0_runs = 3,
               .subcompactions = 1});
  // More than one step reads, and more than a store waits for when it closes.
  for (const std::string value : {"1", "2", "3"}) world.AddRun(value, /*keys=*/400);
  const std::string files = world.Names(".sst");
  world.StartLocked();
  CHECK(world.executor->RunOne());
  CHECK_FALSE(world.compactor.idle());
  CHECK(world.Names(".sst").size() > files.size());
  world->health.SetClosing();
  world.executor->RunAll();
  CHECK(world.compactor.idle());
  CHECK(world->Locked([&] { return world->jobs.idle(); }));
  CHECK(world.version().runs().size() == 3);
  CHECK(world.Names(".sst") == files);
  CHECK_FALSE(world->health.failed());
}

TEST_CASE("a merge that finds no room is made later, and leaves no file meanwhile",
          "[background-work]") {
  World world;
  for (const std::string value : {"1", "2", "3"}) world.AddRun(value);
  const std::string files = world.Names(".sst");
  world.disk->SetCapacity(1);
  world.StartLocked();
  while (!world.compactor.idle() && !world.failures.passing()) world.executor->RunOne();
  REQUIRE(world.failures.passing().has_value());
  world.disk->SetCapacity(0);
  CHECK(world.Names(".sst") == files);
  world.executor->RunAll();
  CHECK_FALSE(world->health.failed());
  CHECK(world.version().runs().size() == 1);
  CHECK(world->Get("a") == "3");
}

TEST_CASE("by hand a range goes down to one run, though nothing is due", "[background-work]") {
  World world;
  world.AddRun("1");
  world.AddRun("2");
  CHECK(world->Locked([&] { return world.compactor.CompactRange(world->tree(), {}); }));
  CHECK(world.compactor.idle());
  CHECK(world.version().runs().size() == 1);
  CHECK(world->Get("a") == "2");

  (void)world->health.Remember(Error(ErrorCode::kIo, "x")).has_value();
  CHECK(CodeOf(world->Locked([&] { return world.compactor.CompactRange(world->tree(), {}); })) ==
        "read-only");
}

TEST_CASE("what was merged of a table that is dropped meanwhile isn't installed", "[tables]") {
  World world;
  const NamedTable table{.id = 1, .name = "t"};
  VersionEdit create{.created = {table}, .next_named_table = 2};
  REQUIRE(world->Locked([&] { return world->versions.Install(create, {}); }));
  const auto tree = Must(world->trees.Make(table));
  world->trees.Add(tree);
  for (const std::string value : {"1", "2", "3"}) {
    WriteBatch batch;
    batch.Put("k", value, {.table = {1}});
    REQUIRE(world->Write(batch));
    REQUIRE(world->Switch());
    world.FlushAll();
  }
  CHECK(tree->version->runs().size() == 3);
  const std::string files = world.Names(".sst");
  world.StartLocked();
  CHECK_FALSE(world.compactor.idle());
  world.before = [&](const FileEvent& event) {
    if (event.operation != FileOperation::kSync || !event.path.ends_with(".sst")) return;
    world.before = nullptr;
    world->Locked([&] {
      CHECK(world->versions.Install({.dropped = {1}}, {}));
      world->trees.Drop(tree);
      world->trees.Publish();
    });
  };
  world.executor->RunAll();
  CHECK(world.compactor.idle());
  CHECK_FALSE(world->health.failed());
  CHECK(world.Names(".sst") == files);  // Its own are not the compactor's to remove.
  CHECK(tree->version->runs().empty());
}
}  // namespace
}  // namespace strata
