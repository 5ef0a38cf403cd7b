// The list of engines: those of this build, each under its name.

#include "peers/store.h"

namespace strata::peers {

std::vector<Engine> Engines() {
  std::vector<Engine> engines;
  engines.push_back({.name = "strata",
                     .version = STRATA_VERSION,
#if defined(NDEBUG)
                     .assertions = "off",
#else
                     .assertions = "on",
#endif
                     .crc = "hardware",
                     .checksums = "each block read from a file",
                     .durability = "kill -9"});
  if (const auto rocksdb = DescribeRocksDb()) {
    engines.push_back(*rocksdb);
    engines.push_back(*rocksdb);
    engines.back().name = "rocksdb-blob";
  }
  if (const auto leveldb = DescribeLevelDb()) engines.push_back(*leveldb);
  if (const auto lmdb = DescribeLmdb()) engines.push_back(*lmdb);
  return engines;
}

std::unique_ptr<Store> OpenStore(std::string_view engine, const std::string& directory,
                                 const Budget& budget) {
  if (engine == "strata") return OpenStrata(directory, budget);
  if (engine == "rocksdb") return OpenRocksDb(directory, budget, false);
  if (engine == "rocksdb-blob") return OpenRocksDb(directory, budget, true);
  if (engine == "leveldb") return OpenLevelDb(directory, budget);
  if (engine == "lmdb") return OpenLmdb(directory, budget);
  return nullptr;
}

}  // namespace strata::peers
