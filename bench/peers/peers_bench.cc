// Strata beside RocksDB and LevelDB: the same work, the same budgets, one run, interleaved.
//
// Each (launch, engine) is a process of its own in a directory of its own, in an order that changes
// from launch to launch, so that drift of the machine meets all alike. A figure is the median of
// the launches; the ratio is to the best peer, with a 95 % bootstrap interval over launches.
//
//   peers_bench [--quick] [--num N] [--value-size N] [--launches N] [--only a,b] [--json FILE]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/random.h"
#include "io/clock.h"
#include "leveldb_store.h"
#include "rocksdb_store.h"
#include "strata_store.h"

namespace strata::peers {
namespace {

struct Config {
  std::uint64_t num = 3'000'000;
  std::uint64_t value_size = 100;
  int launches = 5;
  std::vector<std::string> only;
  std::string json;
  std::string directory = std::filesystem::temp_directory_path().string();
};

// Every workload of one launch, in this order; those that need data find what fillrandom left.
const std::vector<std::string> kWorkloads = {"fillseq",    "fillrandom", "overwrite",
                                             "readrandom", "readhot",    "readmissing",
                                             "seekrandom", "scan",       "fillsync"};
const std::vector<std::string> kEngines = {"strata", "rocksdb", "leveldb"};

std::unique_ptr<Store> Open(const std::string& engine, const std::string& directory,
                            const Budget& budget) {
  if (engine == "strata") return OpenStrata(directory, budget);
  if (engine == "rocksdb") return OpenRocksDb(directory, budget);
  return OpenLevelDb(directory, budget);
}

// 16 bytes that sort as the number does.
std::string KeyOf(std::uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(number));
  return text;
}

// Values half of which repeats, as text does; cut from one long string, as db_bench does it.
class Values {
 public:
  explicit Values(std::uint64_t size) : size_(size) {
    Random random(42);
    while (pool_.size() < (1U << 20)) {
      const std::string piece = random.Bytes(50);
      pool_ += piece + piece;
    }
  }
  std::string_view Next() {
    if (at_ + size_ > pool_.size()) at_ = 0;
    return std::string_view(pool_).substr(std::exchange(at_, at_ + size_), size_);
  }

 private:
  std::uint64_t size_;
  std::string pool_;
  std::size_t at_ = 0;
};

// Runs `operation` `count` times and returns operations a second.
template <typename Operation>
double Rate(std::uint64_t count, Operation operation) {
  const std::uint64_t start = RealClock().NowNanos();
  for (std::uint64_t i = 0; i < count; ++i) operation(i);
  const std::uint64_t nanos = RealClock().NowNanos() - start;
  return static_cast<double>(count) * 1e9 / static_cast<double>(std::max<std::uint64_t>(nanos, 1));
}

class Launch {
 public:
  Launch(const Config& config, std::string engine, std::string directory, std::uint64_t seed)
      : config_(config),
        engine_(std::move(engine)),
        directory_(std::move(directory)),
        values_(config.value_size),
        random_(seed) {}

  double Run(const std::string& workload) {
    const std::uint64_t num = config_.num;
    if (workload == "fillseq") {
      Fresh({});
      return Rate(num, [&](std::uint64_t i) { store_->Put(KeyOf(i), values_.Next()); });
    }
    if (workload == "fillsync") {
      Fresh({.sync = true});
      return Rate(num / 1000,
                  [&](std::uint64_t) { store_->Put(KeyOf(random_.Uniform(num)), values_.Next()); });
    }
    if (workload == "fillrandom") return FillRandom();
    if (!filled_) {
      FillRandom();
      store_->Settle();
    }
    if (workload == "overwrite") {
      const double rate = Rate(
          num, [&](std::uint64_t) { store_->Put(KeyOf(random_.Uniform(num)), values_.Next()); });
      store_->Settle();
      return rate;
    }
    return Read(workload);
  }

 private:
  void Fresh(const Budget& budget) {
    store_.reset();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    store_ = Open(engine_, directory_, budget);
    if (store_ == nullptr) std::exit(3);
    filled_ = false;
  }

  double FillRandom() {
    Fresh({});
    filled_ = true;
    const double rate = Rate(config_.num, [&](std::uint64_t) {
      store_->Put(KeyOf(random_.Uniform(config_.num)), values_.Next());
    });
    store_->Settle();
    return rate;
  }

