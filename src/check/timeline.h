// Which calls may come next: a list of the calls that aren't in the order yet, in the order of
// time, each with a mark where it was answered. Whoever stands before the first mark may be next;
// who stands behind it was invoked when that call had been answered already.
//
// Taking a call out and putting it back costs the same few pointers whatever the length (Knuth's
// dancing links), as long as what was taken last is put back first.
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/problem.h"

namespace strata::check {

class Timeline {
 public:
  explicit Timeline(const Part& part);

  // A call that may be next. The certain ones come first, by when they were invoked.
  struct Cursor {
    std::uint32_t call = kNoCall;
    bool end() const { return call == kNoCall; }
  };
  Cursor First() const { return From(entries_[kCertain].next); }
  Cursor Next(Cursor cursor) const { return From(entries_[entry_of_[cursor.call]].next); }
  // REQUIRES: the call isn't taken.
  static Cursor At(std::uint32_t call) { return {call}; }

  // REQUIRES: it isn't taken.
  void Take(std::uint32_t call);
  // REQUIRES: it was taken last.
  void PutBack(std::uint32_t call);
  bool Has(std::uint32_t call) const;

  // All certain calls are taken.
  bool done() const { return certain_left_ == 0; }

  // Which calls are taken, in bytes that are equal if and only if the sets are.
  std::string SetText() const;

 private:
  struct Entry {
    std::uint32_t next = 0;
    std::uint32_t before = 0;
    std::uint32_t call = kNoCall;
    bool answer = false;  // The mark.
  };
  // The ends of the two lists, each a circle: of the certain calls and their marks, and of the
  // rest.
  static constexpr std::uint32_t kCertain = 0;
  static constexpr std::uint32_t kUncertain = 1;

  std::uint32_t Append(std::uint32_t list, std::uint32_t call, bool answer);
  void Unlink(std::uint32_t entry);
  void Relink(std::uint32_t entry);
  // The candidate at this entry of the one list or the other; at a mark, or the end of the certain
  // ones, the first of the others.
  Cursor From(std::uint32_t entry) const;
  // When the first of the calls that are left was answered. REQUIRES: !done().
  std::uint64_t FirstAnswer() const;
  void Flip(std::uint32_t call);

  const Part& part_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> entry_of_;   // Call -> its entry.
  std::vector<std::uint32_t> answer_of_;  // Call -> its mark; of a certain one.
  std::vector<std::uint32_t> rank_;       // Call -> how many of its like were invoked before it.
  std::vector<std::uint64_t> certain_;    // Those taken: a bit for each, by rank.
  std::vector<std::uint64_t> uncertain_;
  std::vector<std::uint32_t> last_words_;  // For each call taken: the last of `certain_` in use.
  std::size_t certain_left_ = 0;
};

}  // namespace strata::check
