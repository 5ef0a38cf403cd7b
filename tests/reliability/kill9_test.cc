// A real process on real files is killed with signal 9 while it writes, again and again. What it
// had acknowledged, over a pipe to this process, is there afterwards; so no state of the test is in
// the store's directory.

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/random.h"
#include "strata/db.h"
#include "testing/ledger.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata::testing {
namespace {

constexpr std::uint32_t kWriters = 3;
constexpr std::uint64_t kKept = 200;  // Each writer deletes its key of so many writes ago.

struct Acknowledgement {
  std::uint32_t writer;
  std::uint32_t number;
};

std::string KeyOf(std::uint32_t writer, std::uint64_t number) {
  return "w" + std::to_string(writer) + "/" + std::to_string(10'000'000 + number);
}

std::string ValueOf(std::uint32_t writer, std::uint64_t number) {
  Random random(writer * 1'000'003 + number);
  return std::to_string(number) + ":" + random.Bytes(random.Uniform(200));
}

std::string LastKeyOf(std::uint32_t writer) {
  return "last" + std::to_string(writer);
}

Options StoreToKill(std::uint64_t cycle) {
  constexpr SyncMode kModes[] = {SyncMode::kNone, SyncMode::kAlways, SyncMode::kInterval};
  Options options;
  options.sync = kModes[cycle % 3];
  options.memtable_bytes = 32 << 10;
  options.table_bytes = 32 << 10;
  options.level0_runs = 2;
  options.level1_bytes = 64 << 10;
  options.stall_max_ms = 1;
  return options;
}

std::uint64_t LastOf(DB& db, std::uint32_t writer) {
  std::string value;
  return Must(db.Get(LastKeyOf(writer), &value)) ? std::stoull(value) : 0;
}

// --- the process that is killed ------------------------------------------------------------------

void WriteForEver(DB& db, std::uint32_t writer, int pipe) {
  for (std::uint64_t number = LastOf(db, writer) + 1;; ++number) {
    WriteBatch batch;
    batch.Put(KeyOf(writer, number), ValueOf(writer, number));
    batch.Put(LastKeyOf(writer), std::to_string(number));
    if (number > kKept) batch.Delete(KeyOf(writer, number - kKept));
    if (!db.Write(batch)) std::_Exit(3);
    const Acknowledgement ack{writer, static_cast<std::uint32_t>(number)};
    if (::write(pipe, &ack, sizeof(ack)) != sizeof(ack)) std::_Exit(4);
  }
}

TEST_CASE("(the process that the kill -9 test kills)", "[.][kill9-writer]") {
  const char* directory = std::getenv("STRATA_KILL9_DIRECTORY");
  if (directory == nullptr) return;
  const int pipe = std::atoi(std::getenv("STRATA_KILL9_PIPE"));
  auto db = Must(DB::Open(
      StoreToKill(std::strtoull(std::getenv("STRATA_KILL9_CYCLE"), nullptr, 10)), directory));
  std::vector<std::thread> writers;
  for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] { WriteForEver(*db, writer, pipe); });
  }
  for (auto& writer : writers) writer.join();
}

// --- the process that kills ----------------------------------------------------------------------

class Victim {
 public:
  Victim(const std::string& directory, std::uint64_t cycle) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    read_end_ = ends[0];
    const std::string pipe_text = std::to_string(ends[1]);
    const std::string cycle_text = std::to_string(cycle);
    ::setenv("STRATA_KILL9_DIRECTORY", directory.c_str(), 1);
    ::setenv("STRATA_KILL9_PIPE", pipe_text.c_str(), 1);
    ::setenv("STRATA_KILL9_CYCLE", cycle_text.c_str(), 1);
    process_ = ::fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      ::close(ends[0]);
      ::execl("/proc/self/exe", "strata_test_reliability", "[kill9-writer]", "-o", "/dev/null",
              static_cast<char*>(nullptr));
      std::_Exit(5);
    }
    ::close(ends[1]);
  }

  // Reads `count` acknowledgements, kills the process, and reads what it had still written.
  void KillAfter(std::uint64_t count, std::vector<std::uint64_t>* acknowledged) {
    Acknowledgement ack;
    for (std::uint64_t seen = 0; Read(&ack); ++seen) {
      (*acknowledged)[ack.writer] = ack.number;
      if (seen == count) REQUIRE(::kill(process_, SIGKILL) == 0);
    }
    int status = 0;
    REQUIRE(::waitpid(process_, &status, 0) == process_);
    CHECK(WIFSIGNALED(status));  // Not by itself: it had no reason to end.
    ::close(read_end_);
  }

 private:
  bool Read(Acknowledgement* ack) const {
    return ::read(read_end_, ack, sizeof(*ack)) == static_cast<ssize_t>(sizeof(*ack));
  }

  pid_t process_ = -1;
  int read_end_ = -1;
};

// Every write up to a number that isn't below the acknowledged one, and nothing else.
std::uint64_t CheckWriter(DB& db, std::uint32_t writer, std::uint64_t acknowledged) {
  const std::uint64_t last = LastOf(db, writer);
  CHECK(last >= acknowledged);
  ReadOptions options;
  options.prefix = "w" + std::to_string(writer) + "/";
  auto iterator = Must(db.NewIterator(options));
  std::uint64_t expected = last > kKept ? last - kKept + 1 : 1;
  REQUIRE(iterator->SeekToFirst());
  while (iterator->Valid()) {
    REQUIRE(iterator->key() == KeyOf(writer, expected));
    REQUIRE(iterator->value() == ValueOf(writer, expected));
    ++expected;
    REQUIRE(iterator->Next());
  }
  CHECK(expected == last + 1);
  return last;
}

TEST_CASE("kill -9 under load loses nothing that was acknowledged", "[parallel-reads][long]") {
  Ledger ledger("kill -9");
  constexpr std::uint64_t kCycles = 12;
  const TempDir directory;
  Random random(9);
  std::vector<std::uint64_t> acknowledged(kWriters);
  for (std::uint64_t cycle = 0; cycle < Scaled(kCycles); ++cycle) {
    Victim victim(directory.File("db"), cycle);
    victim.KillAfter(random.Between(1, 1500), &acknowledged);
    auto db = Must(DB::Open(StoreToKill(cycle), directory.File("db")));
    REQUIRE(db->VerifyAll());
    for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
      const std::uint64_t last = CheckWriter(*db, writer, acknowledged[writer]);
      ledger.Add("records_verified", std::min(last, kKept));
      acknowledged[writer] = last;
    }
    ledger.Add("kills");
  }
  for (const std::uint64_t count : acknowledged) ledger.Add("records_written", count);
  CHECK(ledger.Shortfall("kills", kCycles) == "");
  CHECK((TestScale() < 1 || ledger.Get("records_written") >= kCycles * 300));
}

}  // namespace
}  // namespace strata::testing
