#include "version/version_set.h"

#include <catch2/catch.hpp>

#include "testing/mutant_guard.h"
#include "version/version_set_fixture.h"

namespace strata {
namespace {

using namespace testing;  // NOLINT: the helpers' vocabulary.

// A store on a disk whose operations can be made to fail.
struct Store {
  explicit Store(std::unique_ptr<MemoryFileSystem> from = EmptyStoreDirectory())
      : disk(std::move(from)), files(NewFaultyFileSystem(*disk)) {}

  Status Create() { return VersionSet::Create(environment(), "db", properties); }
  Result<std::unique_ptr<VersionSet>> Recover() {
    return VersionSet::Recover(environment_, "db", OpenerOf(*files), counters);
  }
  std::unique_ptr<VersionSet> New() {
    REQUIRE(Outcome(Create()) == "ok");
    return Must(Recover());
  }
  const Environment& environment() { return environment_; }

  const std::unique_ptr<MemoryFileSystem> disk;
  const std::unique_ptr<FaultyFileSystem> files;
  Counters counters;
  StoreProperties properties;

 private:
  const Environment environment_{.files = files.get(), .entropy = SeededEntropy(3)};
};

std::vector<std::string> FilesOf(Store& store) {
  return Must(store.disk->List("db"));
}

TEST_CASE("a new store is empty and knows its properties", "[manifest]") {
  Store store;
  store.properties.empty_value_deletes = true;
  store.properties.store_id[5] = 'x';
  const auto set = store.New();
  CHECK(Summary(*set) == "| 0");
  CHECK(set->properties() == store.properties);
  CHECK(set->recovered().oldest_log == 0);
  CHECK(set->recovered().sealed_logs.empty());
  CHECK(FilesOf(store) == std::vector<std::string>{"CURRENT", "MANIFEST-000002"});
}

TEST_CASE("a store is made once, and never over what is left of another", "[manifest]") {
  Store store;
  CHECK(CodeOf(store.Recover()) == "not found");
  const auto set = store.New();
  CHECK(CodeOf(store.Create()) == "invalid argument");
  REQUIRE(WriteTableFile(*store.files, 9));
  REQUIRE(store.disk->Remove("db/CURRENT"));
  CHECK(Outcome(store.Create()) == "corruption: db: 000009.sst is there, but CURRENT is missing");
}

TEST_CASE("edits are there after a restart, closed or not", "[manifest]") {
  for (const bool close : {true, false}) {
    Store store;
    std::string before;
    {
      const auto set = store.New();
      REQUIRE(AddTable(*set, *store.files));
      REQUIRE(AddTable(*set, *store.files));
      set->SetLastSequence(41);
      REQUIRE(RemoveTable(*set, set->current()->runs()[0].tables[0]->meta().number));
      VersionEdit edit;
      edit.sealed_logs = {{20, 200}, {21, 210}};
      edit.oldest_log = 21;
      REQUIRE(set->LogAndApply(edit, {}));
      before = Summary(*set);
      if (close) REQUIRE(set->Close());
    }
    const auto set = Must(store.Recover());
    CHECK(Summary(*set) == before);
    CHECK(set->oldest_log() == 21);
    CHECK(set->recovered().oldest_log == 21);
    CHECK(set->recovered().last_sequence == 41);
    CHECK(set->recovered().sealed_logs == std::vector<SealedLog>{{21, 210}});
  }
}

TEST_CASE("nobody sees a version before it is durable", "[manifest][manifest.2]") {
  Store store;
  const auto set = store.New();
  REQUIRE(AddTable(*set, *store.files));
  const auto before = set->current();
  const std::uint64_t operations = 6;  // Of AddTable: five for the table's file, then the manifest.
  for (const std::uint64_t fail_at : {operations - 1, operations}) {
    Store other(store.disk->Clone());
    const auto failing = Must(other.Recover());
    const std::string summary = Summary(*failing);
    other.files->SetPlan({.fail_at = fail_at});
    CHECK(CodeOf(AddTable(*failing, *other.files)) == "i/o error");
    CHECK(Summary(*failing) == summary);
  }
  CHECK(set->current() == before);
}

// Each operation of an edit may find no room, also where a new manifest is begun.
TEST_CASE("an edit that there is no room for has never been, and the next one may be",
          "[manifest]") {
  const std::size_t key_bytes = GENERATE(1, 40'000);
  for (std::uint64_t at = 0;; ++at) {
    CAPTURE(key_bytes, at);
    Store store;
    const auto set = store.New();
    REQUIRE(AddTable(*set, *store.files, key_bytes));  // A manifest that is long is begun anew.
    REQUIRE(WriteTableFile(*store.files, 90));
    const std::string before = Summary(*set);
    VersionEdit edit;
    edit.added = {SomeTable(90, {0, 90}, "a", "z")};
    int removed = 0;
    auto table = std::make_shared<const Table>(edit.added[0], nullptr);
    table->MarkObsolete([&] { ++removed; });
    store.files->SetPlan({.fail_at = at, .fault = Fault::kFullDisk, .sticky = true});
    const Status logged = set->LogAndApply(edit, {std::move(table)});
    const bool fired = store.files->fired();
    store.files->SetPlan({});
    CHECK(CodeOf(logged) == (logged ? "ok" : "no space"));
    CHECK(removed == (logged ? 0 : 1));  // Nobody names the table.
    if (!logged) CHECK(Summary(*set) == before);
    CHECK(set->first_error());
    REQUIRE(AddTable(*set, *store.files));
    const std::string after = Summary(*set);
    Random random(at);
    Store cut(store.disk->Crash(CrashKind::kNothingUnsynced, random));
    CHECK(Summary(*Must(cut.Recover())) == after);
    if (!fired) break;
  }
}

TEST_CASE("a note about logs that there is no room for is as if it had never been made",
          "[manifest]") {
  Store store;
  const auto set = store.New();
  VersionEdit note;
  note.begun_logs = {{20, 1}};
  store.files->SetPlan({.fail_at = 0, .fault = Fault::kFullDisk});
  CHECK(CodeOf(set->NoteLogs(note)) == "no space");
  CHECK(set->State().begun_logs.empty());
  REQUIRE(set->NoteLogs(note));
  CHECK(set->State().begun_logs.size() == 1);
  CHECK(Must(store.Recover())->recovered().begun_logs.size() == 1);
}

TEST_CASE("a feature that there is no room to write down isn't used", "[manifest]") {
  Store store;
  const auto set = store.New();
  store.files->SetPlan({.fail_at = 0, .fault = Fault::kFullDisk});
  CHECK(CodeOf(set->EnableFeature(kBlobFeature)) == "no space");
  CHECK(set->properties().features.empty());
  REQUIRE(set->EnableFeature(kBlobFeature));
  CHECK(Must(store.Recover())->properties().features.size() == 1);
}

TEST_CASE("an edit that doesn't fit changes nothing, and the next one may", "[manifest]") {
  Store store;
  const auto set = store.New();
  const std::uint64_t bytes = set->manifest_bytes();
  CHECK(CodeOf(RemoveTable(*set, 99)) == "corruption");
  CHECK(set->manifest_bytes() == bytes);
  CHECK(set->first_error().has_value());
  CHECK(AddTable(*set, *store.files));
}

TEST_CASE("an error of the manifest is final, and deletes nothing", "[manifest][manifest.2]") {
  for (const std::uint64_t fail_at : {5, 6}) {  // Append, sync; a table's file comes before.
    Store store;
    const auto set = store.New();
    REQUIRE(AddTable(*set, *store.files));
    const std::string before = Summary(*set);
    store.files->SetPlan({.fail_at = fail_at});
    const Status failed = AddTable(*set, *store.files);
    const auto files = FilesOf(store);
    REQUIRE(store.files->fired());
    CHECK(CodeOf(failed) == "i/o error");
    CHECK(Outcome(set->first_error()) == Outcome(failed));  // The first error, for ever.
    CHECK(Outcome(RemoveTable(*set, 3)) == Outcome(failed));
    CHECK(Outcome(set->Close()) == Outcome(failed));
    CHECK(FilesOf(store) == files);
    // After a restart the edit is either there or not.
    const auto again = Must(store.Recover());
    CHECK(again->current()->table_count() - 1 <= 1);
    REQUIRE(AddTable(*again, *store.files));
  }
}

TEST_CASE("a file number is given out once, whatever became of the file", "[manifest]") {
  Store store;
  FileNumber unused = 0;
  {
    const auto set = store.New();
    unused = set->NewFileNumber();
    REQUIRE(WriteTableFile(*store.files, unused));  // And then a crash, before its edit.
  }
  const auto set = Must(store.Recover());
  CHECK(set->NewFileNumber() > unused);
  CHECK(set->manifest_number() > unused);
  set->MarkFileNumberUsed(500);
  CHECK(set->NewFileNumber() == 501);
  set->MarkFileNumberUsed(7);
  CHECK(set->NewFileNumber() == 502);
}

TEST_CASE("a long manifest is begun anew, and the old one goes", "[manifest]") {
  Store store;
  const auto set = store.New();
  const FileNumber first = set->manifest_number();
  std::uint64_t longest = 0;
  for (int i = 0; i < 20; ++i) {
    REQUIRE(AddTable(*set, *store.files, 8000));
    REQUIRE(RemoveTable(*set, set->current()->runs()[0].tables[0]->meta().number));
    longest = std::max(longest, set->manifest_bytes());
    CHECK(FilesOf(store).size() == static_cast<std::size_t>(2 + i + 1));  // Tables stay here.
  }
  CHECK(set->manifest_number() > first);
  CHECK(longest < 100 << 10);
  const std::string before = Summary(*set);
  CHECK(Summary(*Must(store.Recover())) == before);
}

TEST_CASE("a manifest grows with its snapshot before it is begun anew", "[manifest]") {
  Store store;
  const auto set = store.New();
  for (int i = 0; i < 20; ++i) REQUIRE(AddTable(*set, *store.files, 8000));  // 320 KiB of keys.
  REQUIRE(set->Close());
  const auto again = Must(store.Recover());
  const std::uint64_t snapshot = again->manifest_bytes();
  CHECK(snapshot > 300 << 10);
  const FileNumber number = again->manifest_number();
  for (int i = 0; i < 40; ++i) REQUIRE(AddTable(*again, *store.files, 8000));
  CHECK(again->manifest_number() == number);  // 960 KiB: less than four times.
}

TEST_CASE("recovery leaves one manifest and nothing unfinished", "[manifest]") {
  Store store;
  REQUIRE(AddTable(*store.New(), *store.files));
  store.disk->SetContents("db/MANIFEST-000090", "half a manife");
  store.disk->SetContents("db/000091.tmp", "MANIFEST-0000");
  store.disk->SetContents("db/notes.txt", "not ours");
  const auto set = Must(store.Recover());
  CHECK(set->manifest_number() == 92);
  CHECK(FilesOf(store) ==
        std::vector<std::string>{"000003.sst", "CURRENT", "MANIFEST-000092", "notes.txt"});
}

TEST_CASE("a missing file that is named is corruption, not a missing store", "[manifest]") {
  Store store;
  REQUIRE(AddTable(*store.New(), *store.files));
  {
    Store without_table(store.disk->Clone());
    REQUIRE(without_table.disk->Remove("db/000003.sst"));
    CHECK(CodeOf(without_table.Recover()) == "corruption");
  }
  REQUIRE(store.disk->Remove("db/MANIFEST-000002"));
  const auto recovered = store.Recover();
  CHECK(CodeOf(recovered) == "corruption");
  CHECK(Outcome(recovered).find("MANIFEST-000002") != std::string::npos);
}

TEST_CASE("the manifest's bytes and syncs are counted, one sync an edit", "[manifest]") {
  Store store;
  const auto set = store.New();
  const std::uint64_t syncs = store.counters.Get(Counter::kManifestSyncs);
  const std::uint64_t bytes = store.counters.Get(Counter::kManifestBytes);
  const std::uint64_t size = set->manifest_bytes();
  for (int i = 0; i < 5; ++i) REQUIRE(AddTable(*set, *store.files));
  CHECK(store.counters.Get(Counter::kManifestSyncs) - syncs == 5);
  CHECK(store.counters.Get(Counter::kManifestBytes) - bytes == set->manifest_bytes() - size);
}

TEST_CASE("after a clean close every damaged byte on the way to the tables is noticed",
          "[manifest][manifest.4]") {
  Store store;
  {
    const auto set = store.New();
    REQUIRE(AddTable(*set, *store.files));
    REQUIRE(RemoveTable(*set, 3));
    REQUIRE(set->Close());
  }
  const std::string manifest = Must(store.disk->Contents("db/MANIFEST-000002"));
  for (std::size_t i = 0; i <= manifest.size(); ++i) {
    Store damaged(store.disk->Clone());
    std::string contents = manifest;
    if (i < manifest.size()) contents[i] = static_cast<char>(contents[i] ^ 0x40);
    damaged.disk->SetContents("db/MANIFEST-000002", contents);
    CAPTURE(i);
    CHECK(CodeOf(damaged.Recover()) == (i < manifest.size() ? "corruption" : "ok"));
  }
}

#if defined(STRATA_MUTANTS)
// The planted bugs are real mistakes of other engines; each line is a case above or in the crash
// tests that must notice.
TEST_CASE("mutant: a reused file number is noticed", "[manifest]") {
  const MutantGuard guard("reuse_file_number");
  Store store;
  FileNumber unused = 0;
  {
    const auto set = store.New();
    unused = set->NewFileNumber();
    REQUIRE(WriteTableFile(*store.files, unused));
  }
  const auto set = Must(store.Recover());
  CHECK((set->NewFileNumber() <= unused || set->manifest_number() <= unused));
}

TEST_CASE("mutant: deleting the outputs of a failed edit loses the store", "[manifest]") {
  const MutantGuard guard("delete_outputs_after_manifest_sync_error");
  Store store;
  const auto set = store.New();
  store.files->SetPlan({.fail_at = 6});  // The manifest's sync.
  REQUIRE_FALSE(AddTable(*set, *store.files));
  CHECK(CodeOf(store.Recover()) == "corruption");  // The bytes had reached the disk all the same.
}

TEST_CASE("mutant: going on with a manifest after a failed sync loses what comes later",
          "[manifest]") {
  const MutantGuard guard("reuse_manifest_after_write_error");
  Store store;
  const auto set = store.New();
  store.files->SetPlan({.fail_at = 6, .fault = Fault::kSyncLosesOnCrash});
  REQUIRE_FALSE(AddTable(*set, *store.files));
  REQUIRE(AddTable(*set, *store.files));  // Acknowledged.
  Random random(1);
  Store after(store.disk->Crash(CrashKind::kNothingUnsynced, random));
  const auto recovered = after.Recover();
  CHECK((!recovered.has_value() || Summary(**recovered) != Summary(*set)));
}
#endif

}  // namespace
}  // namespace strata
