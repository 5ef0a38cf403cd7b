// A counter that a power cut can't turn back: what was printed is on the disk. Run it again and
// again, kill it while it runs: it goes on where it was.
//
//   durable_counter DIR [N]    counts N steps further (default 10) and keeps a log of them

#include <cstdio>
#include <cstdlib>
#include <string>

#include "strata/db.h"

namespace {

// Keys of the log sort by number because they have leading zeros.
std::string LogKey(long number) {
  const std::string digits = std::to_string(number);
  return "log/" + std::string(12 - digits.size(), '0') + digits;
}

strata::Result<long> ReadCounter(strata::DB& db) {
  std::string value;
  STRATA_TRY_ASSIGN(const bool found, db.Get("counter", &value));
  return found ? std::atol(value.c_str()) : 0;
}

// Counter and log entry go together; Write returns once they are durable.
strata::Status CountOn(strata::DB& db, long number) {
  strata::WriteBatch batch;
  batch.Put("counter", std::to_string(number));
  batch.Put(LogKey(number), "counted to " + std::to_string(number));
  strata::WriteOptions options;
  options.sync = true;  // The default of a store; said here because all depends on it.
  return db.Write(batch, options);
}

// Every number up to the counter has its entry in the log, and none has two.
strata::Status CheckLog(strata::DB& db, long counter) {
  strata::ReadOptions options;
  options.prefix = "log/";
  STRATA_TRY_ASSIGN(const auto cursor, db.NewIterator(options));
  long expected = 1;
  STRATA_TRY(cursor->SeekToFirst());
  while (cursor->Valid() && cursor->key() == LogKey(expected)) {
    ++expected;
    STRATA_TRY(cursor->Next());
  }
  if (cursor->Valid() || expected != counter + 1) {
    return strata::Error(strata::ErrorCode::kCorruption, "the log and the counter disagree");
  }
  return {};
}

strata::Status Run(const std::string& directory, long steps) {
  STRATA_TRY_ASSIGN(const auto db, strata::DB::Open({}, directory));
  STRATA_TRY_ASSIGN(const long start, ReadCounter(*db));
  std::printf("found %ld\n", start);
  for (long number = start + 1; number <= start + steps; ++number) {
    STRATA_TRY(CountOn(*db, number));
    std::printf("%ld\n", number);
  }
  STRATA_TRY(CheckLog(*db, start + steps));
  return db->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: durable_counter DIR [N]\n");
    return 2;
  }
  const strata::Status status = Run(argv[1], argc == 3 ? std::atol(argv[2]) : 10);
  if (!status) std::fprintf(stderr, "durable_counter: %s\n", status.error().message().c_str());
  return status ? 0 : 1;
}