  double Read(const std::string& workload) {
    const std::uint64_t num = config_.num;
    const std::uint64_t reads = std::max<std::uint64_t>(num / 5, 1'000);
    std::string value;
    if (workload == "readrandom") {
      return Rate(reads, [&](std::uint64_t) { store_->Get(KeyOf(random_.Uniform(num)), &value); });
    }
    if (workload == "readhot") {
      return Rate(reads, [&](std::uint64_t) {
        store_->Get(KeyOf(random_.Uniform(num / 100 + 1)), &value);
      });
    }
    if (workload == "readmissing") {
      return Rate(reads,
                  [&](std::uint64_t) { store_->Get(KeyOf(random_.Uniform(num)) + ".", &value); });
    }
    if (workload == "seekrandom") {
      return Rate(reads / 5, [&](std::uint64_t) { store_->Scan(KeyOf(random_.Uniform(num)), 11); });
    }
    std::uint64_t entries = 0;
    const double scans = Rate(1, [&](std::uint64_t) { entries = store_->Scan("", UINT64_MAX); });
    return scans * static_cast<double>(entries);
  }

  const Config& config_;
  const std::string engine_;
  const std::string directory_;
  Values values_;
  Random random_;
  std::unique_ptr<Store> store_;
  bool filled_ = false;
};

using Samples =
    std::map<std::string, std::map<std::string, std::vector<double>>>;  // [work][engine]

// One process: runs all workloads and writes "workload rate" lines into the pipe.
void RunInChild(const Config& config, const std::vector<std::string>& workloads,
                const std::string& engine, int launch, Samples* samples) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) std::exit(3);
  const std::string directory = config.directory + "/strata-peers-" + std::to_string(getpid());
  const pid_t child = fork();
  if (child == 0) {
    close(pipe_ends[0]);
    FILE* out = fdopen(pipe_ends[1], "w");
    Launch run(config, engine, directory, 1000 + static_cast<std::uint64_t>(launch));
    for (const std::string& workload : workloads) {
      std::fprintf(out, "%s %.3f\n", workload.c_str(), run.Run(workload));
      std::fflush(out);
    }
    std::_Exit(0);
  }
  close(pipe_ends[1]);
  FILE* in = fdopen(pipe_ends[0], "r");
  char workload[64];
  double rate = 0;
  while (std::fscanf(in, "%63s %lf", workload, &rate) == 2) {
    (*samples)[workload][engine].push_back(rate);
    std::fprintf(stderr, "launch %d  %-8s %-12s %12.0f ops/s\n", launch + 1, engine.c_str(),
                 workload, rate);
  }
  std::fclose(in);
  int status = 0;
  waitpid(child, &status, 0);
  std::filesystem::remove_all(directory);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n == 0 ? 0 : n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

struct Row {
  std::string workload;
  double strata = 0;
  std::map<std::string, double> peers;
  double ratio = 0;
  double low = 0;
  double high = 0;
};

// The ratio of medians to the best peer, with a percentile bootstrap over launches.
Row Summarise(const std::string& workload,
              const std::map<std::string, std::vector<double>>& rates) {
  Row row{.workload = workload};
  const std::vector<double>* best = nullptr;
  for (const auto& [engine, samples] : rates) {
    if (engine == "strata") {
      row.strata = Median(samples);
      continue;
    }
    row.peers[engine] = Median(samples);
    if (best == nullptr || Median(samples) > Median(*best)) best = &samples;
  }
  const auto strata = rates.find("strata");
  if (best == nullptr || strata == rates.end()) return row;
  row.ratio = row.strata / Median(*best);
  Random random(7);
  std::vector<double> ratios;
  for (int i = 0; i < 2'000; ++i) {
    const auto resample = [&](const std::vector<double>& from) {
      std::vector<double> drawn;
      for (std::size_t k = 0; k < from.size(); ++k)
        drawn.push_back(from[random.Uniform(from.size())]);
      return Median(drawn);
    };
    ratios.push_back(resample(strata->second) / resample(*best));
  }
  std::sort(ratios.begin(), ratios.end());
  row.low = ratios[ratios.size() / 40];
  row.high = ratios[ratios.size() - 1 - ratios.size() / 40];
  return row;
}

void PrintTable(const std::vector<Row>& rows) {
  std::printf("%-12s %12s %12s %12s %8s  %s\n", "workload", "strata", "rocksdb", "leveldb", "ratio",
              "95 % interval");
  for (const Row& row : rows) {
    const auto peer = [&](const char* name) {
      const auto found = row.peers.find(name);
      return found == row.peers.end() ? 0.0 : found->second;
    };
    std::printf("%-12s %12.0f %12.0f %12.0f %8.2f  [%.2f, %.2f]\n", row.workload.c_str(),
                row.strata, peer("rocksdb"), peer("leveldb"), row.ratio, row.low, row.high);
  }
  std::printf(
      "\nops/s, median of launches; ratio to the best peer. Peers as Debian builds them.\n");
}

void WriteJson(const std::vector<Row>& rows, const std::string& path) {
  FILE* out = path == "-" ? stdout : std::fopen(path.c_str(), "w");
  if (out == nullptr) {
    std::fprintf(stderr, "peers_bench: can't write %s\n", path.c_str());
    std::exit(3);
  }
  std::fprintf(out, "{\"rows\": [");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    std::fprintf(out, "%s\n  {\"workload\": \"%s\", \"strata\": %.1f, \"peers\": {", i ? "," : "",
                 row.workload.c_str(), row.strata);
    bool first = true;
    for (const auto& [engine, rate] : row.peers) {
      std::fprintf(out, "%s\"%s\": %.1f", first ? "" : ", ", engine.c_str(), rate);
      first = false;
    }
    std::fprintf(out, "}, \"ratio_best_peer\": %.4f, \"interval\": [%.4f, %.4f]}", row.ratio,
                 row.low, row.high);
  }
  std::fprintf(out, "\n]}\n");
  if (out != stdout) std::fclose(out);
}

