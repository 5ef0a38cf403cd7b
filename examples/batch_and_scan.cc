// Things that belong together: a batch changes two keys at once or not at all, and a prefix keeps
// the keys of one kind side by side.
//
//   batch_and_scan DIR     moves 30 between two accounts and prints all of them

#include <cstdio>
#include <cstdlib>
#include <string>

#include "strata/db.h"

namespace {

constexpr char kPrefix[] = "account/";

strata::Result<long> Balance(strata::DB& db, const std::string& name) {
  std::string value;
  STRATA_TRY_ASSIGN(const bool found, db.Get(kPrefix + name, &value));
  return found ? std::atol(value.c_str()) : 0;
}

// After a crash at any moment both balances are the old ones or both are the new ones.
strata::Status Transfer(strata::DB& db, const std::string& from, const std::string& to,
                        long amount) {
  STRATA_TRY_ASSIGN(const long from_balance, Balance(db, from));
  STRATA_TRY_ASSIGN(const long to_balance, Balance(db, to));
  strata::WriteBatch batch;
  batch.Put(kPrefix + from, std::to_string(from_balance - amount));
  batch.Put(kPrefix + to, std::to_string(to_balance + amount));
  return db.Write(batch);
}

strata::Status PrintAccounts(strata::DB& db) {
  strata::ReadOptions options;
  options.prefix = kPrefix;
  STRATA_TRY_ASSIGN(const auto cursor, db.NewIterator(options));
  STRATA_TRY(cursor->SeekToFirst());
  while (cursor->Valid()) {
    const std::string name(cursor->key().substr(sizeof(kPrefix) - 1));
    const std::string balance(cursor->value());
    std::printf("%-6s %6s\n", name.c_str(), balance.c_str());
    STRATA_TRY(cursor->Next());
  }
  return {};
}

strata::Status Run(const std::string& directory) {
  STRATA_TRY_ASSIGN(const auto db, strata::DB::Open({}, directory));
  strata::WriteBatch opening;
  opening.Put(std::string(kPrefix) + "alice", "100");
  opening.Put(std::string(kPrefix) + "bob", "50");
  STRATA_TRY(db->Write(opening));
  STRATA_TRY(db->Put("zone", "outside the prefix, so not printed"));
  STRATA_TRY(Transfer(*db, "alice", "bob", 30));
  STRATA_TRY(PrintAccounts(*db));
  return db->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: batch_and_scan DIR\n");
    return 2;
  }
  const strata::Status status = Run(argv[1]);
  if (!status) std::fprintf(stderr, "batch_and_scan: %s\n", status.error().message().c_str());
  return status ? 0 : 1;
}
