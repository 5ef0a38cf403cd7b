// A store's files, closed or open, and what a scrub of one of them tells.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scrub/file_scrub.h"
#include "testing/blob_stores.h"
#include "testing/damaging.h"
#include "testing/results.h"
#include "testing/test_store.h"
#include "version/current_file.h"
#include "version/manifest.h"

namespace strata::scrub {

struct World {
  World() : store(StoreOptions()) {
    for (int i = 0; i < 40; ++i) {
      const std::string key = "key" + std::to_string(100 + i);
      (void)store->Put(key, std::string(i < 10 ? 200 : 20, 'v')).has_value();
    }
    (void)store->Flush().has_value();
    (void)store->Put("in the log", "1").has_value();
    (void)store->Close().has_value();
    const auto current = *ReadCurrent(store.disk(), directory);
    const std::string path = JoinPath(directory, ManifestFileName(current.number));
    state = *ReadManifest(*store.disk().Contents(path), current.synced_bytes);
  }

  static Options StoreOptions() {
    Options options = strata::testing::SmallBlobs();
    options.block_bytes = 128;
    options.compression = Compression::kNone;
    options.direct_value_bytes = 0;
    return options;
  }
  Place place() { return {store.disk(), directory, counters}; }
  Told told() {
    return [this](Damage piece) { damage.push_back(std::move(piece)); };
  }
  const TableMeta& table() const { return state.tables.begin()->second; }
  const BlobMeta& blob() const { return state.blobs.begin()->second; }
  std::string Path(std::string_view suffix) {
    return strata::testing::FilesEnding(store.disk(), suffix).front();
  }

  // Reads the file in steps of so much; how many pieces aren't whole.
  std::size_t Read(std::unique_ptr<FileScrub> file, std::uint64_t step = 100) {
    damage.clear();
    steps = 1;
    while (!file->Step(step)) ++steps;
    bytes = file->bytes_read();
    return file->whole() == damage.empty() ? damage.size() : 1'000;
  }

  const std::string directory = strata::testing::TestStore::kDirectory;
  strata::testing::TestStore store;
  Counters counters;
  ManifestState state;
  std::vector<Damage> damage;
  int steps = 0;
  std::uint64_t bytes = 0;
};

}  // namespace strata::scrub
