#include "base/mutant.h"

#include <catch2/catch.hpp>

namespace strata {
namespace {

int Answer() {
  if (STRATA_MUTANT(wrong_answer)) return 41;
  return 42;
}

#if defined(STRATA_MUTANTS)
TEST_CASE("a mutant changes the program only while it is on", "[map-and-shell]") {
  mutant::Enable("");  // The environment may have switched one on.
  CHECK(Answer() == 42);
  mutant::Enable("wrong_answer");
  CHECK(Answer() == 41);
  mutant::Enable("another");
  CHECK(Answer() == 42);
  mutant::Enable("");
  CHECK(Answer() == 42);
}
#else
TEST_CASE("without mutants in the build there is nothing to switch on", "[map-and-shell]") {
  CHECK(Answer() == 42);
}
#endif

}  // namespace
}  // namespace strata
