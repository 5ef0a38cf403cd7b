// A store inside a program: open it, write to it, read from it, close it.
//
//   embed DIRECTORY

#include <cstdio>
#include <string>

#include "strata/db.h"

namespace {

strata::Status Run(const std::string& directory) {
  STRATA_TRY_ASSIGN(auto db, strata::DB::Open({.block_cache_bytes = 32 << 20}, directory));

  STRATA_TRY(db->Put("city/london", "8900000"));  // On the disk when it returns.

  strata::WriteBatch batch;  // All of it or, after a crash, nothing.
  batch.Put("city/paris", "2100000");
  batch.Put("city/rome", "2800000");
  batch.Delete("city/atlantis");
  STRATA_TRY(db->Write(batch));

  std::string value;
  STRATA_TRY_ASSIGN(const bool found, db->Get("city/paris", &value));
  std::printf("paris: %s\n", found ? value.c_str() : "not there");

  STRATA_TRY_ASSIGN(auto cities, db->NewIterator({.prefix = "city/"}));
  for (strata::Status moved = cities->SeekToFirst();; moved = cities->Next()) {
    STRATA_TRY(moved);
    if (!cities->Valid()) break;
    std::printf("%s = %s\n", std::string(cities->key()).c_str(),
                std::string(cities->value()).c_str());
  }
  cities.reset();
  return db->Close();
}

}  // namespace

int main(int argc, char** argv) {
  const strata::Status status = Run(argc > 1 ? argv[1] : "embed.db");
  if (!status) std::fprintf(stderr, "embed: %s\n", status.error().message().c_str());
  return status ? 0 : 1;
}
