// A table whose entries come from a log that somebody else keeps: here a file of lines, in a
// cluster what its machines agreed on. The store's own log has none of them; the table knows how
// far it is, and after a crash takes up the file where its tables end.
//
//   replica DIR

#include <cstdio>
#include <string>
#include <vector>

#include "strata/db.h"

namespace {

struct LogEntry {
  strata::Applied at;  // Its index, and the time by which every replica judges.
  std::string key;
  std::string value;
  bool only_if_absent = false;
};

// What everybody applies, in this order. Times are in microseconds.
std::vector<LogEntry> TheLog() {
  constexpr std::uint64_t kSecond = 1'000'000;
  return {
      {{1, 100 * kSecond}, "lock", "ann", true},
      {{2, 105 * kSecond}, "lock", "bob", true},  // Ann has it for ten seconds.
      {{4, 112 * kSecond}, "lock", "cid", true},  // It has expired. Entry 3 means nothing to us.
  };
}

// The same outcome on every machine, whatever its clock says.
strata::Status ApplyEntry(strata::DB& db, strata::TableRef table, const LogEntry& entry) {
  strata::WriteBatch batch;
  if (entry.only_if_absent) batch.RequireAbsent(entry.key, table);
  batch.Put(entry.key, entry.value, {.table = table});
  STRATA_TRY_ASSIGN(const auto outcome, db.Apply(table, batch, entry.at));
  std::printf("%llu: %s\n", static_cast<unsigned long long>(entry.at.index),
              outcome.repeated    ? "was here already"
              : outcome.written() ? "done"
                                  : "its condition failed");
  return {};
}

strata::Result<strata::TableRef> OpenTable(strata::DB& db) {
  const auto found = db.FindTable("locks");
  if (found) return *found;
  strata::TableOptions options;
  options.ttl_us = 10'000'000;
  options.replicated = true;
  return db.CreateTable("locks", options);
}

strata::Status Run(const std::string& directory) {
  STRATA_TRY_ASSIGN(const auto db, strata::DB::Open({}, directory));
  STRATA_TRY_ASSIGN(const strata::TableRef table, OpenTable(*db));
  STRATA_TRY_ASSIGN(const strata::AppliedIndex start, db->AppliedIndexOf(table));
  for (const LogEntry& entry : TheLog()) {
    if (entry.at.index > start.durable) STRATA_TRY(ApplyEntry(*db, table, entry));
  }

  // The log may forget what is in tables.
  STRATA_TRY(db->Flush());
  STRATA_TRY_ASSIGN(const strata::AppliedIndex now, db->AppliedIndexOf(table));
  std::printf("durable up to %llu\n", static_cast<unsigned long long>(now.durable));

  std::string owner;
  strata::ReadOptions read;
  read.table = table;
  read.now_us = 115'000'000;
  STRATA_TRY_ASSIGN(const bool found, db->Get("lock", &owner, read));
  std::printf("lock: %s\n", found ? owner.c_str() : "free");
  return db->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIR\n", argv[0]);
    return 2;
  }
  const strata::Status done = Run(argv[1]);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().message().c_str());
  return 1;
}
