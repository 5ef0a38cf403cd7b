// `strata bench`: named workloads, timed.

#include <algorithm>
#include <memory>

#include "cli/bench/workload.h"
#include "cli/format/quantity.h"
#include "cli/import_export/file_sink.h"
#include "cli/session.h"
#include "cli/verbs/store_files.h"

namespace strata::cli {
namespace {

Cell Ratio(std::uint64_t amount, std::uint64_t base) {
  if (base == 0) return Cell::None();
  return Cell::Real(static_cast<double>(amount) / static_cast<double>(base), 2);
}

Row RowOf(const WorkloadResult& result) {
  const double seconds = std::max(result.seconds, 1e-9);
  const std::uint64_t written =
      result.Count(Counter::kWalBytes) + result.Count(Counter::kFlushBytes) +
      result.Count(Counter::kCompactionBytesWritten) + result.Count(Counter::kManifestBytes) +
      result.Count(Counter::kBlobBytesWritten) + result.Count(Counter::kBlobBytesCopied);
  return {Cell::Text(result.name),
          Cell::Count(result.operations),
          Cell::Real(result.seconds, 2),
          Cell::Count(static_cast<std::uint64_t>(static_cast<double>(result.operations) / seconds)),
          Cell::Real(static_cast<double>(result.bytes) / seconds / 1e6, 1),
          Cell::Nanos(result.latency->Percentile(50)),
          Cell::Nanos(result.latency->Percentile(99)),
          Cell::Nanos(result.latency->Percentile(99.9)),
          Cell::Nanos(result.latency->max()),
          Ratio(written, result.Count(Counter::kUserBytesWritten)),
          Ratio(result.Count(Counter::kTablesProbed), result.Count(Counter::kGets)),
          Ratio(result.Count(Counter::kBlocksRead), result.Count(Counter::kGets)),
          Ratio(result.Count(Counter::kWalSyncs), result.Count(Counter::kWrites))};
}

class BenchVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    std::string names;
    for (const std::string& name : WorkloadNames()) names += (names.empty() ? "" : " ") + name;
    flags.Arguments("WORKLOAD", &names_, false, "One or more of " + names);
    flags.Number("num", &options_.num, "Keys, and operations of a workload (100k)");
    flags.Size("value-size", &options_.value_size, "Bytes of a value (100)");
    flags.Integer("threads", &options_.threads, 1, "Threads that share the operations (1)");
    flags.Number("batch", &options_.batch, "Puts a write (1)");
    flags.Number("seed", &options_.seed, "Of the random choices (1)");
    flags.Number("rate", &options_.rate, "Calls a second, timed from when each is due (no limit)");
    flags.Text("series", &series_, "FILE", "Write rates and latencies over time as JSON to FILE");
    flags.DurationMicros("series-window", &window_micros_, "Of the series (200ms)");
  }

  Result<ExitCode> Run(Session& session) override {
    if (names_.empty()) names_ = {"fillrandom", "readrandom", "readmissing", "seekrandom", "scan"};
    STRATA_TRY(Check());
    if (!series_.empty()) {
      options_.window_micros = std::max<std::uint64_t>(window_micros_, 1000);
      // Before the work: a series that can't be written is said at once.
      STRATA_TRY_ASSIGN(series_file_, OpenSink(session, series_));
    }
    STRATA_TRY_ASSIGN(const bool remote, session.IsRemote());
    const bool is_scratch = !remote && session.globals().db.empty();
    if (is_scratch) session.globals().db = ScratchDirectory(session);
    const std::string directory = session.globals().db;
    Result<ExitCode> done = RunAll(session);
    if (!is_scratch) return done;
    const Status closed = session.Close();
    session.globals().db.clear();
    STRATA_TRY(RemoveStore(session.files(), directory));
    STRATA_TRY(closed);
    return done;
  }

 private:
  Status Check() const {
    const std::vector<std::string> known = WorkloadNames();
    for (const std::string& name : names_) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      return InvalidArgument("no workload '" + name + "'" + DidYouMean(name, known) +
                             " (strata bench --help lists them)");
    }
    constexpr std::uint64_t kNumMax = 1'000'000'000'000;
    if (options_.num == 0 || options_.num > kNumMax || options_.batch == 0 ||
        options_.value_size > kValueSizeMax || options_.threads > 1024) {
      return InvalidArgument(
          "--num and --batch are 1 or more, values no longer than a store takes, "
          "threads at most 1024");
    }
    return {};
  }

  // A new folder under TMPDIR, gone when the run is over.
  static std::string ScratchDirectory(Session& session) {
    const std::string parent = session.Variable("TMPDIR").value_or("/tmp");
    return JoinPath(parent, "strata-bench-" + std::to_string(session.environment().entropy()) +
                                "-" + std::to_string(session.clock().NowMicros()));
  }

  Result<ExitCode> RunAll(Session& session) const {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kCreate));
    if (NeedsKeys(names_.front())) STRATA_TRY(FillIfEmpty(session, *db));
    RowPrinter printer(
        session.console(), session.style(),
        {"workload", "ops", "seconds", "ops_per_s", "mb_per_s", "p50", "p99", "p99.9", "max",
         "write_amp", "tables_per_get", "blocks_per_get", "syncs_per_write"});
    std::string series;
    for (const std::string& name : names_) {
      if (session.console().err_is_tty()) session.Note("running " + name + " ...");
      STRATA_TRY_ASSIGN(const WorkloadResult result,
                        RunWorkload(*db, session.environment(), name, options_));
      STRATA_TRY(printer.Add(RowOf(result)));
      if (result.series) {
        series += (series.empty() ? "" : ",\n") +
                  SeriesJson(result.name, result.seconds, *result.latency, *result.series);
      }
      if (Interrupted()) break;
    }
    printer.Finish();
    if (series_file_ != nullptr) STRATA_TRY(WriteSeries(series));
    return Interrupted() ? kExitInterrupted : kExitOk;
  }

  Status WriteSeries(const std::string& workloads) const {
    STRATA_TRY(series_file_->Append(
        "{\"schema\":\"strata-series\",\"version\":1,\"workloads\":[\n" + workloads + "\n]}\n"));
    return series_file_->Finish();
  }

  Status FillIfEmpty(Session& session, DB& db) const {
    STRATA_TRY_ASSIGN(const auto cursor, db.NewIterator(ReadOptions{}));
    STRATA_TRY(cursor->SeekToFirst());
    if (cursor->Valid()) return {};
    session.Note("the store is empty: filling it with " + FormatCount(options_.num) +
                 " keys first");
    WorkloadOptions fill = options_;
    fill.threads = 1;
    fill.batch = 1000;
    fill.rate = 0;
    fill.window_micros = 0;
    STRATA_TRY(RunWorkload(db, session.environment(), "fillseq", fill));
    return {};
  }

  std::vector<std::string> names_;
  WorkloadOptions options_;
  std::string series_;
  std::unique_ptr<Sink> series_file_;
  std::uint64_t window_micros_ = 200'000;
};

}  // namespace

Command BenchCommand() {
  return {.name = "bench",
          .alias = "",
          .group = "Measuring",
          .summary = "Run named workloads and print rates, latencies and amplification",
          .examples =
              "bench                       (a store under TMPDIR, removed afterwards)\n"
              "bench fillrandom readrandom --num 1M --sync none\n"
              "--db cities bench readhot --threads 4 -o json",
          .make = MakeVerb<BenchVerb>};
}

}  // namespace strata::cli
