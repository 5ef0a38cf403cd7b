// The checker against brute force: random histories of a few operations, some of them made wrong.

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "check/linearizability.h"
#include "check/oracle.h"
#include "check/random_history.h"
#include "testing/ledger.h"

namespace strata::check {
namespace {

using strata::testing::Ledger;
using strata::testing::Scaled;

RandomHistoryOptions DrawOptions(Random& random) {
  const bool expire = random.OneIn(3);  // That is an event more for the oracle.
  return {.operations = 1 + random.Uniform(expire ? 5 : 8),
          .clients = 1 + random.Uniform(4),
          .keys = 1 + random.Uniform(2),
          .values = random.OneIn(2) ? 3u : 0u,
          .span = 1 + random.Uniform(12),
          .unknown_one_in = random.Uniform(5),
          .failed_one_in = random.Uniform(8),
          .expire_one_in = expire ? 2u : 0u,
          .batch_one_in = random.OneIn(3) ? 3u : 0u};
}

// The order that was found is one in which a map answers so.
void CheckOrder(const Part& part, const SearchResult& found) {
  std::vector<ValueId> values(part.keys, kNoValue);
  std::vector<bool> done(part.calls.size());
  std::uint64_t latest = 0;  // When the latest of those so far was invoked.
  for (const std::uint32_t at : found.order) {
    const Call& call = part.calls[at];
    REQUIRE_FALSE(done[at]);
    done[at] = true;
    CHECK(call.returned >= latest);
    latest = std::max(latest, call.invoked);
    bool required = true;
    for (const Action& action : part.ActionsOf(call)) {
      ValueId& value = values[action.key];
      const bool same = part.text[value] == action.value;
      if (action.kind == Action::Kind::kFind) CHECK(same);
      if (action.kind == Action::Kind::kRequire && !same) required = false;
      if (action.kind == Action::Kind::kSet && call.writes) value = action.value;
      if (action.kind == Action::Kind::kExpire && value == action.value) value = kNoValue;
    }
    CHECK(required != call.refused);
  }
  for (std::size_t i = 0; i < done.size(); ++i) CHECK((done[i] || !part.calls[i].certain));
}

void Compare(const History& history, Ledger* ledger) {
  const Verdict verdict = CheckLinearizable(history);
  const bool allowed = OracleAllows(history);
  ledger->Add("histories");
  ledger->Add(allowed ? "linearizable" : "not");
  INFO(HistoryText(history));
  REQUIRE(verdict.answer == (allowed ? Answer::kLinearizable : Answer::kNot));
  if (allowed) {
    for (const Part& part : SplitIntoParts(history)) CheckOrder(part, FindOrder(part, 1'000'000));
    return;
  }
  // The proof is one by itself, and its last answer is needed.
  History proof = verdict.why.proof;
  INFO(VerdictText(history, verdict));
  CHECK_FALSE(OracleAllows(proof));
  CHECK(proof.size() <= history.size());
  ledger->Add("operations in proofs", proof.size());
  proof[verdict.why.culprit].outcome = Outcome::kUnknown;
  proof[verdict.why.culprit].returned = kNever;
  CHECK(OracleAllows(proof));
}

void CompareMany(const std::string& name, std::uint64_t seed, std::uint64_t count) {
  Ledger ledger(name);
  Random random(seed);
  for (std::uint64_t i = 0; i < Scaled(count); ++i) {
    const RandomHistoryOptions options = DrawOptions(random);
    History history = RandomHistory(options, random);
    if (random.OneIn(4)) REQUIRE(OracleAllows(history));
    for (std::uint64_t wrongs = random.Uniform(12); wrongs > 0; --wrongs) {
      MakeWrong(&history, random);
    }
    Compare(history, &ledger);
  }
  CHECK(ledger.Shortfall("linearizable", count / 4) == "");
  CHECK(ledger.Shortfall("not", count / 10) == "");
}

TEST_CASE("brute force gives the same verdicts on random histories", "[linearizability]") {
  CompareMany("brute force gives the same verdicts on random histories", 1, 10'000);
}

TEST_CASE("brute force gives the same verdicts on many random histories",
          "[linearizability][slow]") {
  CompareMany("brute force gives the same verdicts on many random histories", 2, 200'000);
}

}  // namespace
}  // namespace strata::check
