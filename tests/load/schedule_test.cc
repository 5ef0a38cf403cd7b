#include "load/schedule.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace strata::load {
namespace {

TEST_CASE("even arrivals are a gap apart, and don't drift", "[client]") {
  Schedule schedule(3, Arrivals::kEven, 1'000, Random(1));
  for (int i = 1; i <= 30'000; ++i) {
    const double due = 1'000 + i * 1e9 / 3;
    CHECK(std::abs(static_cast<double>(schedule.due_ns()) - due) < 10);
    schedule.Advance();
  }
}

// Of exponential gaps the deviation is the mean.
TEST_CASE("random arrivals have the rate that was asked for, and come in bursts", "[client]") {
  Schedule schedule(1'000, Arrivals::kPoisson, 5, Random(3));
  constexpr int kCount = 100'000;
  double sum = 0;
  double squares = 0;
  std::uint64_t before = 5;
  for (int i = 0; i < kCount; ++i) {
    const double gap = static_cast<double>(schedule.due_ns() - before);
    before = schedule.due_ns();
    sum += gap;
    squares += gap * gap;
    schedule.Advance();
  }
  const double mean = sum / kCount;
  CHECK(mean == Approx(1e6).epsilon(0.02));
  CHECK(std::sqrt(squares / kCount - mean * mean) == Approx(mean).epsilon(0.03));
}

TEST_CASE("the same seed gives the same arrivals", "[client]") {
  Schedule one(1'000, Arrivals::kPoisson, 0, Random(9));
  Schedule same(1'000, Arrivals::kPoisson, 0, Random(9));
  Schedule other(1'000, Arrivals::kPoisson, 0, Random(10));
  int equal = 0;
  for (int i = 0; i < 100; ++i) {
    CHECK(one.due_ns() == same.due_ns());
    equal += one.due_ns() == other.due_ns() ? 1 : 0;
    one.Advance();
    same.Advance();
    other.Advance();
  }
  CHECK(equal == 0);
}

}  // namespace
}  // namespace strata::load
