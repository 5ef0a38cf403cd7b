#include "peers/growth.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "peers/child.h"
#include "peers/json_text.h"
#include "peers/session.h"

namespace strata::peers {
namespace {

constexpr std::uint64_t kKeyBytes = 16;
constexpr double kRoomFactor = 2.5;  // Of the data: two copies while a merge runs, and the logs.
constexpr std::uint64_t kScanEntries = 20'000;

class Grower {
 public:
  Grower(Session* session, const Budget& budget)
      : session_(*session),
        budget_(budget),
        values_(session->config().value_size),
        bytes_each_(kKeyBytes + values_.size()) {}

  void Run() {
    session_.Fresh(budget_);
    for (const std::uint64_t bytes : session_.config().sizes) {
      if (!HasRoom(bytes)) return;
      const std::string point = std::to_string(bytes);
      Load(point, std::max<std::uint64_t>(bytes / bytes_each_, loaded_ + kStride));
      Read(point, "readrandom", [](const Key& key) { return key; });
      Read(point, "readmissing", [](const Key& key) { return key.Missing(); });
      Scan(point, "seekrandom", 11);
      Scan(point, "scan", kScanEntries);
      const Memory memory = Memory::Now();
      session_.Emit(point, "resident_mib", memory.resident_mib);
      session_.Emit(point, "anonymous_mib", memory.anonymous_mib);
      session_.Emit(point, "disk_per_live_byte",
                    static_cast<double>(DiskBytes(session_.directory())) /
                        static_cast<double>(loaded_ * bytes_each_));
      session_.Emit(point, "open_ms", session_.Reopen(budget_) * 1e3);
    }
  }

 private:
  bool HasRoom(std::uint64_t bytes) {
    std::error_code error;
    const std::uint64_t free = std::filesystem::space(session_.directory(), error).available;
    const std::uint64_t taken = DiskBytes(session_.directory());
    const auto needed = static_cast<std::uint64_t>(static_cast<double>(bytes) * kRoomFactor);
    if (error || free + taken >= needed) return true;
    char text[256];
    std::snprintf(text, sizeof(text),
                  "%s stops before %.1f GiB: that needs %.1f GiB of disk, and %.1f are free in %s",
                  session_.engine().c_str(), static_cast<double>(bytes) / (1 << 30),
                  static_cast<double>(needed) / (1 << 30),
                  static_cast<double>(free + taken) / (1 << 30),
                  session_.config().directory.c_str());
    session_.Note(text);
    return false;
  }

  // On to `count` entries in scattered order. The costs are those of this stretch.
  void Load(const std::string& point, std::uint64_t count) {
    session_.Written(point, bytes_each_, [&] {
      return TimeCount(count - loaded_, kStride, [&](std::uint64_t i) {
        session_.Must(session_.store().Put(Key::Scattered(loaded_ + i).view(), values_.Next()));
      });
    });
    loaded_ = count;
  }

  template <typename Change>
  void Read(const std::string& point, const std::string& metric, Change change) {
    Random random = session_.Generator(metric);
    const Timed timed = TimeFor(session_.config().seconds, kStride, [&](std::uint64_t) {
      const Key key = change(Key::Scattered(random.Uniform(loaded_)));
      (void)session_.store().Get(key.view(), &value_);
    });
    session_.Emit(point, metric, timed.Rate());
  }

  void Scan(const std::string& point, const std::string& metric, std::uint64_t entries) {
    Random random = session_.Generator(metric);
    const Timed timed = TimeFor(session_.config().seconds, 1, [&](std::uint64_t) {
      (void)session_.store().Scan(Key::Padded(random.Next()).view(), entries);
    });
    session_.Emit(point, metric,
                  timed.Rate() * static_cast<double>(metric == "scan" ? entries : 1));
  }

