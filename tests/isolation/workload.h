// Clients that run transactions one step at a time, so that threads can run them side by side and a
// simulation in any order, and what must hold of all that they saw.
//
// Thread safety: a client belongs to one thread; a workload's other members are for when no client
// runs.

#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "isolation/access.h"
#include "isolation/history.h"

namespace strata::isolation {

// What all clients of one store share.
struct Surroundings {
  DB* db = nullptr;  // Another one after each opening.
  Level level = Level::kStrictSerializable;
  std::uint32_t lock_timeout_ms = 0;
  std::vector<Style> styles;  // Of transactions that write, each as likely as any.
  // Nothing but locks on keys is used, no ranges and no writes without locks: nobody may fail for a
  // conflict then.
  bool locks_alone = false;
  std::atomic<bool> may_fail{false};      // The disk is about to: errors are no finding.
  std::atomic<std::uint64_t> moments{0};  // The clock of histories.
  std::uint64_t Now() { return moments.fetch_add(1); }
};

using Counts = std::map<std::string, std::uint64_t>;
using Findings = std::vector<std::string>;

class Client {
 public:
  Client(Surroundings& around, std::uint32_t process, std::uint64_t seed);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // Begins a transaction, does one operation of it, or ends it.
  void Step();
  // Lets go of the transaction under way: the store is going away.
  void Abandon();
  // No transaction is under way.
  bool idle() const { return access_ == nullptr; }

  std::uint64_t ended() const { return ended_; }
  const Counts& counts() const { return counts_; }
  const Findings& findings() const { return findings_; }

 protected:
  struct Plan {
    Style style = Style::kOptimistic;
    std::size_t operations = 1;
  };
  virtual Plan DrawPlan() = 0;
  // The operation `index` of the plan.
  virtual Status Do(Access& access, std::size_t index) = 0;
  virtual void Ended(Outcome outcome) = 0;

  Style DrawStyle();
  // True: styles with locks and ranges, which conditions have not.
  static bool IsTransaction(Style style) {
    return style == Style::kOptimistic || style == Style::kPessimistic;
  }
  void Find(std::string finding);

  Surroundings& around_;
  std::uint32_t process_;
  Random random_;
  Plan plan_;

 private:
  void Begin();
  void End(Outcome outcome);
  void Fail(const Error& error, bool committing);

  std::unique_ptr<Access> access_;
  std::size_t next_ = 0;
  bool roll_back_ = false;
  std::uint64_t ended_ = 0;
  Counts counts_;
  Findings findings_;
};

class Workload {
 public:
  Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  virtual ~Workload() = default;

  // Writes what must be there at first.
  virtual Status Prepare(DB& /*db*/) { return {}; }
  virtual std::unique_ptr<Client> NewClient(Surroundings& around, std::uint32_t process,
                                            std::uint64_t seed) = 0;
  // Once all clients are idle: reads everything, and says what is wrong with all that they saw.
  virtual Findings Judge(Surroundings& around, Counts* counts) = 0;
};

// Lists that grow: everything that checker.h knows. `clients` is the number of processes.
std::unique_ptr<Workload> NewListWorkload(std::uint32_t clients);
// Accounts whose sum never changes; empty ones are deleted and come back. Read by scans.
std::unique_ptr<Workload> NewBankWorkload(std::uint32_t clients);
// Rules over ranges: somebody is always on call, and a room has one guest. What breaks them are
// write skew, and rows that appear in a range that was read (phantoms).
std::unique_ptr<Workload> NewRangeWorkload(std::uint32_t clients);
// A rule over two tables: each key is in the one or the other, or in both. What breaks it is write
// skew between the tables.
std::unique_ptr<Workload> NewTablesWorkload(std::uint32_t clients);
// Counters with one writer each: no two readers see the writes in different orders.
std::unique_ptr<Workload> NewForkWorkload(std::uint32_t clients);

}  // namespace strata::isolation
