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

}  // namespace
}  // namespace strata
