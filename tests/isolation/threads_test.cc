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

const std::vector<Style> kAll = {Style::kOptimistic, Style::kPessimistic, Style::kConditions};
const std::vector<Style> kTransactions = {Style::kOptimistic, Style::kPessimistic};

TEST_CASE("threads' transactions on lists are strictly serializable",
          "[transactions][concurrency][long]") {
  Ledger ledger("isolation, threads with lists");
  RunOnThreads({.workload = NewListWorkload, .transactions = Scaled(8000), .styles = kAll},
               &ledger);
}

TEST_CASE("threads' transactions that take all their locks have no conflicts",
          "[transactions][concurrency][long]") {
  Ledger ledger("isolation, threads with locks alone");
  RunOnThreads({.workload = NewListWorkload,
                .transactions = Scaled(3000),
                .styles = {Style::kPessimistic},
                .locks_alone = true},
               &ledger);
}

TEST_CASE("threads at snapshot isolation have strong snapshots",
          "[transactions][concurrency][long]") {
  Ledger ledger("isolation, threads at snapshot isolation");
  RunOnThreads({.workload = NewListWorkload,
                .transactions = Scaled(4000),
                .level = Level::kStrongSnapshot,
                .styles = kTransactions},
               &ledger);
}

TEST_CASE("threads' banks keep their money", "[transactions][concurrency][long]") {
  Ledger ledger("isolation, threads with a bank");
  RunOnThreads({.workload = NewBankWorkload, .transactions = Scaled(8000), .styles = kAll},
               &ledger);
}

TEST_CASE("threads' rules over ranges hold", "[transactions][concurrency][long]") {
  Ledger ledger("isolation, threads with ranges");
  RunOnThreads(
      {.workload = NewRangeWorkload, .transactions = Scaled(8000), .styles = kTransactions},
      &ledger);
}

TEST_CASE("threads' readers agree on the order of writes", "[transactions][concurrency][long]") {
  Ledger ledger("isolation, threads with forks");
  RunOnThreads({.workload = NewForkWorkload, .transactions = Scaled(8000), .styles = kAll},
               &ledger);
}

}  // namespace
}  // namespace strata::isolation
