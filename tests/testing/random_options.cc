#include "testing/random_options.h"

#include <array>

namespace strata::testing {
namespace {

template <typename T, std::size_t N>
T OneOf(Random& random, const T (&choices)[N]) {
  return choices[random.Uniform(N)];
}

void DrawTables(Random& random, Options* options) {
  options->block_bytes = OneOf(random, {64U, 128U, 256U, 1024U, 4096U});
  options->block_restart_interval = OneOf(random, {1, 2, 16});
  options->filter_bits_per_key = OneOf(random, {0, 1, 10, 20});
  options->block_cache_bytes = OneOf(random, {0ULL, 4096ULL, 1ULL << 20});
  options->compression = static_cast<Compression>(random.Uniform(4));
  options->block_hash_index = random.OneIn(2);
  options->mapped_reads = random.OneIn(2);
  options->table_bytes = OneOf(random, {1024ULL, 4096ULL, 32ULL << 10});
  options->verify_outputs = !random.OneIn(4);
  options->verify_checksums = !random.OneIn(8);
}

void DrawCompaction(Random& random, Options* options) {
  constexpr CompactionStyle kStyles[] = {CompactionStyle::kLeveled, CompactionStyle::kTiered,
                                         CompactionStyle::kUnified, CompactionStyle::kTimeWindow,
                                         CompactionStyle::kNone};
  options->compaction = OneOf(random, kStyles);
  options->level0_runs = OneOf(random, {1, 2, 4});
  options->level1_bytes = OneOf(random, {4096ULL, 16ULL << 10, 64ULL << 10});
  options->level_multiplier = OneOf(random, {2, 4, 10});
  options->tiered_runs = OneOf(random, {2, 3, 5});
  options->unified_w = OneOf(random, {"2,2,-8", "0", "-2", "4,-1", "1,0,-3"});
  options->window_us = OneOf(random, {1000ULL, 1'000'000ULL, 3'600'000'000ULL});
  options->compaction_threads = OneOf(random, {1, 2, 4});
  options->subcompactions = OneOf(random, {1, 2, 4});
  options->compaction_rate_bytes_per_s = OneOf(random, {0ULL, 0ULL, 1ULL << 20});
}

void DrawBlobs(Random& random, Options* options) {
  options->blob_threshold = OneOf(random, {0ULL, 1ULL, 20ULL, 100ULL, 1024ULL});
  options->blob_file_bytes = OneOf(random, {1024ULL, 4096ULL, 64ULL << 10});
  options->blob_space_bound = OneOf(random, {1.05, 1.25, 3.0});
  options->blob_garbage_ratio = OneOf(random, {0.1, 0.5, 1.1});
  options->direct_value_bytes = OneOf(random, {0ULL, 1ULL, 50ULL, 1024ULL});
  options->direct_sync_bytes = OneOf(random, {0ULL, 0ULL, 200ULL, 64ULL << 10});
  options->blob_overlap_max = OneOf(random, {0, 1, 2, 8});
}

}  // namespace

Options DrawOptions(Random& random) {
  Options options;
  DrawTables(random, &options);
  DrawCompaction(random, &options);
  options.sync = static_cast<SyncMode>(random.Uniform(3));
  options.sync_interval_ms = OneOf(random, {1U, 100U});
  options.memtable_bytes = OneOf(random, {4096ULL, 8192ULL, 32ULL << 10});
  options.memtables_max = OneOf(random, {1, 2, 4});
  options.memory_budget_bytes = OneOf(random, {0ULL, 0ULL, 64ULL << 10});
  options.stall_max_ms = OneOf(random, {0U, 1U, 100U});
  DrawBlobs(random, &options);
  options.rest_us = OneOf(random, {0ULL, 1000ULL, 1000000ULL});
  return options;
}

}  // namespace strata::testing
