#include "check/search.h"

#include "base/lesson.h"

namespace strata::check {

// Task linearizability.build: the search, whole.
SearchResult FindOrder(const Part& part, std::uint64_t steps_max) {
  (void)part;
  (void)steps_max;
  strata::lesson::YoursToWrite("linearizability.build", "the search for an order, whole");
}

}  // namespace strata::check
