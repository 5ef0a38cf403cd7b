// The words of Raft: terms, indexes, entries, and what a node must never forget.
// (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014: "the paper";
// Ongaro's thesis of the same year: "the thesis".)
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "raft/configuration.h"

namespace strata::raft {

using Term = std::uint64_t;         // A term has one leader at most. 0: before the first.
using Index = std::uint64_t;        // A place in the log, from 1. 0: before the first.
using WriteNumber = std::uint64_t;  // The place of a write in the order of this node's writes.

struct Nothing {  // The entry by which a new leader begins its term.
  bool operator==(const Nothing&) const = default;
};
struct Command {  // What the state machine is told. Raft doesn't look into it.
  std::string bytes;
  bool operator==(const Command&) const = default;
};

struct Entry {
  Term term = 0;
  Index index = 0;
  std::variant<Nothing, Command, Configuration> body;

  bool operator==(const Entry&) const = default;
};

// What an entry counts in limits of bytes: its command, and a little for the rest.
inline std::size_t SizeOf(const Entry& entry) {
  const auto* command = std::get_if<Command>(&entry.body);
  return 16 + (command == nullptr ? 0 : command->bytes.size());
}

// The end of a log. Of two logs the one with the larger is the more up to date (the paper, 5.4.1).
struct Position {
  Term term = 0;
  Index index = 0;
  auto operator<=>(const Position&) const = default;
};

// What a node has promised: no smaller term, and no second vote in this one.
struct HardState {
  Term term = 0;
  NodeId vote = kNobody;
  bool operator==(const HardState&) const = default;
};

// A state of the state machine that stands for all entries up to `last`. The bytes stay with the
// host, which knows them by this.
struct Snapshot {
  Position last;
  Configuration configuration;  // As of `last`.
  bool operator==(const Snapshot&) const = default;
};

}  // namespace strata::raft
