// ReadOptions::may_wait: what is in memory is answered, what is on the disk is an error.

#include <catch2/catch.hpp>

#include "io/file_system.h"
#include "testing/results.h"
#include "testing/temp_dir.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::TestStore;

std::string Look(DB& db, std::string_view key) {
  const auto entry = db.GetEntry(key, {.may_wait = false});
  if (!entry) {
    CHECK(entry.error().code() == ErrorCode::kWouldWait);
    return "would wait";
  }
  return *entry ? (*entry)->value : "none";
}

TEST_CASE("a lookup that may not wait finds what is in memory", "[event-loop]") {
  TestStore store;
  REQUIRE(store->Put("k", "v"));
  CHECK(Look(*store, "k") == "v");
  CHECK(Look(*store, "none") == "none");
  REQUIRE(store->Flush());
  // The index isn't read before the first use, then the block isn't.
  CHECK(Look(*store, "k") == "would wait");
  CHECK(store.Get("k") == "v");
  CHECK(Look(*store, "k") == "v");        // From the block cache.
  CHECK(Look(*store, "none") == "none");  // The filter says so.
}

TEST_CASE("a value that lives apart would wait", "[event-loop]") {
  Options options;
  options.blob_threshold = 100;
  options.direct_value_bytes = 0;
  TestStore store(options);
  REQUIRE(store->Put("k", std::string(1'000, 'x')));
  CHECK(Look(*store, "k").size() == 1'000);
  REQUIRE(store->Flush());
  CHECK(store.Get("k")->size() == 1'000);
  CHECK(Look(*store, "k") == "would wait");
}

TEST_CASE("a lookup in files that are mapped would wait", "[event-loop]") {
  Options options;
  options.mapped_reads = true;
  TestStore store(options);
  REQUIRE(store->Put("k", "v"));
  REQUIRE(store->Flush());
  CHECK(store.Get("k") == "v");
  const std::string seen = Look(*store, "k");
  CHECK((seen == "would wait" || seen == "v"));  // A disk in memory maps nothing.
}

TEST_CASE("what the system's cache has is read at once", "[event-loop]") {
  const testing::TempDir directory;
  const std::string path = directory.path() + "/file";
  FileSystem& files = PosixFileSystem();
  const auto writer = testing::Must(files.Create(path));
  REQUIRE(writer->Append("0123456789"));
  REQUIRE(writer->Close());
  const auto file = testing::Must(files.Open(path));
  char scratch[16];
  const auto got = testing::Must(file->ReadAtOnce(2, 5, scratch));
  if (got) CHECK(*got == "23456");  // Not every file system can tell.
  CHECK_FALSE(testing::Must(file->ReadAtOnce(8, 5, scratch)));
}

}  // namespace
}  // namespace strata
