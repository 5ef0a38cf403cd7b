// Encryption at rest, on a whole store: what stands on the disk, what is refused, and how a store
// is sealed, unsealed and sealed anew.

#include "testing/sealed_store.h"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

#include "testing/results.h"
#include "testing/store_world.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::kTestKeyring;
using testing::Must;
using testing::Outcome;
using testing::Scan;
using testing::TestStore;

// A store in which everything that a user says begins with the canary.
constexpr std::string_view kCanary = "canary";

struct SealedStore {
  explicit SealedStore(bool sealed = true)
      : store({.memtable_bytes = 16 << 10,
               .compression = Compression::kNone,
               .blob_threshold = 512,
               .event_sink = [this](std::string_view line) { events += line; }},
              1, TestStore::Start::kClosed) {
    testing::PutKeyring(store.disk());
    if (sealed) store.options().keyring = kTestKeyring;
    REQUIRE(store.TryOpen());
  }

  // Every kind of file gets something: tables, blobs, logs, the manifest's keys and names.
  void Fill(int from, int to) {
    for (int i = from; i < to; ++i) {
      const std::string key = std::string(kCanary) + std::to_string(1000 + i);
      const std::string value = std::string(kCanary) + " value " + std::to_string(i);
      REQUIRE(store->Put(key, i % 5 == 0 ? value + std::string(700, 'x') : value));
    }
  }
  void FillAll() {
    const TableRef table = Must(store->CreateTable("canary_table", {}));
    REQUIRE(store->Put("canary in a table", "canary", {.table = table}));
    Fill(0, 200);
    REQUIRE(store->Flush());
    Fill(100, 300);
    REQUIRE(store->CompactRange({}, {}));
    Fill(300, 320);
  }

  // The files in which the canary stands.
  std::vector<std::string> Telling() {
    std::vector<std::string> telling;
    for (const std::string& path : testing::FilesOf(store.disk())) {
      if (Must(store.disk().Contents(path)).find(kCanary) != std::string::npos) {
        telling.push_back(path);
      }
    }
    return telling;
  }
  std::set<std::string> Keys() {
    std::set<std::string> keys;
    for (const SealedKeyUse& use : Must(store->SealStatus()).uses) keys.insert(use.key);
    return keys;
  }

  std::string events;
  TestStore store;
};

TEST_CASE(
    "a canary sings in every kind of file of a store in the clear, and in none of a sealed one",
    "[encryption-at-rest]") {
  SealedStore plain(/*sealed=*/false);
  plain.FillAll();
  std::set<std::string> kinds;
  for (const std::string& path : plain.Telling()) {
    const std::size_t dot = path.rfind('.');
    kinds.insert(dot == std::string::npos ? "MANIFEST" : path.substr(dot));
  }
  CHECK(kinds == std::set<std::string>{".wal", ".sst", ".blob", "MANIFEST"});
  SealedStore sealed;
  sealed.FillAll();
  CHECK(sealed.Telling() == std::vector<std::string>());
  CHECK(sealed.events.find(kCanary) == std::string::npos);
  CHECK(Scan(*sealed.store) == Scan(*plain.store));
}

TEST_CASE("a sealed store is there again after a close, a kill and a power cut",
          "[encryption-at-rest]") {
  SealedStore sealed;
  sealed.FillAll();
  const std::string all = Scan(*sealed.store);
  sealed.store.Reopen();
  CHECK(Scan(*sealed.store) == all);
  sealed.store.Kill();
  REQUIRE(sealed.store.TryOpen());
  CHECK(Scan(*sealed.store) == all);
  Random random(5);
  sealed.store.PowerCut(CrashKind::kNothingUnsynced, random);
  REQUIRE(sealed.store.TryOpen());
  CHECK(Scan(*sealed.store) == all);
  REQUIRE(sealed.store->VerifyAll());
  CHECK(sealed.Telling() == std::vector<std::string>());
}

