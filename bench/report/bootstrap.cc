#include "report/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "report/regression.h"
#include "report/student.h"

namespace strata::report {
namespace {

constexpr std::uint64_t kUnivariate = 1;
constexpr std::uint64_t kPairs = 2;

// Sums that give mean, SD and the standard errors of both.
struct Moments {
  double n = 0;
  double mean = 0;
  double sd = 0;
  double mean_error = 0;
  double log_sd_error = 0;  // Of log(sd): sqrt((kurtosis - 1) / 4n).
};

// Judges values around `centre`, so that large numbers don't cancel.
template <typename At>
Moments MomentsOf(std::size_t count, double centre, At at) {
  double s1 = 0;
  for (std::size_t i = 0; i < count; ++i) s1 += at(i) - centre;
  Moments moments;
  moments.n = static_cast<double>(count);
  moments.mean = centre + s1 / moments.n;
  double s2 = 0;
  double s4 = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double square = (at(i) - moments.mean) * (at(i) - moments.mean);
    s2 += square;
    s4 += square * square;
  }
  moments.sd = std::sqrt(s2 / (moments.n - 1));
  moments.mean_error = moments.sd / std::sqrt(moments.n);
  const double kurtosis = s2 > 0 ? moments.n * s4 / (s2 * s2) : 0;
  moments.log_sd_error = std::sqrt(std::max(kurtosis - 1, 0.0) / (4 * moments.n));
  return moments;
}

// Median and MAD of a resample, given how often each of the sorted values was drawn. The distances
// from the median grow to both sides of it, so the MAD is found by walking outwards.
class RankedResample {
 public:
  explicit RankedResample(std::size_t n) : values_(n) {}

  void Fill(Numbers sorted, const std::vector<std::uint32_t>& times_drawn) {
    std::size_t filled = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      for (std::uint32_t k = 0; k < times_drawn[i]; ++k) values_[filled++] = sorted[i];
    }
  }

  double Median() const {
    const std::size_t n = values_.size();
    return n % 2 == 1 ? values_[n / 2] : (values_[n / 2 - 1] + values_[n / 2]) / 2;
  }

  double MedianAbsDev() const {
    const double median = Median();
    const std::size_t n = values_.size();
    std::size_t left = n / 2;   // Values below this place are still to the left,
    std::size_t right = n / 2;  // those from here on to the right.
    double before = 0;
    double distance = 0;
    for (std::size_t taken = 0; taken <= n / 2; ++taken) {
      before = distance;
      const double below = left > 0 ? median - values_[left - 1] : kFar;
      const double above = right < n ? values_[right] - median : kFar;
      distance = std::min(below, above);
      if (below < above) {
        --left;
      } else {
        ++right;
      }
    }
    return kMadScale * (n % 2 == 1 ? distance : (before + distance) / 2);
  }

 private:
  static constexpr double kFar = std::numeric_limits<double>::infinity();
  std::vector<double> values_;
};

// With blocks there are fewer independent things than samples: the interval is that of the standard
// error that the blocks show, with Student's t for their number.
Interval BlockInterval(double point, Numbers distribution, double blocks, double level) {
  const double t = StudentQuantile(0.5 + level / 2, std::max(blocks - 1, 1.0));
  const double half = t * StdDev(distribution) * std::sqrt(blocks / std::max(blocks - 1, 1.0));
  return {point - half, point + half};
}

struct Studentized {
  std::vector<double> mean;
  std::vector<double> log_sd;
};

// One resample gives all four statistics.
Studentized ResampleValues(Numbers values, std::size_t block, const ResampleOptions& options,
                           const Moments& whole, Distributions* out) {
  const std::size_t n = values.size();
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<std::uint32_t> rank(n);
  std::vector<double> sorted(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    rank[order[i]] = i;
    sorted[i] = values[order[i]];
  }
  Studentized t;
  for (auto* list :
       {&out->mean, &out->median, &out->std_dev, &out->median_abs_dev, &t.mean, &t.log_sd}) {
    list->resize(options.count);
  }
  ForEachResample(options, kUnivariate, [&](std::size_t i, Random& random) {
    thread_local std::vector<std::uint32_t> positions;
    std::vector<std::uint32_t>& drawn = positions;
    DrawPositions(random, n, block, &drawn);
    thread_local std::vector<std::uint32_t> times_drawn;
    times_drawn.assign(n, 0);
    for (const std::uint32_t position : drawn) ++times_drawn[rank[position]];
    RankedResample resample(n);
    resample.Fill(sorted, times_drawn);
    const Moments moments =
        MomentsOf(n, whole.mean, [&](std::size_t k) { return values[drawn[k]]; });
    out->mean[i] = moments.mean;
    out->std_dev[i] = moments.sd;
    out->median[i] = resample.Median();
    out->median_abs_dev[i] = resample.MedianAbsDev();
    t.mean[i] = (moments.mean - whole.mean) / moments.mean_error;
    t.log_sd[i] = std::log(moments.sd / whole.sd) / moments.log_sd_error;
  });
  return t;
}

