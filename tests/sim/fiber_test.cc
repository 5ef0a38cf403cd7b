#include "sim/fiber.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "sim/world.h"

namespace strata::sim {
namespace {

TEST_CASE("fibers take turns and keep their stacks", "[background-work]") {
  Fiber main;
  std::vector<int> order;
  Fiber* fibers[2] = {nullptr, nullptr};
  const auto count_to_three = [&](std::size_t self) {
    for (int i = 0; i < 3; ++i) {
      order.push_back(10 * static_cast<int>(self) + i);
      fibers[self]->SwitchTo(self == 0 ? *fibers[1] : main);
    }
    fibers[self]->EndInto(main);
  };
  Fiber first([&] { count_to_three(0); });
  Fiber second([&] { count_to_three(1); });
  fibers[0] = &first;
  fibers[1] = &second;
  for (int i = 0; i < 3; ++i) main.SwitchTo(first);
  CHECK(order == std::vector<int>{0, 10, 1, 11, 2, 12});
  main.SwitchTo(first);  // They end.
  main.SwitchTo(second);
}

std::uint64_t SumDownFrom(std::uint64_t n) {
  const std::string on_the_heap = std::to_string(n);
  return n == 0 ? 0 : std::stoull(on_the_heap) + SumDownFrom(n - 1);
}

TEST_CASE("a fiber has room for deep calls, and the heap is everybody's", "[background-work]") {
  Fiber main;
  std::uint64_t sum = 0;
  Fiber* self = nullptr;
  Fiber deep([&] {
    sum = SumDownFrom(500);
    self->EndInto(main);
  });
  self = &deep;
  main.SwitchTo(deep);
  CHECK(sum == 500 * 501 / 2);
}

TEST_CASE("a fiber that was left in the middle can be abandoned", "[background-work]") {
  Fiber main;
  Fiber* self = nullptr;
  int steps = 0;
  static Fiber& left = *new Fiber([&] {  // For ever, as the leak checker looks at its stack.
    const std::string owned(1000, 'x');
    steps += static_cast<int>(owned.size());
    self->SwitchTo(main);
    ++steps;
  });
  self = &left;
  main.SwitchTo(left);
  left.Abandon();
  CHECK(steps == 1000);
}

}  // namespace
}  // namespace strata::sim
