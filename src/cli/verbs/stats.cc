// `strata stats`: what the store holds and what it has done.

#include "cli/session.h"
#include "cli/verbs/damage_section.h"
#include "stats/counters.h"
#include "stats/histogram.h"

namespace strata::cli {
namespace {

Section StoreSection(const StoreStats& stats) {
  Section section = Section::Map("store");
  section.Add("memtable_bytes", Cell::Size(stats.memtable_bytes));
  section.Add("memtable_entries", Cell::Count(stats.memtable_entries));
  section.Add("last_sequence", Cell::Count(stats.last_sequence));
  section.Add("log_bytes", Cell::Size(stats.log_bytes));
  section.Add("recovered_entries", Cell::Count(stats.recovered_entries));
  section.Add("cache_bytes", Cell::Size(stats.cache_bytes));
  section.Add("cache_capacity", Cell::Size(stats.cache_capacity));
  section.Add("compaction_debt_bytes", Cell::Size(stats.compaction_debt_bytes));
  section.Add("immutable_memtables", Cell::Count(stats.immutable_memtables));
  section.Add("snapshots", Cell::Count(stats.snapshots));
  section.Add("oldest_snapshot_sequence", Cell::Count(stats.oldest_snapshot_sequence));
  section.Add("versions_held", Cell::Count(stats.versions_held));
  section.Add("versions_held_bytes", Cell::Size(stats.versions_held_bytes));
  section.Add("versions_released", Cell::Count(stats.versions_released));
  section.Add("versions_released_bytes", Cell::Size(stats.versions_released_bytes));
  if (stats.index_bytes_saved > 0) {
    section.Add("index_bytes_saved", Cell::Size(stats.index_bytes_saved));
  }
  if (!stats.waiting_cause.empty()) section.Add("waiting_cause", Cell::Text(stats.waiting_cause));
  if (!stats.read_only_cause.empty()) {
    section.Add("read_only_cause", Cell::Text(stats.read_only_cause));
  }
  return section;
}

Section TablesSection(const StoreStats& stats) {
  Section section{
      .name = "tables",
      .columns = {"table", "id", "in_memory", "files", "size", "entries", "deletes", "expiring"},
      .rows = {},
      .is_map = false};
  for (const TableInfo& table : stats.tables) {
    section.rows.push_back({Cell::Text(table.name), Cell::Count(table.ref.id),
                            Cell::Count(table.memtable_entries), Cell::Count(table.files),
                            Cell::Size(table.bytes), Cell::Count(table.entries),
                            Cell::Count(table.deletes), Cell::Count(table.expiring)});
  }
  return section;
}

Section LevelsSection(const StoreStats& stats) {
  Section section{.name = "levels",
                  .columns = {"level", "runs", "tables", "size", "entries", "deletes", "raw_size"},
                  .rows = {},
                  .is_map = false};
  LevelShape all;
  const auto add = [&section](std::string name, const LevelShape& level) {
    section.rows.push_back({Cell::Text(std::move(name)), Cell::Count(level.runs),
                            Cell::Count(level.tables), Cell::Size(level.bytes),
                            Cell::Count(level.entries), Cell::Count(level.deletes),
                            Cell::Size(level.raw_bytes)});
  };
  for (const LevelShape& level : stats.levels) {
    add(std::to_string(level.level), level);
    all.runs += level.runs;
    all.tables += level.tables;
    all.bytes += level.bytes;
    all.entries += level.entries;
    all.deletes += level.deletes;
    all.raw_bytes += level.raw_bytes;
  }
  add("all", all);
  return section;
}

Cell Ratio(std::uint64_t amount, std::uint64_t base) {
  if (base == 0) return Cell::None();
  return Cell::Real(static_cast<double>(amount) / static_cast<double>(base), 2);
}

Section BlobsSection(const StoreStats& stats) {
  Section section = Section::Map("blobs");
  section.Add("files", Cell::Count(stats.blob_files));
  section.Add("size", Cell::Size(stats.blob_bytes));
  section.Add("live_size", Cell::Size(stats.blob_live_bytes));
  section.Add("garbage", Cell::Size(stats.blob_bytes - stats.blob_live_bytes));
  section.Add("space_amplification", Ratio(stats.blob_bytes, stats.blob_live_bytes));
  section.Add("pinned_by_readers", Cell::Size(stats.blob_pinned_bytes));
  return section;
}

// Since the store was opened, apart from space, which is as it is now.
Section AmplificationSection(const StoreStats& stats, const Counters& counters) {
  const std::uint64_t written =
      counters.Get(Counter::kWalBytes) + counters.Get(Counter::kFlushBytes) +
      counters.Get(Counter::kCompactionBytesWritten) + counters.Get(Counter::kManifestBytes) +
      counters.Get(Counter::kBlobBytesWritten) + counters.Get(Counter::kBlobBytesCopied);
  std::uint64_t bytes = 0;
  std::uint64_t runs = 0;
  for (const LevelShape& level : stats.levels) {
    bytes += level.bytes;
    runs += level.runs;
  }
  Section section = Section::Map("amplification");
  section.Add("write", Ratio(written, counters.Get(Counter::kUserBytesWritten)));
  section.Add("read_tables_per_get",
              Ratio(counters.Get(Counter::kTablesProbed), counters.Get(Counter::kGets)));
  section.Add("read_runs_worst_case", Cell::Count(runs));
  if (const std::uint64_t gets = counters.Get(Counter::kLearnedGets); gets > 0) {
    section.Add("learned_blocks_per_get",
                Ratio(gets + counters.Get(Counter::kLearnedNeighbours), gets));
  }
  // The deepest level stands for what is live: all above it may be there twice.
  section.Add("space_estimate",
              stats.levels.empty() ? Cell::None() : Ratio(bytes, stats.levels.back().bytes));
  return section;
}

Section ScrubSection(const ScrubProgress& scrub) {
  Section section = Section::Map("scrub");
  section.Add("passes", Cell::Count(scrub.passes));
  section.Add("running", Cell::Flag(scrub.running));
  section.Add("file", Cell::Text(scrub.file));
  section.Add("files_read", Cell::Count(scrub.files_read));
  section.Add("files", Cell::Count(scrub.files));
  section.Add("bytes_read", Cell::Size(scrub.bytes_read));
  return section;
}

Section SyncsSection(const Histogram& nanos) {
  const auto micros = [](double value) { return Cell::Real(value / 1000, 1); };
  Section section = Section::Map("log_syncs");
  section.Add("count", Cell::Count(nanos.count()));
  section.Add("mean_us", micros(nanos.mean()));
  for (const auto& [name, percent] :
       {std::pair("p50_us", 50.0), std::pair("p99_us", 99.0), std::pair("p999_us", 99.9)}) {
    section.Add(name, micros(static_cast<double>(nanos.Percentile(percent))));
  }
  section.Add("max_us", micros(static_cast<double>(nanos.max())));
  return section;
}

Section CountersSection(const Counters& counters, bool with_zeros) {
  Section section = Section::Map("counters");
  for (std::size_t i = 0; i < static_cast<std::size_t>(Counter::kCount); ++i) {
    const auto counter = static_cast<Counter>(i);
    const std::uint64_t value = counters.Get(counter);
    if (value > 0 || with_zeros) section.Add(CounterName(counter), Cell::Count(value));
  }
  return section;
}

class StatsVerb final : public Verb {
 public:
  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    const StoreStats stats = db->Stats();
    const bool for_programs = session.style().format != OutputFormat::kTable &&
                              session.style().format != OutputFormat::kPlain;
    Report report;
    report.push_back(StoreSection(stats));
    if (stats.tables.size() > 1) report.push_back(TablesSection(stats));
    report.push_back(LevelsSection(stats));
    report.push_back(AmplificationSection(stats, db->counters()));
    if (stats.blob_files > 0) report.push_back(BlobsSection(stats));
    const Histogram& syncs = db->LogSyncTimes();
    if (syncs.count() > 0) report.push_back(SyncsSection(syncs));
    if (stats.scrub.passes > 0 || stats.scrub.running) report.push_back(ScrubSection(stats.scrub));
    if (!stats.damage.empty()) report.push_back(DamageSection(stats.damage));
    report.push_back(CountersSection(db->counters(), for_programs));
    STRATA_TRY(PrintReport(session.console(), session.style(), report));
    return kExitOk;
  }
};

}  // namespace

Command StatsCommand() {
  return {.name = "stats",
          .alias = "",
          .group = "Looking inside",
          .summary = "Print what the store holds and what it has done since it was opened",
          .examples = "--db cities stats\n--db cities stats --json",
          .make = MakeVerb<StatsVerb>};
}

}  // namespace strata::cli
