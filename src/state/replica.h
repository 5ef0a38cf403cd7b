// How far a replicated table has come in the log that brings its entries: applied, that is in
// memory; switched, in memtables that are full; durable, in tables that the manifest names.
//
// What drops expired entries for good goes by the clock of the durable entry. After a crash later
// entries are applied anew, and their conditions must find what they found the first time.
//
// Thread safety: the store's mutex guards it, but as said.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/mutant.h"
#include "io/clock.h"
#include "strata/applied.h"

namespace strata {

class Replica {
 public:
  explicit Replica(const Applied& durable)
      : applied_(durable),
        switched_(durable),
        durable_(durable),
        drop_time_us_(durable.now_us),
        clock_us_(std::make_shared<std::atomic<std::uint64_t>>(durable.now_us)) {}

  AppliedIndex index() const { return {applied_.index, durable_.index}; }
  const Applied& applied() const { return applied_; }
  // By the commit queue's front, with what the entry wrote in the memtable.
  void SetApplied(const Applied& at) {
    applied_ = at;
    clock_us_->store(at.now_us);
  }
  // The clock of the last entry applied, which readers judge by; any thread.
  std::shared_ptr<const std::atomic<std::uint64_t>> clock_us() const { return clock_us_; }

  // The memtable was switched: what it is as of. By the queue's front.
  const Applied& Switch() { return switched_ = applied_; }
  // Something was applied since.
  bool ahead() const { return applied_.index != switched_.index; }

  const Applied& durable() const { return durable_; }
  void SetDurable(const Applied& at) {
    durable_ = at;
    drop_time_us_ = at.now_us;
  }
  // The time by which expired entries may be dropped; any thread.
  std::uint64_t drop_time_us() const {
    return STRATA_MUTANT(drops_by_applied_clock) ? clock_us_->load() : drop_time_us_.load();
  }

  // One entry is applied at a time. False: another one is.
  bool Begin() { return !std::exchange(busy_, true); }
  void End() { busy_ = false; }

 private:
  Applied applied_;
  Applied switched_;
  Applied durable_;
  std::atomic<std::uint64_t> drop_time_us_;
  bool busy_ = false;
  const std::shared_ptr<std::atomic<std::uint64_t>> clock_us_;
};

// The time by which a table's expired entries may be dropped. Null: the table isn't replicated.
inline std::uint64_t DropTime(const Replica* replica, Clock& clock) {
  return replica == nullptr ? clock.WallMicros() : replica->drop_time_us();
}

}  // namespace strata
