// The workloads, in groups that share their data: a group runs in one process from first to last.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "peers/session.h"

namespace strata::peers {

struct Group {
  std::string name;
  std::vector<std::string> workloads;
  void (*run)(Session* session);
  // Values large enough for RocksDB's blob mode to be another engine.
  bool large_values = false;

  bool Plays(std::string_view engine) const { return large_values || engine != "rocksdb-blob"; }
};

const std::vector<Group>& Groups();

void RunCheck(Session* session);    // The same answers from every engine; not timed.
void RunCore(Session* session);     // 16-byte keys, 100-byte values, one thread.
void RunBatches(Session* session);  // Puts in batches of 100.
void RunSyncs(Session* session);    // Puts that wait for the disk, from 1, 8 and 32 threads.
void RunValues(Session* session);   // 1 to 64 KiB: load, and lookups with nothing cached.
void RunYcsb(Session* session);     // YCSB A to F, 1 KiB, two threads.
void RunRestart(Session* session);  // Opening a large store; recovering a log.

}  // namespace strata::peers
