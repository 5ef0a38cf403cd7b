// A log of entries for a replicated table, drawn from a seed, and what the table must hold after
// each of them: the model that stores are compared with, whatever they went through.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strata/db.h"

namespace strata::testing {

// The bugs that are planted in how entries are applied; reliability/apply_sweep_test.cc finds them.
inline constexpr const char* kPlantedInApply[] = {
    "entry_clock_goes_back",    "drops_by_applied_clock", "gap_unaccounted",
    "gap_at_begin_unaccounted", "applied_left_out",       "applied_after_switch",
};

struct ReplicatedShape {
  std::uint64_t seed = 1;
  std::size_t entries = 60;
  std::uint64_t ttl_us = 40'000;     // Of the table.
  std::size_t value_bytes_max = 60;  // Of most values; of one in ten, twenty times as much.
};

// Puts with and without expiries, deletes, conditions that hold or don't, entries without effect,
// gaps in the indexes, and a clock that stands still, runs, and sometimes goes back.
class ReplicatedLog {
 public:
  explicit ReplicatedLog(const ReplicatedShape& shape);

  std::size_t size() const { return entries_.size(); }
  const Applied& at(std::size_t i) const { return entries_[i].at; }
  WriteBatch BatchOf(std::size_t i, TableRef table) const;
  // Whether a condition of it fails.
  bool Fails(std::size_t i) const { return entries_[i].fails; }
  // The position of the first entry after `index`; size(): there is none.
  std::size_t After(std::uint64_t index) const;
  // What the table holds when all before position `i` are applied, and the clock then.
  const std::string& ContentsAfter(std::size_t i) const { return states_[i]; }
  std::uint64_t ClockAfter(std::size_t i) const { return clocks_[i]; }
  std::uint64_t IndexAfter(std::size_t i) const { return i == 0 ? 0 : entries_[i - 1].at.index; }

  TableOptions table_options() const {
    TableOptions options;
    options.ttl_us = ttl_us_;
    options.replicated = true;
    return options;
  }

 private:
  struct Change {
    std::string key;
    std::string value;
    std::uint64_t expires_at_us = 0;
    bool is_delete = false;
  };
  struct Require {
    Condition::Kind kind;
    std::string key;
    std::string value;
  };
  struct Entry {
    Applied at;
    std::vector<Require> conditions;
    std::vector<Change> changes;
    bool fails = false;
  };
  class Generator;

  std::vector<Entry> entries_;
  std::vector<std::string> states_;
  std::vector<std::uint64_t> clocks_;
  std::uint64_t ttl_us_;
};

// "key=value@expiry ": what a reader sees at `now_us`, by a scan and by lookups, or what is wrong.
std::string ContentsOf(DB& db, TableRef table, std::uint64_t now_us);

// Applies the entry at position `i`. "" when all was as the log says, or what wasn't.
std::string ApplyOne(DB& db, TableRef table, const ReplicatedLog& log, std::size_t i);
// Applies what comes after the table's index, up to position `end`.
std::string ApplyUpTo(DB& db, TableRef table, const ReplicatedLog& log, std::size_t end);
// "" when the table is as of an entry of the log, and says so.
std::string CompareWith(DB& db, TableRef table, const ReplicatedLog& log);

}  // namespace strata::testing
