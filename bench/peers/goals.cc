#include "peers/goals.h"

namespace strata::peers {

const std::vector<WantedGoal>& WantedGoals() {
  static const std::vector<WantedGoal> goals = {
      {"fillseq", "best", 2.5},
      {"fillrandom", "best", 4},
      {"overwrite", "best", 2.5},
      {"deleterandom", "best", 2.5},
      {"readrandom", "best", 1.3},
      {"readhot", "best", 1.2},
      {"readmissing", "best", 3},
      {"readmissing", "rocksdb-tuned", 2},
      {"seekrandom", "best", 1},
      {"scan", "best", 1},
      {"readwhilewriting", "best", 1},
      {"fillsync", "best", 1.3},
      {"fillsync-8", "best", 1.6},
      {"fillsync-32", "best", 2},
      {"batchseq", "best", 1.3},
      {"batchrandom", "best", 2},
      {"load-1k", "lsm", 2},
      {"load-1k", "lmdb", 1},
      {"load-4k", "lsm", 2},
      {"load-4k", "lmdb", 1},
      {"load-16k", "lsm", 2},
      {"load-16k", "lmdb", 1},
      {"load-64k", "lsm", 2},
      {"load-64k", "lmdb", 1},
      {"load-1k.written_per_byte", "limit", 2},
      {"load-4k.written_per_byte", "limit", 1.2},
      {"load-16k.written_per_byte", "limit", 1.2},
      {"load-64k.written_per_byte", "limit", 1.2},
      {"cold-1k", "best", 1.2},
      {"cold-4k", "best", 1.2},
      {"cold-16k", "best", 1.2},
      {"cold-64k", "best", 1.2},
      {"ycsb-a", "best", 2.5},
      {"ycsb-b", "best", 1.2},
      {"ycsb-c", "best", 1},
      {"ycsb-d", "best", 1.2},
      {"ycsb-e", "best", 1.2},
      {"ycsb-f", "best", 2.5},
  };
  return goals;
}

}  // namespace strata::peers
