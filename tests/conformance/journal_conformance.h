// What every Journal must do, wherever it keeps its logs: one suite, run over all of them.
//
// To have a new one checked, add a file here with a case that calls CheckJournalConformance and one
// for each of the others.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "journal/journal.h"

namespace strata::testing {

// A log as it is found by whoever opens the store next.
struct KeptLog {
  FileNumber number = 0;
  std::vector<std::pair<SequenceNumber, std::string>> records;
  bool ended = false;        // It says that nothing follows.
  std::uint64_t length = 0;  // Of what is intact.
};

// What a crash has left.
class JournalRemains {
 public:
  virtual ~JournalRemains() = default;
  virtual std::vector<KeptLog> Logs() = 0;  // By number.
  virtual Status ReadValue(const blob::Place& place, std::string* value) = 0;
};

// A journal, empty at first, and what it writes to, which can fail and lose power.
class JournalWorld {
 public:
  virtual ~JournalWorld() = default;
  virtual Journal& journal() = 0;
  virtual std::shared_ptr<DirectValues> NewDirect() = 0;

  // Of what the journal is written to, operations counted from now on.
  virtual void SetPlan(const FaultPlan& plan) = 0;
  virtual bool fired() const = 0;

  // As if the process ended, or the power went, now. Nothing changes for this world.
  virtual std::unique_ptr<JournalRemains> AfterKill() = 0;
  virtual std::unique_ptr<JournalRemains> AfterPowerCut(CrashKind kind, Random& random) = 0;
};

using MakeJournalWorld = std::function<std::unique_ptr<JournalWorld>()>;

// Each builds world after world. One log: what survives, what an error leaves, how it ends.
void CheckJournalConformance(const MakeJournalWorld& make);
void CheckJournalRelease(const MakeJournalWorld& make);
void CheckRetiredLogs(const MakeJournalWorld& make);
void CheckJournalValues(const MakeJournalWorld& make);

}  // namespace strata::testing
