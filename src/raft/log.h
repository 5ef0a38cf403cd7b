// The log of a node: a snapshot, the entries that the host has written, and behind them, in memory,
// those that aren't written or aren't applied yet. It knows which of them are durable.
//
//   snapshot | in the store                | in memory
//   ...... 4 | 5   6   7   8   9   10   11 | 12   13   14   15   16
//                                   applied ^     stable ^    last ^
//
// Invariant: stable <= last, and what is in memory begins at stable + 1 or before.
// Thread safety: none.

#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "raft/log_store.h"

namespace strata::raft {

class Log {
 public:
  // `configurations`: those of entries behind the snapshot, in order.
  Log(const LogStore& store, Snapshot snapshot,
      std::vector<std::pair<Index, Configuration>> configurations);

  Position last() const { return {TermAt(last_index()), last_index()}; }
  Index last_index() const { return memory_from_ + memory_.size() - 1; }
  Index stable() const { return stable_; }
  const Snapshot& snapshot() const { return snapshot_; }

  // The newest configuration in the log, committed or not: it holds as soon as it is there (the
  // thesis, 4.1). `configuration_before` is the one before that.
  const Configuration& configuration() const { return configurations_.back().second; }
  const Configuration& configuration_before() const;
  Index configuration_index() const { return configurations_.back().first; }
  const Configuration& ConfigurationAt(Index index) const;

  // REQUIRES: snapshot().last.index <= index <= last_index().
  Term TermAt(Index index) const;
  // Whether there is such an entry (or the snapshot ends there).
  bool Matches(const Position& position) const;
  // The last place at `index` or before it whose term isn't above `term`: what lies between may be
  // skipped by who looks for the end of what two logs share.
  Position LastAtMost(Index index, Term term) const;
  Result<std::vector<Entry>> Read(Index first, Index last, std::size_t bytes_max) const;

  // REQUIRES: entry.index == last_index() + 1.
  void Append(Entry entry);
  // Takes the entries behind a place that matches. What is there already stays, with all behind it:
  // a late message may know less than we do. Returns false if nothing changed. That an entry
  // conflicts with one up to `committed` can't be; if it did, two leaders would have been at work.
  bool Merge(const std::vector<Entry>& entries, Index committed);
  // Everything else is gone: the log is the snapshot.
  void Restore(const Snapshot& snapshot);

  // A durable snapshot stands for the entries up to there. REQUIRES: they are stable and applied.
  void Compact(const Snapshot& snapshot);
  // What is stable and applied is left to the store.
  void Forget(Index applied);

  // The entries that no write has had, and from now on has the one of this number.
  std::vector<Entry> TakeUnwritten(WriteNumber number);
  // REQUIRES: numbers ascend.
  void Written(WriteNumber number);

  void set_store(const LogStore& store) { store_ = &store; }
  // All that the next calls depend on but the store's bytes. Numbers of writes count from `base`.
  void AppendFingerprint(WriteNumber base, std::string* out) const;

 private:
  struct InFlight {
    WriteNumber number = 0;
    Index last = 0;  // Once it is durable, the log is up to here.
  };

  void Truncate(Index from);

  const LogStore* store_;
  Snapshot snapshot_;
  // Invariant: not empty; the first is the snapshot's or of an entry before it.
  std::vector<std::pair<Index, Configuration>> configurations_;
  std::deque<Entry> memory_;
  Index memory_from_;  // The index of the first in memory.
  Index unwritten_;    // The first that no write has had.
  Index stable_;
  std::deque<InFlight> in_flight_;
};

}  // namespace strata::raft
