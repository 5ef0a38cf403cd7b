#include "peers/runner.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>

#include "base/random.h"
#include "io/clock.h"
#include "peers/child.h"
#include "peers/groups.h"

namespace strata::peers {
namespace {

void CompareDigests(Collected* collected) {
  for (const auto& [name, by_engine] : collected->digests) {
    std::string answers;
    bool agree = true;
    for (const auto& [engine, digest] : by_engine) {
      answers.append(" ").append(engine).append("=").append(digest);
      agree = agree && digest == by_engine.begin()->second;
    }
    if (agree) continue;
    collected->failed = true;
    collected->notes.push_back("WRONG ANSWERS, " + name + ":" + answers);
  }
}

void CompareHits(Collected* collected) {
  for (const auto& [metric, by_engine] : collected->samples) {
    if (metric.second != "hits") continue;
    double low = 1;
    double high = 0;
    for (const auto& [engine, shares] : by_engine) {
      low = std::min(low, shares.front());  // Of the first launch: each has keys of its own.
      high = std::max(high, shares.front());
    }
    if (high - low > 0.05) {
      collected->notes.push_back("lookups of " + metric.first + " found " + std::to_string(low) +
                                 " to " + std::to_string(high) + " of the keys");
    }
  }
}

class Run {
 public:
  explicit Run(const Config& config) : config_(config), start_(RealClock().NowMicros()) {
    for (const Engine& engine : Engines()) {
      const auto& wanted = config.engines;
      if (wanted.empty() || std::find(wanted.begin(), wanted.end(), engine.name) != wanted.end()) {
        engines_.push_back(engine.name);
      }
    }
  }

  Collected All() {
    CatchInterrupts();
    for (int launch = 0; launch < config_.launches && !interrupted_; ++launch) {
      for (const Group& group : Groups()) {
        if (Wanted(group) && !interrupted_) RunGroup(group, launch);
      }
    }
    CompareAnswers(&collected_);
    collected_.seconds = Elapsed();
    return std::move(collected_);
  }

 private:
  double Elapsed() const { return static_cast<double>(RealClock().NowMicros() - start_) / 1e6; }

  bool Wanted(const Group& group) const {
    if (group.name == "check") return true;
    return std::any_of(group.workloads.begin(), group.workloads.end(),
                       [&](const auto& workload) { return config_.Wants(group.name, workload); });
  }

  // The engines that play, shuffled by the seed; each second launch runs them backwards (ABBA).
  std::vector<std::string> OrderOf(const Group& group, int launch) const {
    std::vector<std::string> order;
    for (const std::string& engine : engines_) {
      if (group.Plays(engine)) order.push_back(engine);
    }
    Random random(config_.seed + static_cast<std::uint64_t>(launch) / 2);
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[random.Uniform(i)]);
    }
    if (launch % 2 == 1) std::reverse(order.begin(), order.end());
    return order;
  }

  // Leaves the launch out when the last one of the group says that it would end too late.
  void RunGroup(const Group& group, int launch) {
    const double begun = Elapsed();
    if (launch > 0 && begun + group_seconds_[group.name] * 1.1 > config_.run_seconds) return;
    for (const std::string& engine : OrderOf(group, launch)) {
      RunEngine(group, engine, launch);
      if (interrupted_) return;
    }
    ++collected_.launches[group.name];
    group_seconds_[group.name] = Elapsed() - begun;
  }

  void RunEngine(const Group& group, const std::string& engine, int launch) {
    const double seconds_max = config_.run_seconds * 1.05 - Elapsed();
    const std::uint64_t seed = config_.seed + static_cast<std::uint64_t>(launch);
    const double begun = Elapsed();
    const Ending ending = RunInChild(
        config_.directory, engine, seconds_max,
        [&](FILE* out, const std::string& directory) {
          Session session(config_, group.name, engine, directory, seed, out);
          group.run(&session);
        },
        [&](const std::string& line) { collected_.TakeLine(line, launch); });
    std::fprintf(stderr, "launch %d  %-8s %-13s %6.1f s\n", launch + 1, group.name.c_str(),
                 engine.c_str(), Elapsed() - begun);
    interrupted_ = ending == Ending::kInterrupted;
    if (ending == Ending::kFailed) {
      collected_.failed = true;
      collected_.notes.push_back(engine + " broke off in the group " + group.name);
    } else if (ending == Ending::kTimedOut) {
      collected_.notes.push_back(engine + " was stopped in the group " + group.name +
                                 ": the run's time was over, so rows or launches are missing");
    } else if (ending == Ending::kInterrupted) {
      collected_.notes.push_back("interrupted: rows and launches are missing");
    }
  }

  const Config& config_;
  const std::uint64_t start_;
  std::vector<std::string> engines_;
  std::map<std::string, double> group_seconds_;
  Collected collected_;
  bool interrupted_ = false;
};

}  // namespace

void Collected::TakeLine(const std::string& line, int launch) {
  std::istringstream words(line);
  std::string kind, engine, name, metric;
  words >> kind;
  if (kind == "m") {
    double value = 0;
    words >> engine >> name >> metric >> value;
    samples[{name, metric}][engine].push_back(value);
  } else if (kind == "d") {
    std::string digest;
    words >> engine >> name >> digest;
    digests[name + " of launch " + std::to_string(launch + 1)][engine] = digest;
  } else if (line.size() > 2) {
    notes.push_back(line.substr(2));
  }
}

void CompareAnswers(Collected* collected) {
  CompareDigests(collected);
  CompareHits(collected);
}

Collected RunAll(const Config& config) {
  return Run(config).All();
}

}  // namespace strata::peers
