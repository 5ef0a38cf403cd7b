// Logs told record by record, and what is found of them: what was put back, what was passed over
// because something before it is lost, and what is damage.

#include "journal/log_chain.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "testing/mutant_guard.h"
#include "testing/results.h"

namespace strata {
namespace {

// A record of one entry, unless it says otherwise.
struct Told {
  SequenceNumber sequence;
  std::uint64_t synced = 0;  // What its log's writer knew to be on the disk.
  std::uint64_t entries = 1;
};

enum class End : std::uint8_t { kSealed, kUnsealed, kTorn };

class Replay {
 public:
  // Reads another log. REQUIRES: none was damage.
  Replay& Log(End end, const std::vector<Told>& records, bool is_last = false) {
    ++number_;
    for (const Told& told : records) {
      const wal::Record record{.type = wal::RecordType::kBatch,
                               .sequence = told.sequence,
                               .offset = 0,
                               .synced = told.synced,
                               .flags = 0,
                               .payload = {}};
      if (chain_.IsAfterLoss(record)) continue;
      Note(chain_.CheckFollows(record));
      if (!damage_.empty()) return *this;
      chain_.NotePutBack(record, told.entries);
      put_back_ += " " + std::to_string(told.sequence);
    }
    Note(chain_.NoteEnd({.number = number_,
                         .valid_length = 100 * number_,
                         .complete = end == End::kSealed,
                         .torn = end == End::kTorn,
                         .is_last = is_last}));
    return *this;
  }
  Replay& Last(End end, const std::vector<Told>& records) { return Log(end, records, true); }

  // " 1 2 3", the sequences that were put back, with ", damaged" if that was found.
  std::string Found() const { return put_back_ + (damage_.empty() ? "" : ", damaged"); }
  const std::string& damage() const { return damage_; }

 private:
  void Note(const Status& status) {
    if (!status) damage_ = testing::Outcome(status);
  }

