// What every edit log promises (version/edit_log.h), run over the manifest.

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <string>

#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "testing/edits.h"
#include "testing/results.h"
#include "version/current_file.h"
#include "version/manifest_log.h"

namespace strata {
namespace {

// A place where an edit log lives.
class EditLogWorld {
 public:
  EditLogWorld() = default;
  EditLogWorld(const EditLogWorld&) = delete;
  EditLogWorld& operator=(const EditLogWorld&) = delete;
  virtual ~EditLogWorld() = default;
  virtual EditLog& log() = 0;
  // What the log says to who opens it after the process has ended, or after a power cut.
  virtual Result<ManifestState> Read(bool after_power_cut) = 0;
  // From now on nothing can be written.
  virtual void FillDisk(bool full) = 0;
};

class ManifestWorld final : public EditLogWorld {
 public:
  ManifestWorld() : faulty_(NewFaultyFileSystem(*disk_)) {
    REQUIRE(disk_->CreateDirectories("db"));
    REQUIRE(disk_->SyncDirectory("."));
    environment_.files = faulty_.get();
  }
  EditLog& log() override { return log_; }
  Result<ManifestState> Read(bool after_power_cut) override {
    const auto disk =
        after_power_cut ? disk_->Crash(CrashKind::kNothingUnsynced, random_) : disk_->Clone();
    STRATA_TRY_ASSIGN(const CurrentManifest current, ReadCurrent(*disk, "db"));
    const std::string path = JoinPath("db", ManifestFileName(current.number));
    STRATA_TRY_ASSIGN(const std::string contents, disk->ReadFile(path, 1 << 20));
    return ReadManifest(contents, current.synced_bytes);
  }
  void FillDisk(bool full) override {
    faulty_->SetPlan({.fail_at = full ? 0 : UINT64_MAX, .fault = Fault::kEnospc, .sticky = true});
  }

 private:
  const std::unique_ptr<MemoryFileSystem> disk_ = NewMemoryFileSystem();
  const std::unique_ptr<FaultyFileSystem> faulty_;
  Environment environment_;
  Counters counters_;
  Random random_{6};
  ManifestLog log_{environment_, "db", counters_};
};

VersionEdit Begins(FileNumber log) {
  VersionEdit edit;
  edit.begun_logs = {{log, 1}};
  return edit;
}

void CheckDurability(EditLogWorld& world) {
  ManifestState state;
  state.next_file = 9;
  REQUIRE(world.log().Rewrite(3, state));
  REQUIRE(world.Read(true));
  CHECK(world.Read(true)->next_file == 9);
  REQUIRE(world.log().Append(Begins(4)));
  CHECK(world.Read(false)->begun_logs.contains(4));  // It survives the process at once,
  REQUIRE(world.log().Sync());
  CHECK(world.Read(true)->begun_logs.contains(4));  // and a power cut from then on.
}

void CheckRewriting(EditLogWorld& world) {
  REQUIRE(world.log().Rewrite(3, {}));
  CHECK_FALSE(world.log().is_long());
  while (!world.log().is_long()) REQUIRE(world.log().Append(Begins(4)));
  const std::uint64_t before = world.log().size();
  ManifestState state;
  state.begun_logs[5] = 1;
  REQUIRE(world.log().Rewrite(6, state));
  CHECK(world.log().number() == 6);
  CHECK(world.log().size() < before);
  CHECK(world.Read(true)->begun_logs.contains(5));
  CHECK_FALSE(world.Read(true)->begun_logs.contains(4));
}

void CheckFailure(EditLogWorld& world) {
  REQUIRE(world.log().Rewrite(3, {}));
  REQUIRE(world.log().Append(Begins(4)));
  REQUIRE(world.log().Sync());
  world.FillDisk(true);
  CHECK(testing::CodeOf(world.log().Rewrite(5, {})) == "no space");
  CHECK(world.Read(true)->begun_logs.contains(4));  // The old one is read.
}

// A disk that is full takes no edit, and the next one comes after those before.
void CheckNoRoom(EditLogWorld& world) {
  REQUIRE(world.log().Rewrite(3, {}));
  REQUIRE(world.log().Append(Begins(4)));
  world.FillDisk(true);
  CHECK(testing::CodeOf(world.log().Append(Begins(5))) == "no space");
  CHECK(testing::CodeOf(world.log().Rewrite(6, {})) == "no space");
  CHECK(world.log().number() == 3);
  CHECK_FALSE(world.Read(false)->begun_logs.contains(5));
  world.FillDisk(false);
  REQUIRE(world.log().Append(Begins(7)));
  REQUIRE(world.log().Sync());
  CHECK(world.Read(true)->begun_logs.contains(4));
  CHECK_FALSE(world.Read(true)->begun_logs.contains(5));
  CHECK(world.Read(true)->begun_logs.contains(7));
  ManifestState state;
  state.begun_logs[8] = 1;
  REQUIRE(world.log().Rewrite(9, state));
  CHECK(world.Read(true)->begun_logs.contains(8));
}

void CheckClosing(EditLogWorld& world) {
  REQUIRE(world.log().Rewrite(3, {}));
  REQUIRE(world.log().Append(Begins(4)));
  REQUIRE(world.log().Close());
  CHECK(world.Read(true)->begun_logs.contains(4));
}

TEST_CASE("edit log: an edit survives the process, and once synced a power cut", "[manifest]") {
  ManifestWorld world;
  CheckDurability(world);
}

TEST_CASE("edit log: rewriting makes it short again and loses nothing", "[manifest]") {
  ManifestWorld world;
  CheckRewriting(world);
}

TEST_CASE("edit log: a rewriting that fails leaves the old log to be read", "[manifest]") {
  ManifestWorld world;
  CheckFailure(world);
}

TEST_CASE("edit log: an edit that there is no room for isn't there, and the next one is",
          "[manifest]") {
  ManifestWorld world;
  CheckNoRoom(world);
}

TEST_CASE("edit log: what was added is durable once it is closed", "[manifest]") {
  ManifestWorld world;
  CheckClosing(world);
}

}  // namespace
}  // namespace strata
