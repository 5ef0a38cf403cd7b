// A store in a simulated world, with many clients at once: what all engine simulations share.
// Findings are collected, so that a planted bug can be seen to be found.
//
// Thread safety: none; all threads of a simulated world are one.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/node.h"
#include "sim/world.h"
#include "strata/db.h"

namespace strata::sim {

struct LifePlan {
  std::uint64_t seed = 1;
  std::uint64_t points = 7000;  // About so many has a run; for the schedule.
  std::string mutant = {};
  bool disk_fails = false;  // Node::faults() may be used.
};

struct LifeResult {
  std::vector<std::string> findings;
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t trace = 0;
};

class StoreLife {
 public:
  static constexpr const char* kDirectory = "db";

  // The store's options are `options` in the environment of the only machine.
  StoreLife(const LifePlan& plan, const Options& options);
  StoreLife(const StoreLife&) = delete;
  StoreLife& operator=(const StoreLife&) = delete;
  ~StoreLife();

  // Adds a client, to be run by Run.
  void Spawn(const std::string& name, std::function<void()> body);
  // Runs all clients to their end. False when something was found, or before: then nothing more is
  // to be done.
  bool Run();

  // Each in a client of its own, with nobody beside it but the background.
  bool Do(const std::string& name, const std::function<void()>& body);
  bool Open();
  bool Close();

  // Of a client, in any run: ends the run that is under way.
  void PowerOff(CrashKind kind);

  DB& db() { return *db_; }
  Node& node() { return node_; }
  World& world() { return world_; }
  Options& options() { return options_; }

  // True when the result is a success; otherwise it is a finding, unless the disk has failed.
  template <typename T>
  bool Expect(const Result<T>& result, const std::string& doing) {
    if (!result.has_value() && !disk_failed()) Find(doing + ": " + result.error().message());
    return result.has_value();
  }
  bool disk_failed() {
    return had_fault_ || (plan_.disk_fails && node_.is_on() && node_.faults().fired());
  }
  // The disk is well from now on. What was under way may still fail, until ForgetFault.
  void HealDisk() {
    had_fault_ = disk_failed();
    node_.faults().SetPlan({});
  }
  void ForgetFault() { had_fault_ = false; }
  void Find(std::string finding);
  bool healthy() const { return result_.findings.empty(); }
  void Count(const std::string& name, std::uint64_t count = 1) { result_.counts[name] += count; }

  LifeResult TakeResult();

 private:
  const LifePlan plan_;
  World world_;
  Node& node_;
  Options options_;
  bool had_fault_ = false;
  DB* db_ = nullptr;  // Owned, but destroyed only by Close: nobody else may be inside.
  LifeResult result_;
};

}  // namespace strata::sim
