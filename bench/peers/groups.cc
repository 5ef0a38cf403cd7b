#include "peers/groups.h"

namespace strata::peers {

const std::vector<Group>& Groups() {
  static const std::vector<Group> groups = {
      {"check", {"answers"}, RunCheck, true},
      {"core",
       {"fillseq", "fillrandom", "readrandom", "readhot", "readmissing", "seekrandom", "scan",
        "readwhilewriting", "overwrite", "deleterandom", "memory", "space"},
       RunCore},
      {"sync", {"fillsync", "fillsync-8", "fillsync-32"}, RunSyncs},
      {"batch", {"batchseq", "batchrandom"}, RunBatches},
      {"ycsb", {"ycsb-load", "ycsb-a", "ycsb-b", "ycsb-c", "ycsb-d", "ycsb-e", "ycsb-f"}, RunYcsb},
      {"values",
       {"load-1k", "cold-1k", "load-4k", "cold-4k", "load-16k", "cold-16k", "load-64k", "cold-64k"},
       RunValues,
       true},
      {"restart", {"open", "recovery"}, RunRestart},
  };
  return groups;
}

}  // namespace strata::peers
