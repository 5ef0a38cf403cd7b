// What can go wrong between transactions, by the names of Adya's thesis and of Elle's paper, and
// which isolation level forbids which.
//
// Thread safety: values.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace strata::isolation {

enum class AnomalyKind : std::uint8_t {
  kGarbageRead,        // A value that nobody appended.
  kDuplicateAppend,    // A value twice in a list, or appended twice.
  kIncompatibleOrder,  // Two reads of one list of which neither continues the other.
  kInternal,           // A transaction doesn't see its own appends, or not last.
  kAbortedRead,        // G1a: a value whose transaction failed.
  kIntermediateRead,   // G1b: a value that its transaction went on to append behind.
  kDirtyUpdate,        // An append on top of one whose transaction failed.
  kLostUpdate,         // Two transactions read the same version of a list and both appended to it.
  kG0,                 // Dirty write: a cycle of write dependencies.
  kG1c,                // Circular information flow: a cycle of write and read dependencies.
  kGSingle,            // Read skew: a cycle with one anti-dependency.
  kGNonadjacent,       // Long fork: anti-dependencies, no two of them in a row.
  kG2Item,             // Write skew: two anti-dependencies in a row.
  kStaleSnapshot,      // A snapshot from before a transaction that had ended when it was taken.
  kSession,            // Serial only in an order that turns one process's transactions round.
  kRealtime,           // Serial only in an order that turns transactions round in time.
};
inline constexpr std::size_t kAnomalyKinds = 16;

enum class Level : std::uint8_t {
  kReadCommitted,
  kSnapshot,
  kStrongSnapshot,  // Snapshots hold all that had been committed when they were taken.
  kSerializable,
  kStrictSerializable,
};
inline constexpr std::array kLevels = {Level::kReadCommitted, Level::kSnapshot,
                                       Level::kStrongSnapshot, Level::kSerializable,
                                       Level::kStrictSerializable};

std::string_view AnomalyName(AnomalyKind kind);
std::string_view LevelName(Level level);
bool Forbids(Level level, AnomalyKind kind);

struct Anomaly {
  AnomalyKind kind;
  std::string words;
};

struct Report {
  std::vector<Anomaly> anomalies;               // Few of each kind, the shortest cycles.
  std::map<AnomalyKind, std::uint64_t> counts;  // All of them.
  std::uint64_t transactions = 0;               // Committed ones.
  std::uint64_t edges = 0;

  void Add(AnomalyKind kind, std::string words);
  bool Has(AnomalyKind kind) const { return counts.contains(kind); }
  bool Holds(Level level) const;
  // What `level` forbids and was found; "" when the level holds.
  std::string Violations(Level level) const;
  // "G-single, lost update".
  std::string Names() const;
};

}  // namespace strata::isolation
