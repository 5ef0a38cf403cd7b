#include "auth/audit_writer.h"

#include <catch2/catch.hpp>

#include "io/memory_file_system.h"

namespace strata::auth {

TEST_CASE("what many threads note is one chain, from start to stop",
          "[roles-and-audit][concurrency]") {
  const auto disk = NewMemoryFileSystem();
  const auto executor = NewThreadExecutor(1, 1, RealClock());
  const Environment environment{
      .files = disk.get(), .clock = &RealClock(), .executor = executor.get()};
  {
    AuditWriter writer(*AuditLog::Open(*disk, "audit", {.file_bytes = 4'000}), environment);
    {
      std::vector<std::unique_ptr<RunningThread>> threads;
      for (int i = 0; i < 3; ++i) {
        threads.push_back(executor->StartThread("note", [&writer, i] {
          for (int j = 0; j < 50; ++j) {
            (void)writer.Note({.who = std::to_string(i), .from = "here", .what = "get"});
          }
        }));
      }
    }
    CHECK(writer.Flush());
    CHECK(writer.written() == 151);
  }
  const auto report = VerifyAuditLog(*disk, "audit");
  CHECK_FALSE(report->broken.has_value());
  CHECK(report->last.seq == 152);
}

TEST_CASE("a log that can't be written takes no more notes", "[roles-and-audit]") {
  const auto disk = NewMemoryFileSystem();
  const auto executor = NewThreadExecutor(1, 1, RealClock());
  const Environment environment{
      .files = disk.get(), .clock = &RealClock(), .executor = executor.get()};
  AuditWriter writer(*AuditLog::Open(*disk, "audit", {}), environment);
  CHECK(writer.Flush());
  disk->SetCapacity(1);
  CHECK(writer.Note({.what = "get"}));
  CHECK_FALSE(writer.Flush());
  CHECK(writer.Note({.what = "get"}).error().message().find("nothing is done") !=
        std::string::npos);
}

}  // namespace strata::auth
