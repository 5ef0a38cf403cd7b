#include "reliability/workloads.h"

#include "base/random.h"

namespace strata::testing {
namespace {

class Workload {
 public:
  Workload(const WorkloadShape& shape, StoreWorld& world, History& history, FileSystem* files)
      : shape_(shape), random_(shape.seed), world_(world), history_(history), files_(files) {}

  Status Run() {
    for (std::uint64_t i = 1; i <= shape_.writes; ++i) {
      WriteOptions options;
      if (random_.OneIn(4)) options.sync = random_.OneIn(2);
      STRATA_TRY(world_.Write(DrawChanges(i), &history_, options));
      if (i % 13 == 7) STRATA_TRY(world_->Flush());
      if (i % 13 == 11) STRATA_TRY(world_.Sync(&history_));
      if (i % 29 == 17) STRATA_TRY(world_->CompactRange(std::nullopt, std::nullopt));
      if (i % 7 == 3) world_.executor().RunOne();
      if (i % shape_.reopen_every == 0) STRATA_TRY(Reopen());
    }
    return world_->WaitForCompactions();
  }

 private:
  Status Reopen() {
    STRATA_TRY(world_.Close());
    history_.MarkDurable();
    return world_.Open(files_);
  }

  Changes DrawChanges(std::uint64_t version) {
    Changes changes;
    for (std::uint64_t i = 0; i <= random_.Uniform(3); ++i) {
      std::string key = "key" + std::to_string(100 + random_.Uniform(30));
      if (shape_.long_keys && random_.OneIn(3))
        key = (random_.OneIn(2) ? 'a' : 'z') + std::string(3000, 'k') + key;
      if (random_.OneIn(5)) {
        changes.push_back({key, std::nullopt});
      } else {
        changes.push_back({key, std::to_string(version) + std::string(random_.Uniform(300), 'v')});
      }
    }
    return changes;
  }

  const WorkloadShape& shape_;
  Random random_;
  StoreWorld& world_;
  History& history_;
  FileSystem* const files_;
};

}  // namespace

Options TinyStore(SyncMode sync) {
  Options options;
  options.sync = sync;
  options.memtable_bytes = 8192;
  options.block_bytes = 1024;
  options.block_cache_bytes = 64 << 10;
  options.compression = Compression::kLz4;
  options.level0_runs = 2;
  options.level1_bytes = 8192;
  options.level_multiplier = 2;
  options.table_bytes = 4096;
  return options;
}

Options TinyBlobStore(SyncMode sync) {
  Options options = TinyStore(sync);
  options.blob_threshold = 50;
  options.blob_file_bytes = 2048;
  options.blob_garbage_ratio = 0.3;
  options.blob_overlap_max = 3;
  return options;
}

Options TinyDirectStore(SyncMode sync) {
  Options options = TinyBlobStore(sync);
  options.direct_value_bytes = 50;
  options.direct_sync_bytes = 0;
  return options;
}

CrashWorkload MakeWorkload(const WorkloadShape& shape) {
  return [shape](StoreWorld& world, History& history, FileSystem* files) {
    return Workload(shape, world, history, files).Run();
  };
}

}  // namespace strata::testing