  Session& session_;
  const Budget budget_;
  Values values_;
  const std::uint64_t bytes_each_;
  std::uint64_t loaded_ = 0;
  std::string value_;
};

// The budgets of a full run, or in proportion when the sizes are tiny.
Budget BudgetFor(const Config& config) {
  Config scaled;
  const double gib = static_cast<double>(config.sizes.front()) / (1 << 30);
  scaled.num = static_cast<std::uint64_t>(Config::kFullNum * std::min(1.0, gib));
  return scaled.budget();
}

std::vector<std::string> EnginesOf(const Config& config) {
  if (!config.engines.empty()) return config.engines;
  std::vector<std::string> names;
  for (const Engine& engine : Engines()) {
    if (engine.name != "rocksdb-blob") names.push_back(engine.name);
  }
  return names;
}

std::string SizeName(std::uint64_t bytes) {
  char text[32];
  if (bytes >= 1ULL << 30) {
    std::snprintf(text, sizeof(text), "%.4g GiB", static_cast<double>(bytes) / (1 << 30));
  } else {
    std::snprintf(text, sizeof(text), "%.4g MiB", static_cast<double>(bytes) / (1 << 20));
  }
  return text;
}

}  // namespace

const std::vector<GrowthMetric>& GrowthMetrics() {
  static const std::vector<GrowthMetric> metrics = {
      {"ops_per_s", "puts/s in scattered order", true},
      {"settled_ops_per_s", "puts/s with the work behind them", true},
      {"p999_us", "put p99.9, us", false},
      {"cpu_us_per_op", "processor a put, us", false},
      {"written_per_byte", "bytes written a byte put", false},
      {"readrandom", "lookups/s", true},
      {"readmissing", "lookups/s of keys that aren't there", true},
      {"seekrandom", "seeks and 10 nexts/s", true},
      {"scan", "entries/s in scans of 20,000", true},
      {"disk_per_live_byte", "bytes on disk a live byte", false},
      {"resident_mib", "MiB resident", false},
      {"anonymous_mib", "MiB resident, mapped files aside", false},
      {"open_ms", "ms to open", false},
  };
  return metrics;
}

Growth MeasureGrowth(const Config& config) {
  CatchInterrupts();
  Growth growth;
  Collected& collected = growth.collected;
  const std::uint64_t start = RealClock().NowMicros();
  const auto elapsed = [&] { return static_cast<double>(RealClock().NowMicros() - start) / 1e6; };
  for (const std::string& engine : EnginesOf(config)) {
    const Ending ending = RunInChild(
        config.directory, engine, config.run_seconds - elapsed(),
        [&](FILE* out, const std::string& directory) {
          Session session(config, "growth", engine, directory, config.seed, out);
          Grower(&session, BudgetFor(config)).Run();
        },
        [&](const std::string& line) { collected.TakeLine(line, 0); });
    std::fprintf(stderr, "growth  %-10s %.1f s\n", engine.c_str(), elapsed());
    if (ending == Ending::kDone) continue;
    collected.notes.push_back(engine + (ending == Ending::kTimedOut
                                            ? " was stopped: the run's time was over"
                                            : " broke off; sizes are missing"));
    collected.failed = collected.failed || ending == Ending::kFailed;
    if (ending == Ending::kInterrupted) break;
  }
  collected.seconds = elapsed();
  for (const auto& [metric, by_engine] : collected.samples) {
    for (const auto& [engine, values] : by_engine) {
      growth.points[metric.second][engine][std::stoull(metric.first)] = values.front();
    }
  }
  return growth;
}

std::string RenderGrowthText(const Growth& growth) {
  std::string out;
  for (const std::string& note : growth.collected.notes) out += "NOTE: " + note + "\n";
  char text[128];
  for (const GrowthMetric& metric : GrowthMetrics()) {
    const auto found = growth.points.find(metric.name);
    if (found == growth.points.end()) continue;
    out += "\n" + metric.title + "\n";
    for (const auto& [engine, values] : found->second) {
      std::snprintf(text, sizeof(text), "  %-10s", engine.c_str());
      out += text;
      for (const auto& [bytes, value] : values) {
        std::snprintf(text, sizeof(text), "  %9s: %-11.4g", SizeName(bytes).c_str(), value);
        out += text;
      }
      const double first = values.begin()->second;
      const double last = values.rbegin()->second;
      if (values.size() > 1 && first > 0) {
        std::snprintf(text, sizeof(text), "  last / first %.2f", last / first);
        out += text;
      }
      out += "\n";
    }
  }
  return out;
}

std::string RenderGrowthJson(const Config& config, const Growth& growth) {
  std::string out = "{\"schema\": 1, \"kind\": \"growth\", \"complete\": ";
  out += growth.collected.failed ? "false" : "true";
  out += ", \"value_size\": " + std::to_string(config.value_size) +
         ", \"seconds\": " + JsonNumber(growth.collected.seconds) + ",\n \"notes\": [";
  for (std::size_t i = 0; i < growth.collected.notes.size(); ++i) {
    out += (i > 0 ? ", " : "") + JsonString(growth.collected.notes[i]);
  }
  out += "],\n \"points\": [";
  bool first = true;
  for (const GrowthMetric& metric : GrowthMetrics()) {
    const auto found = growth.points.find(metric.name);
    if (found == growth.points.end()) continue;
    for (const auto& [engine, values] : found->second) {
      for (const auto& [bytes, value] : values) {
        out += first ? "\n  " : ",\n  ";
        first = false;
        out += "{\"metric\": " + JsonString(metric.name) + ", \"engine\": " + JsonString(engine) +
               ", \"bytes\": " + std::to_string(bytes) + ", \"value\": " + JsonNumber(value) +
               ", \"better\": " + (metric.higher_is_better ? "\"higher\"" : "\"lower\"") + "}";
      }
    }
  }
  return out + "\n]}\n";
}

}  // namespace strata::peers