  LogChain chain_;
  FileNumber number_ = 0;
  std::string put_back_;
  std::string damage_;
};

TEST_CASE("logs that follow each other are put back, ended or not", "[background-work]") {
  CHECK(Replay().Last(End::kSealed, {}).Found().empty());
  CHECK(Replay().Last(End::kTorn, {{7}, {8}}).Found() == " 7 8");
  for (const End end : {End::kSealed, End::kUnsealed}) {
    Replay replay;
    replay.Log(end, {{1}, {2, 0, 3}}).Log(end, {{5}, {6}}).Last(End::kTorn, {{7}});
    CHECK(replay.Found() == " 1 2 5 6 7");
  }
}

TEST_CASE("nothing after a loss that nobody was promised counts, and that is all right",
          "[background-work]") {
  // Entry 3, the end of log 1, is gone.
  Replay replay;
  replay.Log(End::kUnsealed, {{1}, {2}}).Log(End::kUnsealed, {{4}, {5}});
  replay.Log(End::kUnsealed, {{6}}).Last(End::kTorn, {{7}});
  CHECK(replay.Found() == " 1 2");
}

TEST_CASE("a torn end or an empty log in the middle is a loss, whatever follows",
          "[background-work]") {
  for (const SequenceNumber next : {3, 4}) {
    CHECK(Replay().Log(End::kTorn, {{1}, {2}}).Last(End::kUnsealed, {{next}}).Found() == " 1 2");
  }
  Replay replay;
  replay.Log(End::kUnsealed, {{1}}).Log(End::kUnsealed, {}).Last(End::kUnsealed, {{2}});
  CHECK(replay.Found() == " 1");
}

TEST_CASE("an empty log that was ended lost nothing", "[background-work]") {
  Replay replay;
  replay.Log(End::kSealed, {{1}}).Log(End::kSealed, {}).Last(End::kUnsealed, {{2}});
  CHECK(replay.Found() == " 1 2");
}

TEST_CASE("what is lost before a synced record had been promised", "[background-work]") {
  Replay replay;
  replay.Log(End::kUnsealed, {{1}, {2}}).Last(End::kUnsealed, {{4}, {5, 50}, {6}});
  CHECK(replay.damage() ==
        "corruption: replaying 000001.wal: the log ends at offset 100 without an end record "
        "although 000002.wal, a later log, was made durable; what followed is lost. `strata "
        "verify` tells more");
  CHECK(replay.Found() == " 1 2, damaged");
}

TEST_CASE("what is lost before a log that was ended had been promised", "[background-work]") {
  CHECK(Replay().Log(End::kTorn, {{1}}).Last(End::kSealed, {}).Found() == " 1, damaged");
  CHECK(Replay().Log(End::kUnsealed, {{1}}).Last(End::kSealed, {{3}}).Found() == " 1, damaged");
}

TEST_CASE("a promise of any later log counts, not only of the next", "[background-work]") {
  Replay replay;
  replay.Log(End::kTorn, {{1}}).Log(End::kUnsealed, {{3}}).Last(End::kUnsealed, {{4, 50}});
  CHECK(replay.Found() == " 1, damaged");
  CHECK(replay.damage().find("000001.wal") != std::string::npos);  // Where the loss is.
  CHECK(replay.damage().find("000003.wal") != std::string::npos);  // Who promised.
}

TEST_CASE("what a log itself had synced promises nothing of its end", "[background-work]") {
  Replay replay;
  replay.Log(End::kUnsealed, {{1}, {2, 50}}).Last(End::kUnsealed, {{4}});
  CHECK(replay.Found() == " 1 2");
}

TEST_CASE("a gap after a log that was ended is a log that is missing", "[background-work]") {
  Replay replay;
  replay.Log(End::kSealed, {{1}, {2, 0, 3}}).Last(End::kUnsealed, {{9}});
  CHECK(replay.damage() ==
        "corruption: it begins with entry 9, but 000001.wal, the log before it, ends at 4: a log "
        "between them is missing");
  CHECK(Replay().Log(End::kSealed, {{5}}).Last(End::kUnsealed, {{3}}).Found() == " 5, damaged");
  CHECK(Replay().Last(End::kSealed, {{1}, {9}}).Found() == " 1 9");  // Within one: its reader's.
}

#if defined(STRATA_MUTANTS)
TEST_CASE("mutant replay_past_lost_tail is caught", "[background-work][mutant]") {
  const testing::MutantGuard mutant("replay_past_lost_tail");
  CHECK(Replay().Log(End::kUnsealed, {{1}}).Last(End::kUnsealed, {{3}}).Found() == " 1 3");
}

TEST_CASE("mutant replay_past_corrupt_wal is caught in a chain", "[background-work][mutant]") {
  const testing::MutantGuard mutant("replay_past_corrupt_wal");
  CHECK(Replay().Log(End::kTorn, {{1}}).Last(End::kSealed, {}).Found() == " 1");
}
#endif

TEST_CASE("a record without entries accounts for what has no record", "[learned-index]") {
  const Told until4{.sequence = 4, .entries = 0};
  for (const End end : {End::kSealed, End::kUnsealed}) {
    CHECK(Replay().Log(end, {{1}, until4}).Last(End::kTorn, {{4}}).Found() == " 1 4 4");
    // A log that has nothing else, with or without sequences given out meanwhile.
    CHECK(Replay().Log(end, {{1}}).Log(end, {{2, 0, 0}}).Last(End::kTorn, {{2}}).Found() ==
          " 1 2 2");
    CHECK(Replay().Log(end, {{1}}).Log(end, {{2, 0, 0}, until4}).Last(End::kTorn, {{4}}).Found() ==
          " 1 2 4 4");
  }
}

TEST_CASE("a log that is missing is found beside records without entries", "[learned-index]") {
  const Told until4{.sequence = 4, .entries = 0};
  CHECK(Replay().Log(End::kSealed, {{1}}).Last(End::kTorn, {{4}}).Found() == " 1, damaged");
  CHECK(Replay().Log(End::kSealed, {{1}, until4}).Last(End::kTorn, {{5}}).Found() ==
        " 1 4, damaged");
  CHECK(Replay().Log(End::kSealed, {{1}}).Last(End::kTorn, {{3, 0, 0}, until4}).Found() ==
        " 1, damaged");
  // The record itself is lost, and with it what came after: nobody was promised it.
  CHECK(Replay().Log(End::kTorn, {{1}}).Last(End::kTorn, {{4}}).Found() == " 1");
}
}  // namespace
}  // namespace strata
