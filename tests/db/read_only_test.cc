// Stores that are open to be read only: all is there, logs included, and the disk stays as it is.

#include <catch2/catch.hpp>

#include <map>
#include <string>

#include "io/faulty_file_system.h"
#include "strata/table.h"
#include "strata/transaction.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Must;
using testing::Scan;
using testing::TestStore;

using Files = std::map<std::string, std::string>;

Files FilesOf(TestStore& store) {
  Files files;
  for (const std::string& name : Must(store.disk().List(TestStore::kDirectory))) {
    files[name] = Must(store.disk().Contents(std::string(TestStore::kDirectory) + "/" + name));
  }
  return files;
}

Options Small() {
  Options options;
  options.memtable_bytes = 4096;
  options.level0_runs = 2;
  options.blob_threshold = 100;
  return options;
}

void Fill(TestStore& store) {
  const TableRef table = Must(store->CreateTable("t", {}));
  for (int i = 0; i < 200; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), std::string(40, 'v')));
  }
  REQUIRE(store->Put("big", std::string(1000, 'b')));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("last", "in the log", {.table = table}));
  REQUIRE(store->Delete("key7"));
}

TEST_CASE("a store that is open to be read only changes nothing on the disk", "[learned-index]") {
  for (const bool killed : {false, true}) {
    TestStore store(Small());
    Fill(store);
    const std::string all = Scan(*store);
    if (killed) {
      store.Kill();
    } else {
      REQUIRE(store->Close());
    }
    const Files before = FilesOf(store);
    store.options().read_only = true;
    REQUIRE(store.TryOpen());
    CHECK(Scan(*store) == all);
    CHECK_FALSE(store.Get("key7").has_value());
    std::string value;
    CHECK(Must(store->Get("last", &value, {.table = Must(store->FindTable("t"))})));
    CHECK(value == "in the log");
    CHECK(store.Get("big") == std::string(1000, 'b'));
    REQUIRE(store->VerifyAll());
    store.clock().Advance(3'600'000'000);
    store.executor().RunAll();
    CHECK(FilesOf(store) == before);
    REQUIRE(store->Close());
    CHECK(FilesOf(store) == before);

    store.options().read_only = false;  // And all of it is there for the next who writes.
    REQUIRE(store.TryOpen());
    CHECK(Scan(*store) == all);
    REQUIRE(store->Put("new", "v"));
  }
}

TEST_CASE("a store that is open to be read only refuses whatever would write", "[learned-index]") {
  TestStore store(Small());
  Fill(store);
  REQUIRE(store->Close());
  store.options().read_only = true;
  REQUIRE(store.TryOpen());
  const auto refused = [](const auto& result) {
    return !result && result.error().code() == ErrorCode::kReadOnly;
  };
  const Status put = store->Put("k", "v");
  CHECK(refused(put));
  CHECK(put.error().message().find("opened to be read only") != std::string::npos);
  CHECK(refused(store->Delete("k")));
  CHECK(refused(store->PutIfAbsent("k", "v")));
  CHECK(refused(store->CreateTable("u", {})));
  CHECK(refused(store->DropTable("t")));
  CHECK(refused(store->Flush()));
  CHECK(refused(store->Sync()));
  CHECK(refused(store->CompactRange({}, {})));
  const auto txn = Must(store->Begin());
  REQUIRE(txn->Put("k", "v"));
  CHECK(refused(txn->Commit()));
  CHECK_FALSE(store.Get("k").has_value());
}

TEST_CASE("who can't write to a store is told how to read it", "[learned-index]") {
  TestStore store(Small());
  Fill(store);
  REQUIRE(store->Close());
  const auto faulty = NewFaultyFileSystem(store.disk());
  faulty->SetPlan({.fail_at = 0, .fault = Fault::kErofs, .sticky = true});
  Environment environment = *store.options().environment;
  environment.files = faulty.get();
  Options options = store.options();
  options.environment = &environment;
  const auto refused = DB::Open(options, TestStore::kDirectory);
  CHECK(testing::Outcome(refused).find("--read-only") != std::string::npos);
  CHECK(testing::Outcome(DB::Open(options, "another")).find("--read-only") == std::string::npos);
  options.read_only = true;
  CHECK(DB::Open(options, TestStore::kDirectory));
}

TEST_CASE("who opens a store to be read only takes no lock", "[learned-index]") {
  TestStore store(Small());
  Fill(store);
  REQUIRE(store->Sync());
  Options options = store.options();
  options.read_only = true;
  const auto beside = Must(DB::Open(options, TestStore::kDirectory));
  CHECK(Scan(*beside) == Scan(*store));
  REQUIRE(beside->Close());
}

TEST_CASE("a store whose logs hold more than the memory budget can't be opened to be read only",
          "[learned-index]") {
  Options options;
  options.blob_threshold = 1024;
  TestStore store(options);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), std::string(8000, 'v')));
  }
  const std::string all = Scan(*store);
  store.Kill();
  const Files before = FilesOf(store);
  store.options().read_only = true;
  store.options().memory_budget_bytes = 100'000;
  const Status opened = store.TryOpen();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == ErrorCode::kInvalidArgument);
  CHECK(opened.error().message().find("the budget of 100000 bytes") != std::string::npos);
  CHECK(FilesOf(store) == before);
  for (const std::uint64_t budget : {0, 1'000'000}) {
    store.options().memory_budget_bytes = budget;
    REQUIRE(store.TryOpen());
    CHECK(Scan(*store) == all);
    REQUIRE(store->Close());
  }
}

TEST_CASE("a store is not made by who opens it to be read only", "[learned-index]") {
  Options options;
  options.read_only = true;
  TestStore store(options, 1, TestStore::Start::kClosed);
  const Status opened = store.TryOpen();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == ErrorCode::kNotFound);
  CHECK_FALSE(Must(store.disk().Exists(TestStore::kDirectory)));
}

}  // namespace
}  // namespace strata
