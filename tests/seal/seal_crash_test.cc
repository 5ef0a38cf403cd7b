// A store on its way from plain to sealed, or back: a power cut at any operation leaves one that
// opens and can go on.

#include <catch2/catch.hpp>

#include "io/faulty_file_system.h"
#include "seal_world.h"

namespace strata::seal {
namespace {

using strata::testing::CodeOf;
using strata::testing::Must;
using strata::testing::Outcome;
using namespace seal::testing;  // NOLINT(google-build-using-namespace): the world's verbs.

using Step = std::function<Status(SealWorld&, FileSystem&)>;
using Check = std::function<void(SealWorld&, FileSystem&)>;

// Runs `step` on a copy of the world's disk, cuts the power at each of its operations in each way,
// and checks what is left.
void SweepCuts(SealWorld& world, const Step& step, const Check& check) {
  for (int kind = 0; kind < kCrashKinds; ++kind) {
    for (std::uint64_t at = 0;; ++at) {
      CAPTURE(kind, at);
      const auto disk = world.disk->Clone();
      const auto faulty = NewFaultyFileSystem(*disk);
      faulty->SetPlan({.fail_at = at, .crash = true});
      const Status done = step(world, *faulty);
      const bool fired = faulty->fired();
      if (!fired) REQUIRE(Outcome(done) == "ok");
      Random random(at * 16 + static_cast<std::uint64_t>(kind));
      const auto after = disk->Crash(static_cast<CrashKind>(kind), random);
      check(world, *after);
      if (!fired) break;
    }
  }
}

// A store in the clear with a table.
void MakePlain(SealWorld& world) {
  world.disk->SetContents("db/CURRENT", "MANIFEST-1");
  world.disk->SetContents("db/2.sst", "a table in the clear");
}

TEST_CASE("a power cut while sealing begins leaves a store that is read and can be sealed",
          "[encryption-at-rest]") {
  SealWorld world;
  MakePlain(world);
  SweepCuts(
      world,
      [](SealWorld& w, FileSystem& below) -> Status {
        STRATA_TRY_ASSIGN(const auto files, w.TryOpen(below, SealWish::kSeal));
        return WritePiece(*files, "db/3.sst", "a sealed one");
      },
      [](SealWorld& w, FileSystem& below) {
        const auto files = Must(w.TryOpen(below, SealWish::kSeal));
        CHECK(files->mode() == SealMode::kSealing);
        CHECK(Must(files->ReadFile("db/CURRENT", 100)) == "MANIFEST-1");
        CHECK(Must(ReadPiece(*files, "db/2.sst")) == "a table in the clear");
      });
}

TEST_CASE("while a store is being sealed, a file in the clear that is newer is refused",
          "[encryption-at-rest]") {
  SealWorld world;
  MakePlain(world);
  const auto files = Must(world.TryOpen(*world.disk, SealWish::kSeal));
  world.disk->SetContents("db/3.sst", std::string(300, 'p'));
  CHECK(CodeOf(files->Open("db/3.sst")) == "corruption");
  CHECK(CodeOf(files->Open("db/2.sst")) == "ok");
  REQUIRE(files->EndSealing());
  CHECK(CodeOf(files->Open("db/2.sst")) == "corruption");
}

// A value of a user may look like anything.
TEST_CASE("while a store is being sealed, a blob in the clear may begin as a sealed file does",
          "[encryption-at-rest]") {
  SealWorld world;
  MakePlain(world);
  const std::string looks_sealed = std::string(kHeaderMagic) + std::string(200, 'v');
  world.disk->SetContents("db/1.blob", looks_sealed);
  const auto files = Must(world.TryOpen(*world.disk, SealWish::kSeal));
  CHECK(Must(ReadPiece(*files, "db/1.blob")) == looks_sealed);
  CHECK(Must(files->FileSize("db/1.blob")) == looks_sealed.size());
}

TEST_CASE("a power cut at any operation of unsealing leaves a store that opens",
          "[encryption-at-rest]") {
  SealWorld world;
  {
    const auto files = world.Open();
    REQUIRE(SwitchTo(*files, 1));
    REQUIRE(WritePiece(*files, "db/2.sst", "a sealed table"));
  }
  SweepCuts(
      world,
      [](SealWorld& w, FileSystem& below) -> Status {
        STRATA_TRY_ASSIGN(const auto files, w.TryOpen(below, SealWish::kUnseal));
        STRATA_TRY(WritePiece(*files, "db/3.sst", "a sealed table"));
        STRATA_TRY(SwitchTo(*files, 4));
        STRATA_TRY(files->Remove("db/2.sst"));
        STRATA_TRY(files->SyncDirectory("db"));
        return files->EndUnsealing();
      },
      [](SealWorld& w, FileSystem& below) {
        auto files = Must(w.TryOpen(below, SealWish::kUnseal));
        FileSystem& store = files == nullptr ? below : *files;
        const bool old_is_there = Must(store.Exists("db/2.sst"));
        CHECK(Must(ReadPiece(store, old_is_there ? "db/2.sst" : "db/3.sst")) == "a sealed table");
        CHECK(Must(store.ReadFile("db/CURRENT", 100)).rfind("MANIFEST-", 0) == 0);
        if (files == nullptr) CHECK_FALSE(LooksSealed(Must(below.ReadFile("db/3.sst", 1000))));
      });
}

TEST_CASE("a power cut while SEAL is written anew leaves the old or the new one",
          "[encryption-at-rest]") {
  SealWorld world;
  REQUIRE(SwitchTo(*world.Open(), 1));
  SweepCuts(
      world,
      [](SealWorld& w, FileSystem& below) -> Status {
        STRATA_TRY_ASSIGN(const auto files, w.TryOpen(below));
        return files->Reseal();
      },
      [](SealWorld& w, FileSystem& below) {
        const auto files = Must(w.TryOpen(below));
        CHECK(files->mode() == SealMode::kSealed);
        CHECK(Outcome(files->Reseal()) == "ok");
      });
}

// The tables of a copy were made in the store that was copied.
TEST_CASE("a copy reads what its ancestor sealed, and nothing newer", "[encryption-at-rest]") {
  SealWorld world;
  const auto files = world.Open();
  REQUIRE(WritePiece(*files, "db/1.sst", "shared"));
  REQUIRE(WritePiece(*files, "db/5.sst", "made after the copy"));
  const auto target = NewMemoryFileSystem();
  REQUIRE(target->CreateDirectories("db"));
  SealedFiles copy(*target, world.OptionsFor(world.keyring));
  REQUIRE(copy.BecomeSealed({{.store = files->store(), .below = 3}}));
  target->SetContents("db/1.sst", Must(world.disk->Contents("db/1.sst")));
  target->SetContents("db/5.sst", Must(world.disk->Contents("db/5.sst")));
  SealedFiles reopened(*target, world.OptionsFor(world.keyring));
  REQUIRE(reopened.Load());
  CHECK(Must(ReadPiece(reopened, "db/1.sst")) == "shared");
  CHECK(CodeOf(reopened.Open("db/5.sst")) == "corruption");
}

}  // namespace
}  // namespace strata::seal
