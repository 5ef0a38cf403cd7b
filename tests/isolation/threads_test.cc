// The workloads with real threads. Runs under ThreadSanitizer too.

#include <catch2/catch.hpp>

#include "isolation/threads_run.h"
#include "testing/ledger.h"
#include "testing/temp_dir.h"

namespace strata::isolation {
namespace {

using testing::Ledger;
using testing::Scaled;
using testing::TempDir;

void RunOnThreads(const ThreadsPlan& plan, Ledger* ledger) {
  const TempDir directory;
  const RunResult result = RunThreads(plan, directory.File("db"));
  ledger->AddAll(result.counts);
  for (const std::string& finding : result.findings) FAIL_CHECK(finding);
}

TEST_CASE("threads with lists", "[L16][concurrency][long]") {
  Ledger ledger("isolation, threads with lists");
  RunOnThreads(
      {.workload = NewListWorkload, .transactions = Scaled(5000), .styles = {Style::kConditions}},
      &ledger);
}

}  // namespace
}  // namespace strata::isolation
