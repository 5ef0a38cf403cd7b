#include "report/resample.h"

#include <algorithm>
#include <cmath>
#include <thread>

namespace strata::report {
namespace {

constexpr double kIndependentUpTo = 0.2;
constexpr double kLongerThanBest = 1.5;  // For coverage; the best for the error alone is too short.
constexpr std::size_t kWorthAThread = 2'000;

Random GeneratorOf(std::uint64_t seed, std::uint64_t purpose, std::size_t i) {
  return Random(Random(seed ^ (purpose * 0x9e3779b97f4a7c15)).Next() + i * 0xd1342543de82ef95);
}

}  // namespace

void ForEachResample(const ResampleOptions& options, std::uint64_t purpose,
                     const std::function<void(std::size_t, Random&)>& draw) {
  std::size_t threads = options.threads > 0 ? static_cast<std::size_t>(options.threads)
                                            : std::max(1U, std::thread::hardware_concurrency());
  threads = std::clamp<std::size_t>(options.count / kWorthAThread, 1, threads);
  const auto work = [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      Random random = GeneratorOf(options.seed, purpose, i);
      draw(i, random);
    }
  };
  std::vector<std::jthread> team;
  for (std::size_t t = 1; t < threads; ++t) {
    team.emplace_back(work, options.count * t / threads, options.count * (t + 1) / threads);
  }
  work(0, options.count / threads);
}

void DrawPositions(Random& random, std::size_t n, std::size_t block,
                   std::vector<std::uint32_t>* positions) {
  positions->resize(n);
  if (block <= 1) {
    for (auto& position : *positions) position = static_cast<std::uint32_t>(random.Uniform(n));
    return;
  }
  for (std::size_t filled = 0; filled < n;) {
    const std::size_t start = random.Uniform(n);
    for (std::size_t i = 0; i < block && filled < n; ++i) {
      (*positions)[filled++] = static_cast<std::uint32_t>((start + i) % n);
    }
  }
}

std::size_t BlockLength(Numbers sample) {
  const double rho = std::min(Lag1Autocorrelation(sample), 0.95);
  if (rho <= kIndependentUpTo) return 1;
  const double ratio = rho / (1 - rho * rho);
  const double best = std::cbrt(6 * ratio * ratio * static_cast<double>(sample.size()));
  const double length = kLongerThanBest * best;
  const auto n = sample.size();
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(length)), 2,
                                 std::max<std::size_t>(2, n / 4));
}

std::vector<double> BatchMeans(Numbers sample, std::size_t block) {
  if (block <= 1) return {sample.begin(), sample.end()};
  const std::size_t batches = std::max<std::size_t>(2, sample.size() / block);
  std::vector<double> means;
  for (std::size_t i = 0; i < batches; ++i) {
    const std::size_t first = sample.size() * i / batches;
    means.push_back(Mean(sample.subspan(first, sample.size() * (i + 1) / batches - first)));
  }
  return means;
}

Interval PercentileInterval(Numbers values, double level) {
  const std::vector<double> sorted = Sorted(values);
  return {PercentileOfSorted(sorted, 50 * (1 - level)),
          PercentileOfSorted(sorted, 50 * (1 + level))};
}

}  // namespace strata::report
