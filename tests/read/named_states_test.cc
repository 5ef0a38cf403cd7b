#include <catch2/catch.hpp>

#include <cstdint>
#include <memory>
#include <vector>

#include "read/read_state.h"

namespace strata {
namespace {

using State = NamedStates::State;

State NewState() {
  return std::make_shared<const ReadState>();
}

TEST_CASE("a state that was set is found under its id, and under no other", "[tables][tables.1]") {
  NamedStates states;
  CHECK(states.Find(1) == nullptr);
  const State one = NewState();
  const State far = NewState();
  states.Set(1, one);
  states.Set(5'000, far);
  CHECK(states.Find(1) == one);
  CHECK(states.Find(5'000) == far);
  CHECK(states.Find(0) == nullptr);
  CHECK(states.Find(2) == nullptr);
  CHECK(states.Find(5'001) == nullptr);
  CHECK(states.Find(1'000'000) == nullptr);
}

TEST_CASE("what was read before a table's state is set anew stays as it was",
          "[tables][tables.1]") {
  NamedStates before;
  const State old_state = NewState();
  const State next = NewState();
  before.Set(7, old_state);
  NamedStates after = before;
  after.Set(7, next);
  after.Set(8, next);
  after.Set(900, next);
  CHECK(before.Find(7) == old_state);
  CHECK(before.Find(8) == nullptr);
  CHECK(before.Find(900) == nullptr);
  CHECK(after.Find(7) == next);
  NamedStates without = after;
  without.Set(7, nullptr);
  CHECK(without.Find(7) == nullptr);
  CHECK(without.Find(8) == next);
  CHECK(after.Find(7) == next);
}

// A state that is copied has one owner more.
TEST_CASE("a copy shares all states but those near the one that is set", "[tables][tables.1]") {
  NamedStates states;
  const State far = NewState();
  for (std::uint32_t id = 1; id <= 2'000; ++id) states.Set(id, id < 1'000 ? NewState() : far);
  const auto owners = far.use_count();
  NamedStates other = states;
  other.Set(1, NewState());
  CHECK(far.use_count() == owners);
  CHECK(other.Find(2'000) == far);
}

TEST_CASE("all that are there are visited, in the order of their ids", "[tables][tables.1]") {
  NamedStates states;
  for (const std::uint32_t id : {300U, 1U, 128U, 127U}) states.Set(id, NewState());
  states.Set(128, nullptr);
  std::vector<std::uint32_t> ids;
  states.ForEach([&](std::uint32_t id, const ReadState&) { ids.push_back(id); });
  CHECK(ids == std::vector<std::uint32_t>{1, 127, 300});
}

}  // namespace
}  // namespace strata
