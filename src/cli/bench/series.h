// A workload window by window: how fast it went, how long calls took, and what the engine and the
// process spent meanwhile. `strata bench --series` writes it; the benchmark report draws it.
//
// Thread safety: Record from any thread. The rest: one thread, before or after those run.

#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "io/clock.h"
#include "io/mutex.h"
#include "stats/histogram.h"
#include "strata/db.h"

namespace strata::cli {

struct SeriesWindow {
  std::uint64_t start_nanos = 0;  // Since the workload began.
  std::uint64_t nanos = 0;
  std::uint64_t operations = 0;
  std::uint64_t p50 = 0;  // Nanoseconds a call.
  std::uint64_t p99 = 0;
  std::uint64_t p999 = 0;
  std::uint64_t max = 0;
  std::uint64_t user_bytes_written = 0;
  std::uint64_t bytes_written = 0;  // Log, flushes, compactions, manifest.
  std::uint64_t block_bytes_read = 0;
  std::uint64_t wal_syncs = 0;
  std::uint64_t stall_micros = 0;
  std::uint64_t cpu_micros = 0;
  std::uint64_t resident_bytes = 0;  // At the end of the window, as the next two.
  std::uint64_t table_bytes = 0;
  std::uint64_t tables = 0;
  std::uint64_t blob_bytes = 0;  // In blob files.
  std::uint64_t live_bytes = 0;  // Of these and the tables, about: see SeriesRecorder::Add.
};

class SeriesRecorder {
 public:
  // The first window begins now.
  SeriesRecorder(DB& db, Clock& clock, std::uint64_t window_nanos);

  // One call that ended at `now` and did so many operations.
  void Record(std::uint64_t now, std::uint64_t latency, std::uint64_t operations) {
    if (now >= window_end_.load(std::memory_order_relaxed)) Close(now);
    latencies_.Record(latency);
    operations_.fetch_add(operations, std::memory_order_relaxed);
  }

  // Closes the last window. Nothing may be recorded any more.
  void Finish();

  const std::vector<SeriesWindow>& windows() const { return windows_; }
  // Syncs of the log since the first window began: nanoseconds (at most) and how many.
  std::map<std::uint64_t, std::uint64_t> SyncTimes() const;
  std::uint64_t start_micros() const { return start_nanos_ / 1000; }

 private:
  void Close(std::uint64_t now);
  void Add(std::uint64_t now) STRATA_REQUIRES(mutex_);

  DB& db_;
  Clock& clock_;
  const std::uint64_t window_nanos_;
  const std::uint64_t start_nanos_;
  std::atomic<std::uint64_t> window_end_;
  std::atomic<std::uint64_t> operations_{0};
  Histogram latencies_;  // Of the window that is open.
  Mutex mutex_;
  SeriesWindow before_ STRATA_GUARDED_BY(mutex_);  // Totals at its begin.
  // As the first window began.
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> syncs_before_;
  std::vector<SeriesWindow> windows_;
};

// {"workload":..,"start_us":..,"seconds":..,"percentiles":[[50,1200],..],"windows":[{..},..]}
std::string SeriesJson(const std::string& workload, double seconds, const Histogram& latency,
                       const SeriesRecorder& series);

}  // namespace strata::cli
