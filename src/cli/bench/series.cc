#include "cli/bench/series.h"

#include <cstdio>

#include "io/process_usage.h"
#include "stats/counters.h"

namespace strata::cli {
namespace {

// What only grows, as of now.
SeriesWindow TotalsNow(DB& db) {
  const auto count = [&](Counter counter) { return db.counters().Get(counter); };
  SeriesWindow totals;
  totals.user_bytes_written = count(Counter::kUserBytesWritten);
  totals.bytes_written = count(Counter::kWalBytes) + count(Counter::kFlushBytes) +
                         count(Counter::kCompactionBytesWritten) + count(Counter::kManifestBytes);
  totals.bytes_written += count(Counter::kBlobBytesWritten) + count(Counter::kBlobBytesCopied);
  totals.block_bytes_read = count(Counter::kBlockBytesRead);
  totals.wal_syncs = count(Counter::kWalSyncs);
  totals.stall_micros = count(Counter::kStallMicros);
  totals.cpu_micros = UsageOfThisProcess().cpu_micros;
  return totals;
}

void AppendField(std::string* out, const char* name, std::uint64_t value) {
  *out += (out->back() == '{' ? "\"" : ",\"") + std::string(name) + "\":" + std::to_string(value);
}

void AppendWindow(std::string* out, const SeriesWindow& window) {
  *out += '{';
  AppendField(out, "start_ns", window.start_nanos);
  AppendField(out, "ns", window.nanos);
  AppendField(out, "ops", window.operations);
  AppendField(out, "p50_ns", window.p50);
  AppendField(out, "p99_ns", window.p99);
  AppendField(out, "p999_ns", window.p999);
  AppendField(out, "max_ns", window.max);
  AppendField(out, "user_bytes_written", window.user_bytes_written);
  AppendField(out, "bytes_written", window.bytes_written);
  AppendField(out, "block_bytes_read", window.block_bytes_read);
  AppendField(out, "wal_syncs", window.wal_syncs);
  AppendField(out, "stall_us", window.stall_micros);
  AppendField(out, "cpu_us", window.cpu_micros);
  AppendField(out, "resident_bytes", window.resident_bytes);
  AppendField(out, "table_bytes", window.table_bytes);
  AppendField(out, "tables", window.tables);
  AppendField(out, "blob_bytes", window.blob_bytes);
  AppendField(out, "live_bytes", window.live_bytes);
  *out += '}';
}

}  // namespace

SeriesRecorder::SeriesRecorder(DB& db, Clock& clock, std::uint64_t window_nanos)
    : db_(db),
      clock_(clock),
      window_nanos_(window_nanos),
      start_nanos_(clock.NowNanos()),
      window_end_(start_nanos_ + window_nanos),
      before_(TotalsNow(db)),
      syncs_before_(db.LogSyncTimes().Buckets()) {}

void SeriesRecorder::Close(std::uint64_t now) {
  const MutexLock lock(mutex_);
  if (now < window_end_.load(std::memory_order_relaxed)) return;  // Another thread was first.
  Add(now);
}

void SeriesRecorder::Add(std::uint64_t now) {
  const SeriesWindow totals = TotalsNow(db_);
  SeriesWindow window;
  window.start_nanos = windows_.empty() ? 0 : windows_.back().start_nanos + windows_.back().nanos;
  window.nanos = now - start_nanos_ - window.start_nanos;
  window.operations = operations_.exchange(0);
  window.p50 = latencies_.Percentile(50);
  window.p99 = latencies_.Percentile(99);
  window.p999 = latencies_.Percentile(99.9);
  window.max = latencies_.max();
  latencies_.Reset();
  window.user_bytes_written = totals.user_bytes_written - before_.user_bytes_written;
  window.bytes_written = totals.bytes_written - before_.bytes_written;
  window.block_bytes_read = totals.block_bytes_read - before_.block_bytes_read;
  window.wal_syncs = totals.wal_syncs - before_.wal_syncs;
  window.stall_micros = totals.stall_micros - before_.stall_micros;
  window.cpu_micros = totals.cpu_micros - before_.cpu_micros;
  window.resident_bytes = UsageOfThisProcess().resident_bytes;
  const StoreStats stats = db_.Stats();
  for (const auto& level : stats.levels) {
    window.table_bytes += level.bytes;
    window.tables += level.tables;
  }
  // The deepest level stands for what is live: all above it may be there twice.
  if (!stats.levels.empty()) window.live_bytes = stats.levels.back().bytes;
  window.blob_bytes = stats.blob_bytes;
  window.live_bytes += stats.blob_live_bytes;
  before_ = totals;
  windows_.push_back(window);
  window_end_.store(now + window_nanos_);
}

void SeriesRecorder::Finish() {
  const MutexLock lock(mutex_);
  if (operations_.load() > 0) Add(clock_.NowNanos());
}

std::map<std::uint64_t, std::uint64_t> SeriesRecorder::SyncTimes() const {
  std::map<std::uint64_t, std::uint64_t> times;
  for (const auto& [nanos, count] : db_.LogSyncTimes().Buckets()) times[nanos] = count;
  for (const auto& [nanos, count] : syncs_before_) {
    times[nanos] -= count;
    if (times[nanos] == 0) times.erase(nanos);
  }
  return times;
}

std::string SeriesJson(const std::string& workload, double seconds, const Histogram& latency,
                       const SeriesRecorder& series) {
  char head[160];
  std::snprintf(head, sizeof(head), "\"seconds\":%.6f,\"percentiles\":[", seconds);
  std::string out = "{\"workload\":\"" + workload + "\"";
  out += ",\"start_us\":" + std::to_string(series.start_micros()) + "," + head;
  for (const double percent :
       {0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99, 99.999, 100.0}) {
    const std::uint64_t value = percent == 100 ? latency.max() : latency.Percentile(percent);
    std::snprintf(head, sizeof(head), "%s[%g,%llu]", percent == 0 ? "" : ",", percent,
                  static_cast<unsigned long long>(value));
    out += head;
  }
  out += "],\"sync_times\":[";
  for (const auto& [nanos, count] : series.SyncTimes()) {
    out += (out.back() == ']' ? ",[" : "[") + std::to_string(nanos) + "," + std::to_string(count);
    out += ']';
  }
  out += "],\"windows\":[";
  for (const SeriesWindow& window : series.windows()) {
    if (out.back() == '}') out += ',';
    AppendWindow(&out, window);
  }
  return out + "]}";
}

}  // namespace strata::cli
