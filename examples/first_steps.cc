// First steps: open a store, write, read, delete, walk the keys in order.
//
//   first_steps DIR        prints every step; DIR is made when it isn't there

#include <cstdio>
#include <string>

#include "strata/db.h"

namespace {

strata::Status Run(const std::string& directory) {
  // Open makes the store, or brings back what an earlier run wrote.
  STRATA_TRY_ASSIGN(const auto db, strata::DB::Open({}, directory));

  STRATA_TRY(db->Put("london", "8900000"));
  STRATA_TRY(db->Put("paris", "2100000"));
  STRATA_TRY(db->Put("rome", "2800000"));
  STRATA_TRY(db->Put("london", "9000000"));  // Replaces the first one.
  STRATA_TRY(db->Delete("rome"));

  // A key that isn't there is no error: Get answers false.
  std::string value;
  for (const char* key : {"london", "rome"}) {
    STRATA_TRY_ASSIGN(const bool found, db->Get(key, &value));
    std::printf("%s: %s\n", key, found ? value.c_str() : "not here");
  }

  // Keys come back in byte order, inside bounds if one wants.
  strata::ReadOptions options;
  options.lower = std::string("l");
  options.upper = std::string("q");
  STRATA_TRY_ASSIGN(const auto cursor, db->NewIterator(options));
  STRATA_TRY(cursor->SeekToFirst());
  while (cursor->Valid()) {
    const std::string key(cursor->key());
    const std::string text(cursor->value());
    std::printf("%s = %s\n", key.c_str(), text.c_str());
    STRATA_TRY(cursor->Next());
  }
  return db->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: first_steps DIR\n");
    return 2;
  }
  const strata::Status status = Run(argv[1]);
  if (!status) std::fprintf(stderr, "first_steps: %s\n", status.error().message().c_str());
  return status ? 0 : 1;
}
