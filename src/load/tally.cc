#include "load/tally.h"

#include <algorithm>
#include <cstdio>

namespace strata::load {
namespace {

constexpr double kBusyMax = 0.9;
constexpr std::uint64_t kLagFloorNs = 200'000;

}  // namespace

void Tally::Fail(const std::string& kind, const std::string& example, std::uint64_t count) {
  Failures& failures_of_kind = failures[kind];
  failures_of_kind.count += count;
  if (failures_of_kind.example.empty()) failures_of_kind.example = example;
}

void Tally::MergeFrom(const Tally& other) {
  for (std::size_t i = 0; i < kKinds; ++i) {
    kinds[i].missing += other.kinds[i].missing;
    kinds[i].refused += other.kinds[i].refused;
    kinds[i].latency.MergeFrom(other.kinds[i].latency);
  }
  for (const auto& [kind, of_kind] : other.failures) Fail(kind, of_kind.example, of_kind.count);
  reconnects += other.reconnects;
  seconds_ns = std::max(seconds_ns, other.seconds_ns);
  lag.MergeFrom(other.lag);
  busy_ns += other.busy_ns;
  run_ns += other.run_ns;
}

std::uint64_t Tally::answered() const {
  std::uint64_t sum = 0;
  for (const KindTally& kind : kinds) sum += kind.latency.count();
  return sum;
}

std::uint64_t Tally::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, of_kind] : failures) sum += of_kind.count;
  return sum;
}

double Tally::rate() const {
  if (seconds_ns == 0) return 0;
  return static_cast<double>(answered()) * 1e9 / static_cast<double>(seconds_ns);
}

double Tally::busy() const {
  return run_ns == 0 ? 0 : static_cast<double>(busy_ns) / static_cast<double>(run_ns);
}

// A late request counts from when it was due, so the generator's own lag is a part of the
// latencies.
std::string GeneratorLimit(const Tally& tally, double rate) {
  char text[160];
  if (tally.busy() > kBusyMax) {
    std::snprintf(text, sizeof(text),
                  "the generator was busy %.0f %% of the time: it was the limit, not the server",
                  100 * tally.busy());
    return text;
  }
  Histogram all;
  for (const KindTally& kind : tally.kinds) all.MergeFrom(kind.latency);
  const std::uint64_t lag = tally.lag.Percentile(99);
  if (rate == 0 || lag < kLagFloorNs || lag < all.Percentile(99) / 4) return "";
  std::snprintf(
      text, sizeof(text),
      "the generator sent requests up to %.2f ms after they were due (p99), though it had "
      "connections: much of the latencies is its own",
      static_cast<double>(lag) / 1e6);
  return text;
}

}  // namespace strata::load
