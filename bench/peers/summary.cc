#include "peers/summary.h"

#include <algorithm>

#include "peers/goals.h"
#include "peers/groups.h"
#include "report/launches.h"

namespace strata::peers {
namespace {

const std::vector<MetricKind>& Metrics() {
  static const std::vector<MetricKind> metrics = {
      {"ops_per_s", "ops/s", true},
      {"settled_ops_per_s", "ops/s with the work behind it", true},
      {"p99_us", "us", false},
      {"p999_us", "us", false},
      {"cpu_us_per_op", "us of processor an op", false},
      {"written_per_byte", "bytes written a byte put", false},
      {"tables_per_byte", "table bytes written a byte put", false},
      {"loaded_per_live_byte", "bytes on disk a live byte, after the load", false},
      {"overwritten_per_live_byte", "bytes on disk a live byte, after a full overwrite", false},
      {"disk_per_live_byte", "bytes on disk a live byte", false},
      {"resident_mib", "MiB resident", false},
      {"anonymous_mib", "MiB resident, mapped files aside", false},
      {"ms", "ms", false},
      {"mb_per_s", "MB of log a second", true},
  };
  return metrics;
}

using Values = std::vector<double>;

constexpr double kLevel = 0.95;

// The ratio over launches: launch by launch where both sides ran in each, since what the machine
// did meanwhile then falls out. One launch has no interval. Nothing when a value isn't positive.
std::optional<Ratio> RatioOf(const Values& strata, const Values& peer, bool higher_is_better) {
  const Values& above = higher_is_better ? strata : peer;
  const Values& below = higher_is_better ? peer : strata;
  const auto positive = [](const Values& values) {
    return !values.empty() &&
           std::all_of(values.begin(), values.end(), [](double v) { return v > 0; });
  };
  if (!positive(above) || !positive(below)) return std::nullopt;
  if (above.size() < 2 || below.size() < 2) {
    const double ratio = report::Median(above) / report::Median(below);
    return Ratio{.point = ratio, .low = ratio, .high = ratio};
  }
  const report::Estimate change = above.size() == below.size()
                                      ? report::PairedRatio(above, below, kLevel)
                                      : report::RatioOverLaunches(above, below, kLevel);
  return Ratio{.point = 1 + change.point, .low = 1 + change.lower, .high = 1 + change.upper};
}

// The peer with the best median; "" when there is none. A tuned RocksDB is nobody's best peer: it
// is shown beside the one that got the same budget as all.
std::string BestOf(const Row& row, const std::vector<std::string>& excluded) {
  std::string best;
  for (const auto& [engine, value] : row.peers) {
    if (std::find(excluded.begin(), excluded.end(), engine) != excluded.end()) continue;
    const bool better = best.empty() || (row.metric.higher_is_better ? value > row.peers.at(best)
                                                                     : value < row.peers.at(best));
    if (better) best = engine;
  }
  return best;
}

void Judge(Goal* goal, const Row& row) {
  if (goal->against == "limit") {
    goal->met = row.strata && *row.strata <= goal->wanted;
    goal->sure = true;
  } else if (goal->ratio) {
    goal->met = goal->ratio->point >= goal->wanted;
    goal->sure = goal->met ? goal->ratio->low >= goal->wanted : goal->ratio->high < goal->wanted;
  }
}

void AddRatios(Row* row, const Collected::ByEngine& values) {
  const auto strata = values.find("strata");
  if (strata == values.end()) return;
  const auto against = [&](const std::string& peer) -> std::optional<Ratio> {
    const auto found = values.find(peer);
    if (found == values.end()) return std::nullopt;
    return RatioOf(strata->second, found->second, row->metric.higher_is_better);
  };
  row->best_peer = BestOf(*row, {"rocksdb-tuned"});
  row->ratio_best = against(row->best_peer);
  row->best_lsm = BestOf(*row, {"rocksdb-tuned", "lmdb"});
  row->ratio_lsm = against(row->best_lsm);
  for (const WantedGoal& wanted : WantedGoals()) {
    if (wanted.workload != row->workload) continue;
    Goal goal{.against = wanted.against, .wanted = wanted.wanted};
    goal.ratio = goal.against == "best"  ? row->ratio_best
                 : goal.against == "lsm" ? row->ratio_lsm
                                         : against(goal.against);
    Judge(&goal, *row);
    if (goal.ratio || goal.against == "limit") row->goals.push_back(goal);
  }
}

Row MakeRow(const Group& group, const std::string& workload, const MetricKind& metric,
            const Collected::ByEngine& values) {
  Row row{.workload = metric.name == "ops_per_s" ? workload : workload + "." + metric.name,
          .group = group.name,
          .metric = metric};
  for (const auto& [engine, samples] : values) {
    const double median = report::Median(samples);
    const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
    row.spread[engine] = median > 0 ? (*high - *low) / median : 0;
    row.launches = std::max(row.launches, static_cast<int>(samples.size()));
    if (engine == "strata") {
      row.strata = median;
    } else {
      row.peers[engine] = median;
    }
  }
  AddRatios(&row, values);
  return row;
}

}  // namespace

std::vector<Row> Summarise(const Config& config, const Collected& collected) {
  std::vector<Row> rows;
  for (const Group& group : Groups()) {
    for (const std::string& workload : group.workloads) {
      if (!config.Wants(group.name, workload)) continue;
      for (const MetricKind& metric : Metrics()) {
        const auto found = collected.samples.find({workload, metric.name});
        if (found != collected.samples.end()) {
          rows.push_back(MakeRow(group, workload, metric, found->second));
        }
      }
    }
  }
  return rows;
}

}  // namespace strata::peers
