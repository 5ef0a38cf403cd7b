// A table that is dropped while work for it is between two steps.

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <thread>

#include "io/environment.h"
#include "io/memory_file_system.h"
#include "strata/db.h"
#include "strata/table.h"
#include "testing/gated_file_system.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;

TEST_CASE("a table can be dropped while a merge of it is about to conclude",
          "[tables][concurrency]") {
  const auto disk = NewMemoryFileSystem();
  testing::GatedFileSystem files{*disk};
  const auto executor = NewThreadExecutor(1, 2, RealClock());
  const Environment environment{.files = &files,
                                .clock = &RealClock(),
                                .executor = executor.get(),
                                .entropy = SeededEntropy(7)};
  auto db = Must(DB::Open({.environment = &environment}, "db"));
  const TableRef table = Must(db->CreateTable("t", {}));
  for (const char* value : {"1", "2"}) {
    REQUIRE(db->Put("a", value, {.table = table}));
    REQUIRE(db->Flush());
  }
  files.CloseGateOfDirectories();
  std::thread merge([&] { (void)db->CompactTable(table, {}, {}).has_value(); });
  while (files.waiting() == 0) std::this_thread::yield();  // Its outputs are written.
  CHECK(CodeOf(db->DropTable("t")) == "ok");
  files.OpenGate();
  merge.join();
  CHECK(CodeOf(db->Put("b", "1")) == "ok");
  CHECK(db->Stats().read_only_cause.empty());
  REQUIRE(db->Close());
  for (const std::string& name : Must(disk->List("db"))) CHECK_FALSE(name.ends_with(".sst"));
}

}  // namespace
}  // namespace strata
