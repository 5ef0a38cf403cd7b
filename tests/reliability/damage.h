// A small store in every format, damaged in every way, and read: what comes back is right, or an
// error that says where the damage is. Never wrong data, a crash, or a huge allocation.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/memory_file_system.h"
#include "testing/history.h"

namespace strata::testing {

// A disk and what a reader of it must find.
struct Specimen {
  std::unique_ptr<MemoryFileSystem> disk;
  Model expected;
  // Of a store that wasn't closed: the states without the last batch of its log, the last two, ...
  // Nothing tells yet that the last was on the disk, so damage to it looks like a tail that was
  // never acknowledged; and where the log is cut off, so does all that followed.
  std::vector<Model> shorter;
  std::map<std::string, std::string> earlier;  // What some files held before.
};

// Closed cleanly: four tables in four codecs, some with several blocks of one size, a log that
// holds entries, the manifest, CURRENT.
Specimen MakeClosedStore();
// Killed: as above, and its log has no end.
Specimen MakeKilledStore();

struct DamageReport {
  std::uint64_t images = 0;
  std::uint64_t detected = 0;  // The rest read right: the damage hit nothing that matters.
  std::map<std::string, std::uint64_t> by_file;
  std::vector<std::string> failures;
};

// `bit_step`: only each n-th bit, from `first` on; 1 is all.
struct DamagePlan {
  std::uint64_t bit_step = 1;
  std::uint64_t first = 0;
  std::string only;  // Only files whose path has this in it.
  std::size_t failures_max = 3;
};

DamageReport FlipBits(const Specimen& specimen, const DamagePlan& plan);
// Each byte all zeros and all ones; each length shorter; longer by zeros and by garbage.
DamageReport ResizeAndOverwrite(const Specimen& specimen, const DamagePlan& plan);
// Pieces of files copied and exchanged, whole files exchanged, deleted, and brought back from an
// earlier time; logs with the records of an older one behind their end.
DamageReport Misplace(const Specimen& specimen, const DamagePlan& plan);

}  // namespace strata::testing
