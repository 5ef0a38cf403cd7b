// Writes down what clients ask and what comes of it: a history, whatever the store was.
//
// Thread safety: none. In a simulation nobody runs between two points; with threads, a recorder for
// each, and their histories one after the other.

#pragma once

#include <utility>
#include <vector>

#include "check/history.h"

namespace strata::check {

class Recorder {
 public:
  using Ticket = std::size_t;

  // Call it before the request leaves, with a clock that all clients share. Until it is answered,
  // the outcome is unknown. What a read finds is filled in later.
  Ticket Invoke(std::uint64_t client, std::uint64_t now, std::vector<Clause> clauses) {
    history_.push_back({.client = client, .invoked = now, .clauses = std::move(clauses)});
    return history_.size() - 1;
  }

  // Call it when the answer has come, with the moment. REQUIRES: not kUnknown; that needs no call.
  void Answer(Ticket ticket, std::uint64_t now, Outcome outcome) {
    history_[ticket].returned = now;
    history_[ticket].outcome = outcome;
  }
  // A read of one key has found this.
  void Answer(Ticket ticket, std::uint64_t now, Value found) {
    history_[ticket].clauses.front().value = std::move(found);
    Answer(ticket, now, Outcome::kOk);
  }

  const History& history() const { return history_; }

 private:
  History history_;
};

}  // namespace strata::check