TEST_CASE("mapped reads of a sealed store go through the cache", "[encryption-at-rest]") {
  SealedStore sealed;
  sealed.FillAll();
  const std::string all = Scan(*sealed.store);
  sealed.store.options().mapped_reads = true;
  sealed.store.Reopen();
  CHECK(Scan(*sealed.store) == all);
  REQUIRE(sealed.store.Get("canary1001"));
  const std::uint64_t read = sealed.store->counters().Get(Counter::kBlocksRead);
  REQUIRE(sealed.store.Get("canary1001"));
  CHECK(sealed.store->counters().Get(Counter::kBlocksRead) == read);
}

// --- keys ----------------------------------------------------------------------------------------

TEST_CASE("a sealed store is refused without its keyring, and one in the clear with one",
          "[encryption-at-rest]") {
  SealedStore sealed;
  REQUIRE(sealed.store->Close());
  sealed.store.options().keyring = "";
  CHECK(Outcome(sealed.store.TryOpen()) ==
        "invalid argument: opening store db: the store is sealed: give the keyring that it was "
        "sealed with (Options::keyring, --keyring FILE, STRATA_KEYRING)");
  sealed.store.options().keyring = "/keys/other";
  CHECK(CodeOf(sealed.store.TryOpen()) == "not found");

  SealedStore plain(/*sealed=*/false);
  REQUIRE(plain.store->Close());
  plain.store.options().keyring = kTestKeyring;
  CHECK(CodeOf(plain.store.TryOpen()) == "invalid argument");
  plain.store.options().keyring = "";
  CHECK(CodeOf(plain.store.TryOpen()) == "ok");
}

TEST_CASE("a store whose key can't be had says where it looked", "[encryption-at-rest]") {
  SealedStore sealed;
  REQUIRE(sealed.store->Close());
  REQUIRE(sealed.store.disk().Remove(testing::kTestKey));
  const std::string said = Outcome(sealed.store.TryOpen());
  INFO(said);
  CHECK(said.find("keyring /keys/ring: no key opens it; file:/keys/key: ") != std::string::npos);
}

TEST_CASE("sealing anew leaves nothing under the old key", "[encryption-at-rest]") {
  SealedStore sealed;
  sealed.FillAll();
  const std::string all = Scan(*sealed.store);
  const std::set<std::string> before = sealed.Keys();
  REQUIRE(before.size() == 1);
  testing::RotateKeyring(sealed.store.disk());
  REQUIRE(sealed.store->SealAnew());
  const std::set<std::string> after = sealed.Keys();
  CHECK(after.size() == 1);
  CHECK(after != before);
  CHECK(Scan(*sealed.store) == all);
  sealed.store.Reopen();
  CHECK(Scan(*sealed.store) == all);
  REQUIRE(sealed.store->VerifyAll());
}

// --- on the way ----------------------------------------------------------------------------------

TEST_CASE("a store in the clear is sealed beside its writers, and back", "[encryption-at-rest]") {
  SealedStore plain(/*sealed=*/false);
  plain.FillAll();
  REQUIRE(plain.store->Close());
  plain.store.options().keyring = kTestKeyring;
  plain.store.options().seal = SealChange::kSeal;
  REQUIRE(plain.store.TryOpen());
  CHECK(Must(plain.store->SealStatus()).mode == "sealing");
  plain.Fill(320, 330);
  REQUIRE(plain.store->SealAnew());
  CHECK(Must(plain.store->SealStatus()).mode == "sealed");
  CHECK(plain.Telling() == std::vector<std::string>());
  const std::string all = Scan(*plain.store);
  plain.store.options().seal = SealChange::kNone;
  plain.store.Reopen();
  CHECK(Scan(*plain.store) == all);

  plain.store.options().seal = SealChange::kUnseal;
  plain.store.Reopen();
  REQUIRE(plain.store->SealAnew());
  CHECK(Must(plain.store->SealStatus()).mode == "in the clear");
  CHECK(Scan(*plain.store) == all);
  REQUIRE(plain.store->Close());
  plain.store.options().keyring = "";
  plain.store.options().seal = SealChange::kNone;
  REQUIRE(plain.store.TryOpen());
  CHECK(Scan(*plain.store) == all);
}

// --- copies --------------------------------------------------------------------------------------

