// What a transaction has read alone: the conditions that come of it.

#include "txn/read_set.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/mutant_guard.h"
#include "txn/batch_text.h"

namespace strata {
namespace {

std::string ConditionsOf(const ReadSet& reads) {
  WriteBatch batch;
  reads.AddTo(&batch, kDefaultTable);
  return ConditionsText(batch);
}

TEST_CASE("a set of reads is empty until something was read", "[transactions]") {
  ReadSet reads;
  CHECK(reads.empty());
  CHECK(ConditionsOf(reads).empty());
  reads.AddKey("a", 3);
  CHECK_FALSE(reads.empty());
  ReadSet ranges;
  ranges.BeginRange({.lower = "a", .upper = "b", .since = 3});
  CHECK_FALSE(ranges.empty());
}

TEST_CASE("of a key that was read again the first reading counts", "[transactions]") {
  ReadSet reads;
  reads.AddKey("b", 3);
  reads.AddKey("a", 5);
  reads.AddKey("b", 7);
  CHECK(reads.Has("b"));
  CHECK_FALSE(reads.Has("c"));
  CHECK(ConditionsOf(reads) == "a since 5, b since 3");
}

TEST_CASE("a range grows both ways as its cursor moves, and never shrinks", "[transactions]") {
  ReadSet reads;
  const std::size_t range = reads.BeginRange({.lower = "m", .upper = "m", .since = 3});
  CHECK(ConditionsOf(reads).empty());  // Nothing lies in it yet.
  reads.ExtendUp(range, "p");
  reads.ExtendUp(range, "n");
  CHECK(ConditionsOf(reads) == "[m .. p) since 3");
  reads.ExtendDown(range, "f");
  reads.ExtendDown(range, "g");
  CHECK(ConditionsOf(reads) == "[f .. p) since 3");
  reads.ExtendUp(range, std::nullopt);
  reads.ExtendUp(range, "z");
  CHECK(ConditionsOf(reads) == "[f .. end) since 3");
}

TEST_CASE("ranges that touch are one, as old as the older; others stay apart", "[transactions]") {
  ReadSet reads;
  reads.BeginRange({.lower = "e", .upper = "g", .since = 4});
  reads.BeginRange({.lower = "a", .upper = "c", .since = 6});
  reads.BeginRange({.lower = "c", .upper = "d", .since = 5});
  CHECK(ConditionsOf(reads) == "[a .. d) since 5, [e .. g) since 4");
  reads.BeginRange({.lower = "b", .upper = "bb", .since = 3});  // Within the first.
  CHECK(ConditionsOf(reads) == "[a .. d) since 3, [e .. g) since 4");
  reads.BeginRange({.lower = "f", .upper = std::nullopt, .since = 9});
  reads.BeginRange({.lower = "x", .upper = "y", .since = 2});
  CHECK(ConditionsOf(reads) == "[a .. d) since 3, [e .. end) since 2");
}

TEST_CASE("what was read is checked in its own table", "[tables]") {
  ReadSet reads;
  reads.AddKey("a", 3);
  reads.BeginRange({.lower = "b", .upper = "c", .since = 4});
  WriteBatch batch;
  reads.AddTo(&batch, {7});
  CHECK(ConditionsText(batch) == "7:a since 3, [7:b .. c) since 4");
}

#if defined(STRATA_MUTANTS)
TEST_CASE("mutant skip_range_validation is caught in a set of reads", "[transactions][mutant]") {
  ReadSet reads;
  reads.BeginRange({.lower = "a", .upper = "b", .since = 3});
  const testing::MutantGuard mutant("skip_range_validation");
  CHECK(ConditionsOf(reads).empty());
}
#endif

}  // namespace
}  // namespace strata