[[noreturn]] void Usage() {
  std::fprintf(stderr,
               "usage: peers_bench [--quick] [--num N] [--value-size N] [--launches N]\n"
               "                   [--only WORKLOAD,...] [--dir DIR] [--json FILE|-]\n");
  std::exit(2);
}

Config ParseArguments(int argc, char** argv) {
  Config config;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--quick") {
      config.num = 300'000;
      config.launches = 3;
      continue;
    }
    if (i + 1 == argc) Usage();
    const std::string value = argv[++i];
    if (flag == "--num") {
      config.num = std::strtoull(value.c_str(), nullptr, 10);
    } else if (flag == "--value-size") {
      config.value_size = std::strtoull(value.c_str(), nullptr, 10);
    } else if (flag == "--launches") {
      config.launches = std::atoi(value.c_str());
    } else if (flag == "--dir") {
      config.directory = value;
    } else if (flag == "--json") {
      config.json = value;
    } else if (flag == "--only") {
      for (std::size_t from = 0; from <= value.size();) {
        const std::size_t comma = std::min(value.find(',', from), value.size());
        config.only.push_back(value.substr(from, comma - from));
        from = comma + 1;
      }
    } else {
      Usage();
    }
  }
  if (config.num < 1'000 || config.launches < 1 || config.value_size > (1U << 20)) Usage();
  return config;
}

int Main(int argc, char** argv) {
  const Config config = ParseArguments(argc, argv);
  std::vector<std::string> workloads;
  for (const std::string& workload : kWorkloads) {
    if (config.only.empty() ||
        std::find(config.only.begin(), config.only.end(), workload) != config.only.end()) {
      workloads.push_back(workload);
    }
  }
  if (workloads.empty()) Usage();
  Samples samples;
  for (int launch = 0; launch < config.launches; ++launch) {
    for (std::size_t i = 0; i < kEngines.size(); ++i) {
      const std::size_t turn = (i + static_cast<std::size_t>(launch)) % kEngines.size();
      RunInChild(config, workloads, kEngines[turn], launch, &samples);
    }
  }
  std::vector<Row> rows;
  for (const std::string& workload : workloads)
    rows.push_back(Summarise(workload, samples[workload]));
  if (config.json != "-") PrintTable(rows);
  if (!config.json.empty()) WriteJson(rows, config.json);
  return 0;
}

}  // namespace
}  // namespace strata::peers

int main(int argc, char** argv) {
  return strata::peers::Main(argc, argv);
}
