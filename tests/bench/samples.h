// Made-up measurements with a known truth, for the tests of the statistics.

#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"
#include "report/bootstrap.h"

namespace strata::report {

inline double NormalDraw(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.NextDouble()));
  return radius * std::cos(2 * std::numbers::pi * random.NextDouble());
}

enum class Shape { kNormal, kLogNormal, kBimodal };

// One iteration of something that takes about 100 ns.
inline double TimeOf(Shape shape, Random& random) {
  switch (shape) {
    case Shape::kNormal:
      return 100 + 3 * NormalDraw(random);
    case Shape::kLogNormal:
      return 100 * std::exp(0.3 * NormalDraw(random));
    case Shape::kBimodal:
      return (random.OneIn(3) ? 110 : 100) + 2 * NormalDraw(random);
  }
  return 0;
}

// What infinitely many iterations would show.
struct Truth {
  double mean;
  double median;
  double std_dev;
};
inline Truth TruthOf(Shape shape) {
  switch (shape) {
    case Shape::kNormal:
      return {100, 100, 3};
    case Shape::kLogNormal: {
      const double spread = std::exp(0.09);
      return {100 * std::sqrt(spread), 100, 100 * std::sqrt(spread * (spread - 1))};
    }
    case Shape::kBimodal: {
      const double between = 100 * (1.0 / 3) * (2.0 / 3);
      return {100 + 10.0 / 3, 101.35, std::sqrt(4 + between)};
    }
  }
  return {};
}

struct Process {
  double launch_sd = 0;  // Of the factor that a launch has in common, 0.01 for 1 %.
  double noise = 0.03;
  double rho = 0;  // How much of a sample's noise the next one keeps.
  bool linear = false;
};

// One launch of an operation that takes `time` ns.
inline Sample LaunchOf(Random& random, std::size_t n, double time, const Process& process) {
  Sample sample;
  sample.linear = process.linear;
  const double factor = time * (1 + process.launch_sd * NormalDraw(random));
  double noise = NormalDraw(random);
  for (std::size_t i = 0; i < n; ++i) {
    noise = process.rho * noise + std::sqrt(1 - process.rho * process.rho) * NormalDraw(random);
    const double iterations = process.linear ? 10.0 * static_cast<double>(i + 1) : 10;
    sample.iterations.push_back(iterations);
    sample.times.push_back(iterations * factor * (1 + process.noise * noise));
  }
  return sample;
}

}  // namespace strata::report
