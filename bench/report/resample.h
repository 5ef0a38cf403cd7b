// Drawing with replacement, so that the same seed gives the same numbers on any number of threads.
//
// Resample i has a generator of its own, made of the seed and i; which thread draws it doesn't
// matter. Thread safety: the functions start threads of their own and end them.

#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/random.h"
#include "report/descriptive.h"

namespace strata::report {

struct ResampleOptions {
  std::size_t count = 100'000;
  std::uint64_t seed = 20260101;
  double confidence_level = 0.95;
  int threads = 0;  // 0: one a processor.
};

// Calls draw(i, random) for i in [0, options.count), in no order, from several threads.
// `purpose` keeps the draws of one statistic apart from those of another.
void ForEachResample(const ResampleOptions& options, std::uint64_t purpose,
                     const std::function<void(std::size_t, Random&)>& draw);

// Fills `positions` with places in [0, n): each drawn alone, or in runs of `block` neighbours (the
// last place is followed by the first), which keeps what neighbours share.
void DrawPositions(Random& random, std::size_t n, std::size_t block,
                   std::vector<std::uint32_t>* positions);

// 1 while neighbours are nearly independent (lag-1 autocorrelation of 0.2 or less); otherwise about
// n^(1/3), longer for a stronger correlation (Politis and White 2004, for an AR(1) process).
std::size_t BlockLength(Numbers sample);

// The means of runs of `block` neighbours, which hardly resemble each other; the sample itself
// for 1.
std::vector<double> BatchMeans(Numbers sample, std::size_t block);

struct Interval {
  double lower = 0;
  double upper = 0;
};

// The middle `level` of the values. REQUIRES: not empty.
Interval PercentileInterval(Numbers values, double level);

}  // namespace strata::report