TEST_CASE("a copy of a sealed store is sealed, and a store of its own", "[encryption-at-rest]") {
  SealedStore sealed;
  sealed.FillAll();
  const std::string all = Scan(*sealed.store);
  REQUIRE(sealed.store->Checkpoint("copy"));
  Options options = sealed.store.options();
  options.keyring = "";
  CHECK(CodeOf(DB::Open(options, "copy")) == "invalid argument");
  options.keyring = kTestKeyring;
  const auto copy = Must(DB::Open(options, "copy"));
  CHECK(Scan(*copy) == all);
  REQUIRE(copy->Put("canary of the copy", "1"));
  REQUIRE(copy->CompactRange({}, {}));
  REQUIRE(copy->VerifyAll());
  REQUIRE(copy->Close());
  for (const std::string& name : Must(sealed.store.disk().List("copy"))) {
    CAPTURE(name);
    CHECK(Must(sealed.store.disk().Contents("copy/" + name)).find(kCanary) == std::string::npos);
  }
}

// --- attacks -------------------------------------------------------------------------------------

TEST_CASE("files of one kind that are exchanged are noticed", "[encryption-at-rest]") {
  SealedStore sealed;
  sealed.FillAll();
  sealed.Fill(0, 100);
  REQUIRE(sealed.store->Flush());
  REQUIRE(sealed.store->Close());
  const auto whole = sealed.store.disk().Clone();
  std::vector<std::string> files;
  for (const std::string& path : testing::FilesOf(sealed.store.disk())) {
    if (path.ends_with(".sst") || path.ends_with(".blob")) files.push_back(path);
  }
  REQUIRE(files.size() > 3);
  for (const std::string& to : files) {
    for (const std::string& from : files) {
      if (from == to) continue;
      CAPTURE(from, to);
      auto disk = whole->Clone();
      disk->SetContents(to, Must(whole->Contents(from)));
      testing::StoreWorld world(std::move(disk), {.keyring = kTestKeyring}, 1);
      CHECK(CodeOf(world.Open()) == "corruption");
    }
  }
  testing::StoreWorld world(whole->Clone(), {.keyring = kTestKeyring}, 1);
  CHECK(CodeOf(world.Open()) == "ok");
}

TEST_CASE("an older manifest is noticed", "[encryption-at-rest]") {
  SealedStore sealed;
  sealed.Fill(0, 100);
  REQUIRE(sealed.store->Flush());
  const auto before = sealed.store.disk().Clone();
  sealed.Fill(100, 200);
  REQUIRE(sealed.store->CompactRange({}, {}));
  REQUIRE(sealed.store->Put("canary", "the last"));
  sealed.store.Kill();
  for (const std::string& path : testing::FilesOf(*before)) {
    const bool is_manifest =
        path.find("MANIFEST") != std::string::npos || path.ends_with("CURRENT");
    if (is_manifest) sealed.store.disk().SetContents(path, Must(before->Contents(path)));
  }
  const std::string said = Outcome(sealed.store.TryOpen());
  INFO(said);
  CHECK(said.find("somebody has put back what the store was before") != std::string::npos);
}

// What can't be noticed is said in docs/encryption.md; this is that it isn't.
TEST_CASE("a whole directory that is put back is the store that it was", "[encryption-at-rest]") {
  SealedStore sealed;
  sealed.Fill(0, 100);
  REQUIRE(sealed.store->Close());
  const auto before = sealed.store.disk().Clone();
  REQUIRE(sealed.store.TryOpen());
  sealed.Fill(100, 200);
  REQUIRE(sealed.store->Close());
  for (const std::string& path : testing::FilesOf(sealed.store.disk())) {
    REQUIRE(sealed.store.disk().Remove(path));
  }
  for (const std::string& path : testing::FilesOf(*before)) {
    sealed.store.disk().SetContents(path, Must(before->Contents(path)));
  }
  REQUIRE(sealed.store.TryOpen());
  CHECK_FALSE(sealed.store.Get("canary1150"));
  CHECK(sealed.store.Get("canary1050"));
}

}  // namespace
}  // namespace strata
