#include "io/stop_signals.h"

#include <catch2/catch.hpp>

#include <csignal>

#include "testing/results.h"

namespace strata {
namespace {

TEST_CASE("signals are told instead of ending the process", "[redis-protocol]") {
  struct sigaction before{};
  REQUIRE(::sigaction(SIGTERM, nullptr, &before) == 0);
  {
    const StopSignals signals = testing::Must(StopSignals::Catch());
    REQUIRE(::raise(SIGHUP) == 0);
    CHECK(signals.Wait() == StopSignal::kReload);
    REQUIRE(::raise(SIGTERM) == 0);
    CHECK(signals.Wait() == StopSignal::kStop);
    signals.Raise(StopSignal::kReload);
    CHECK(signals.Wait() == StopSignal::kReload);
    signals.Raise(StopSignal::kStop);
    CHECK(signals.Wait() == StopSignal::kStop);
  }
  struct sigaction now{};
  REQUIRE(::sigaction(SIGTERM, nullptr, &now) == 0);
  CHECK(now.sa_handler == before.sa_handler);
}

TEST_CASE("who waits for a signal may wait for a while only", "[observability]") {
  const StopSignals signals = testing::Must(StopSignals::Catch());
  CHECK_FALSE(signals.WaitFor(0));
  signals.Raise(StopSignal::kReload);
  CHECK(signals.WaitFor(60'000'000) == StopSignal::kReload);
  CHECK_FALSE(signals.WaitFor(1'000));
}

}  // namespace
}  // namespace strata
