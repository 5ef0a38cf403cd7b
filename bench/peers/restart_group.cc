// How long a store takes to be there again: a large one that was closed, and one whose process was
// killed with a log to replay.

#include <sys/wait.h>
#include <unistd.h>

#include "peers/groups.h"

namespace strata::peers {
namespace {

constexpr std::uint64_t kValueBytes = 1000;
constexpr std::uint64_t kBytesEach = 16 + kValueBytes;
constexpr int kOpenings = 5;

void Load(Session* session, std::uint64_t bytes) {
  Values values(kValueBytes);
  for (std::uint64_t i = 0; i * kBytesEach < bytes; ++i) {
    session->Must(session->store().Put(Key::Padded(i).view(), values.Next()));
  }
}

void MeasureOpen(Session* session) {
  const Budget budget = session->config().budget();
  session->Fresh(budget);
  Load(session, session->config().Scaled(4ULL << 30, 8U << 20));
  session->store().Settle();
  std::vector<double> seconds;
  seconds.reserve(kOpenings);
  for (int i = 0; i < kOpenings; ++i) seconds.push_back(session->Reopen(budget));
  std::sort(seconds.begin(), seconds.end());
  session->Emit("open", "ms", seconds[kOpenings / 2] * 1e3);
}

// The log holds three quarters of a memtable; LMDB has none, so it has no such row.
void MeasureRecovery(Session* session) {
  if (session->engine() == "lmdb") return;
  const Budget budget = session->config().budget();
  const std::uint64_t bytes = budget.memtable_bytes / 4 * 3;
  const pid_t writer = fork();
  if (writer == 0) {
    session->Fresh(budget);
    Load(session, bytes);
    std::_Exit(0);  // As if killed: nothing is closed.
  }
  int status = 0;
  waitpid(writer, &status, 0);
  session->Must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  const double seconds = session->Reopen(budget);
  std::string value;
  session->Must(session->store().Get(Key::Padded((bytes - 1) / kBytesEach).view(), &value));
  session->Emit("recovery", "mb_per_s", static_cast<double>(bytes) / 1e6 / seconds);
}

}  // namespace

void RunRestart(Session* session) {
  if (session->Wants("open")) MeasureOpen(session);
  session->Close();  // No thread of a store may run when the process forks.
  if (session->Wants("recovery")) MeasureRecovery(session);
}

}  // namespace strata::peers
