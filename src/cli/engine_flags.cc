#include "cli/format/quantity.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

void DeclarePolicyFlags(Flags& flags, Options* options) {
  flags.Integer("tiered-runs", &options->tiered_runs, 2,
                "Tiered: merge a level from this many runs on (4)");
  flags.Text("unified-w", &options->unified_w, "W,...", "Unified: one density a level (2,2,-8)");
  flags.DurationMicros("window", &options->window_us, "Time window: width of a bucket (1h)");
  flags.Size("fifo-size", &options->fifo_bytes, "FIFO: drop the oldest past this size (1GiB)");
  flags.DurationMicros("fifo-age", &options->fifo_age_us, "FIFO: and what is older (never)");
}

}  // namespace

namespace {

void DeclareExpiryFlags(Flags& flags, Options* options) {
  flags.DurationMicros("default-ttl", &options->ttl_us,
                       "Entries of the table default are gone after this time (never)");
  flags.DurationMicros("default-delete-deadline", &options->delete_deadline_us,
                       "What is gone from it leaves the disk within this time (no promise)");
}

}  // namespace

namespace {

void DeclareMemtableFlag(Flags& flags, Options* options) {
  flags.Choice<MemtableKind>(
      "memtable-kind", &options->memtable,
      {{"skiplist", MemtableKind::kSkipList}, {"prefix-tree", MemtableKind::kPrefixTree}},
      "What keeps a memtable in order (prefix-tree)");
}

void DeclareIndexFlags(Flags& flags, Options* options) {
  flags.Choice<IndexKind>("index", &options->index,
                          {{"sparse", IndexKind::kSparse}, {"learned", IndexKind::kLearned}},
                          "Index of the tables in the deepest levels (sparse)");
  flags.Integer("learned-levels", &options->learned_levels, 1, "How many levels those are (2)");
  flags.DurationMicros(
      "rest", &options->rest_us,
      "Without a write for so long small levels are merged down, 0 for never (1s)");
}

}  // namespace

namespace {

constexpr std::uint64_t kSecondMicros = 1'000'000;
constexpr std::uint64_t kWeekSeconds = 7ULL * 24 * 3600;

// Who runs the program wants to hear of damage without having asked: once a week all is read.
void DeclareScrubFlags(Flags& flags, Options* options) {
  options->scrub_period_s = kWeekSeconds;
  flags.Add("scrub-period", "TIME", "Read all there is within this time, 0 for never (7d)",
            [options](std::string_view text) -> Status {
              std::uint64_t micros = 0;
              Flags parser;
              parser.DurationMicros("scrub-period", &micros, "");
              STRATA_TRY(parser.all().front().set(text));
              options->scrub_period_s = (micros + kSecondMicros - 1) / kSecondMicros;
              return {};
            });
  flags.last().show = [options] { return DurationText(options->scrub_period_s * kSecondMicros); };
  flags.Size("scrub-rate", &options->scrub_rate_bytes_per_s,
             "Bytes a second to read for it, 0 for no limit (8MiB)");
}

}  // namespace

namespace {

void DeclareBlobFlags(Flags& flags, Options* options) {
  flags.Size("blob-threshold", &options->blob_threshold,
             "Values from this size on live in blob files, 0 for none (1KiB)");
  flags.Size("blob-file-size", &options->blob_file_bytes, "Cut blob files at this size (64MiB)");
  flags.Size("direct-values", &options->direct_value_bytes,
             "Values from this size on are written once, to a blob file, 0 for none (1KiB)");
}

}  // namespace

// One flag for each of Options that one may want to set by hand; see include/strata/options.h.
void DeclareEngineFlags(Flags& flags, Options* options) {
  flags.Group("Engine");
  flags.Choice<SyncMode>(
      "sync", &options->sync,
      {{"always", SyncMode::kAlways}, {"interval", SyncMode::kInterval}, {"none", SyncMode::kNone}},
      "When a write counts as done (always)");
  flags.Size("memtable", &options->memtable_bytes, "Write a memtable of this size out (64MiB)");
  flags.Size("table-size", &options->table_bytes, "Cut tables at this size (64MiB)");
  flags.Add("block-size", "SIZE", "Size of a data block (4KiB)",
            [options](std::string_view text) -> Status {
              std::uint64_t bytes = 0;
              Flags parser;
              parser.Size("block-size", &bytes, "");
              STRATA_TRY(parser.all().front().set(text));
              constexpr std::uint64_t kBlockMax = 1ULL << 30;
              if (bytes > kBlockMax) return InvalidArgument("a block is at most 1GiB");
              options->block_bytes = static_cast<std::uint32_t>(bytes);
              return {};
            });
  flags.last().show = [options] { return SizeText(options->block_bytes); };
  flags.Integer("bloom-bits", &options->filter_bits_per_key, 0,
                "Bits of Bloom filter a key, 0 for none (10)");
  flags.Size("cache", &options->block_cache_bytes, "Block cache (64MiB)");
  flags.Choice<Compression>("compression", &options->compression,
                            {{"none", Compression::kNone},
                             {"snappy", Compression::kSnappy},
                             {"lz4", Compression::kLz4},
                             {"zstd", Compression::kZstd}},
                            "How blocks are compressed (lz4)");
  flags.Integer("zstd-level", &options->zstd_level, 1, "Effort of zstd, 1 to 19 (1)");
  flags.Choice<CompactionStyle>("compaction", &options->compaction,
                                {{"leveled", CompactionStyle::kLeveled},
                                 {"tiered", CompactionStyle::kTiered},
                                 {"unified", CompactionStyle::kUnified},
                                 {"window", CompactionStyle::kTimeWindow},
                                 {"fifo", CompactionStyle::kFifo},
                                 {"none", CompactionStyle::kNone}},
                                "How runs are merged (leveled)");
  flags.Integer("level0-runs", &options->level0_runs, 1,
                "Merge level 0 from this many runs on (4)");
  flags.Size("level1-size", &options->level1_bytes, "Target of level 1 (256MiB)");
  flags.Integer("level-multiplier", &options->level_multiplier, 2,
                "Each level's target over the one above (10)");
  DeclarePolicyFlags(flags, options);
  flags.Size("memory", &options->memory_budget_bytes,
             "Cap memtables and cache together (0: no cap)");
  flags.Integer("memtables", &options->memtables_max, 1, "Memtables that may wait (2)");
  flags.Integer("compaction-threads", &options->compaction_threads, 1,
                "Compactions side by side (2)");
  flags.Integer("subcompactions", &options->subcompactions, 1, "Pieces of one compaction (2)");
  flags.Size("compaction-rate", &options->compaction_rate_bytes_per_s,
             "Bytes a second that compaction may write (0: no limit)");
  DeclareMemtableFlag(flags, options);
  DeclareIndexFlags(flags, options);
  flags.Switch("mapped-reads", &options->mapped_reads, "Map tables into memory");
  DeclareBlobFlags(flags, options);
  DeclareScrubFlags(flags, options);
  DeclareExpiryFlags(flags, options);
}

}  // namespace strata::cli