struct Line {
  double slope = 0;
  double error = 0;  // That holds when the noise grows with x (White 1980).
  double r_squared = 0;
};

template <typename X, typename Y>
Line FitLine(std::size_t n, X x, Y y) {
  double xy = 0;
  double xx = 0;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    xy += x(i) * y(i);
    xx += x(i) * x(i);
    sum += y(i);
  }
  Line line;
  line.slope = xy / xx;
  double residual = 0;
  double total = 0;
  double weighted = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double error = y(i) - line.slope * x(i);
    residual += error * error;
    weighted += x(i) * x(i) * error * error;
    total += (y(i) - sum / static_cast<double>(n)) * (y(i) - sum / static_cast<double>(n));
  }
  line.error = std::sqrt(weighted * static_cast<double>(n) / static_cast<double>(n - 1)) / xx;
  line.r_squared = total > 0 ? 1 - residual / total : 0;
  return line;
}

void EstimateSlope(const Sample& sample, std::size_t block, const ResampleOptions& options,
                   Analysis* analysis) {
  const std::size_t n = sample.size();
  const auto fit = [&](auto position) {
    return FitLine(
        n, [&](std::size_t k) { return sample.iterations[position(k)]; },
        [&](std::size_t k) { return sample.times[position(k)]; });
  };
  const Line whole = fit([](std::size_t k) { return k; });
  Distributions& out = analysis->distributions;
  out.slope.resize(options.count);
  out.r_squared.resize(options.count);
  std::vector<double> t(options.count);
  ForEachResample(options, kPairs, [&](std::size_t i, Random& random) {
    thread_local std::vector<std::uint32_t> positions;
    std::vector<std::uint32_t>& drawn = positions;
    DrawPositions(random, n, block, &drawn);
    const Line line = fit([&](std::size_t k) { return drawn[k]; });
    out.slope[i] = line.slope;
    out.r_squared[i] = line.r_squared;
    t[i] = (line.slope - whole.slope) / line.error;
  });
  const double level = options.confidence_level;
  const Interval interval =
      block > 1 ? BlockInterval(whole.slope, out.slope,
                                static_cast<double>(n) / static_cast<double>(block), level)
                : StudentizedInterval(whole.slope, whole.error, std::move(t), level);
  const Interval r = PercentileInterval(out.r_squared, level);
  analysis->estimates.slope = {whole.slope, StdDev(out.slope), interval.lower, interval.upper};
  analysis->estimates.r_squared = {whole.r_squared, StdDev(out.r_squared), r.lower, r.upper};
}

}  // namespace

std::vector<double> Sample::PerIteration() const {
  std::vector<double> values;
  for (std::size_t i = 0; i < times.size(); ++i) values.push_back(times[i] / iterations[i]);
  return values;
}

Interval StudentizedInterval(double point, double standard_error, std::vector<double> t,
                             double level) {
  std::erase_if(t, [](double value) { return !std::isfinite(value); });
  if (t.empty() || standard_error <= 0) return {point, point};
  const Interval middle = PercentileInterval(t, level);
  return {point - middle.upper * standard_error, point - middle.lower * standard_error};
}

Analysis Analyse(const Sample& sample, const ResampleOptions& options) {
  STRATA_CHECK(sample.size() >= 2 && sample.iterations.size() == sample.size());
  Analysis analysis;
  const std::vector<double> values = sample.PerIteration();
  analysis.block = BlockLength(values);
  const Moments whole =
      MomentsOf(values.size(), values[0], [&](std::size_t k) { return values[k]; });
  Distributions& out = analysis.distributions;
  const Studentized t = ResampleValues(values, analysis.block, options, whole, &out);
  const double level = options.confidence_level;
  const double blocks = static_cast<double>(values.size()) / static_cast<double>(analysis.block);
  const auto make = [&](double point, const std::vector<double>& distribution, Interval interval) {
    if (analysis.block > 1) interval = BlockInterval(point, distribution, blocks, level);
    return Estimate{point, StdDev(distribution), interval.lower, interval.upper};
  };
  const Interval log_sd = StudentizedInterval(0, whole.log_sd_error, t.log_sd, level);
  Estimates& estimates = analysis.estimates;
  estimates.mean =
      make(whole.mean, out.mean, StudentizedInterval(whole.mean, whole.mean_error, t.mean, level));
  estimates.std_dev = make(whole.sd, out.std_dev,
                           {whole.sd * std::exp(log_sd.lower), whole.sd * std::exp(log_sd.upper)});
  estimates.median = make(Median(values), out.median, PercentileInterval(out.median, level));
  estimates.median_abs_dev =
      make(MedianAbsDev(values), out.median_abs_dev, PercentileInterval(out.median_abs_dev, level));
  if (sample.linear) EstimateSlope(sample, analysis.block, options, &analysis);
  return analysis;
}

}  // namespace strata::report
