#include "resp/latency.h"

#include <algorithm>

namespace strata::resp {

void LatencyMonitor::Note(std::string_view event, const Sample& sample) {
  const MutexLock lock(mutex_);
  Series& series = series_[std::string(event)];
  series.millis_max = std::max(series.millis_max, sample.millis);
  if (!series.samples.empty() && series.samples.back().at_seconds == sample.at_seconds) {
    std::uint64_t& millis = series.samples.back().millis;
    millis = std::max(millis, sample.millis);
    return;
  }
  series.samples.push_back(sample);
  if (series.samples.size() > kSamplesMax) series.samples.pop_front();
}

std::vector<LatencyMonitor::Event> LatencyMonitor::Events() const {
  const MutexLock lock(mutex_);
  std::vector<Event> events;
  events.reserve(series_.size());
  for (const auto& [name, series] : series_) {
    events.push_back({.name = name,
                      .samples = {series.samples.begin(), series.samples.end()},
                      .millis_max = series.millis_max});
  }
  return events;
}

bool LatencyMonitor::Reset(std::string_view event) {
  const MutexLock lock(mutex_);
  const auto at = series_.find(event);
  if (at == series_.end()) return false;
  series_.erase(at);
  return true;
}

}  // namespace strata::resp
