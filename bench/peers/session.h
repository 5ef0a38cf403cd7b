// One engine in one process: the store under test, and the lines that tell the parent what was met.
//
// A line is "m ENGINE WORKLOAD METRIC VALUE" (a measurement), "d ENGINE NAME DIGEST" (answers, to
// be the same for all engines) or "n TEXT" (a note). The way back is in runner.cc.

#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "peers/config.h"
#include "peers/generator.h"
#include "peers/measure.h"
#include "peers/store.h"

namespace strata::peers {

class Session {
 public:
  Session(const Config& config, std::string group, std::string engine, std::string directory,
          std::uint64_t seed, FILE* out)
      : config_(config),
        group_(std::move(group)),
        engine_(std::move(engine)),
        directory_(std::move(directory)),
        seed_(seed),
        out_(out) {}

  const Config& config() const { return config_; }
  const std::string& engine() const { return engine_; }
  const std::string& directory() const { return directory_; }
  Store& store() { return *store_; }
  bool Wants(std::string_view workload) const { return config_.Wants(group_, workload); }
  // A generator that is the same for every engine in this launch, and differs by purpose.
  Random Generator(std::string_view purpose) const {
    return Random(Hash64WithSeed(purpose, seed_));
  }

  // An empty store. Ends the process when the engine can't.
  void Fresh(const Budget& budget);
  void Close() { store_.reset(); }
  // Opens it again; returns how long that took, in seconds.
  double Reopen(const Budget& budget);

  // Runs `write`, waits until the store is settled, and reports rates and what it cost.
  // `entries` and `bytes` are the keys and values that it puts or deletes.
  template <typename Write>
  void Written(const std::string& workload, std::uint64_t bytes_each, Write write) {
    const Usage before = Usage::Now();
    const std::uint64_t tables = store_->TableBytesWritten().value_or(0);
    Timed timed = write();
    const std::uint64_t settling = RealClock().NowNanos();
    store_->Settle();
    const double settled = static_cast<double>(RealClock().NowNanos() - settling) / 1e9;
    ReportWrite(workload, bytes_each, &timed, settled, Usage::Now().Since(before), tables);
  }
  // Rate, p99 and p99.9 of a timed loop.
  void Report(const std::string& workload, Timed* timed, const std::string& engine = {});
  void Emit(const std::string& workload, const std::string& metric, double value,
            const std::string& engine = {});
  void EmitDigest(const std::string& name, std::uint64_t digest);
  void Note(const std::string& text);
  // The call must succeed: a store that refuses writes isn't measured.
  void Must(bool done);

 private:
  void ReportWrite(const std::string& workload, std::uint64_t bytes_each, Timed* timed,
                   double settled, const Usage& used, std::uint64_t tables_before);

  const Config& config_;
  const std::string group_;
  const std::string engine_;
  const std::string directory_;
  const std::uint64_t seed_;
  FILE* const out_;
  std::unique_ptr<Store> store_;
};

}  // namespace strata::peers
