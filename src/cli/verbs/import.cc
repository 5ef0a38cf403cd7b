// `strata import FILE`.

#include <cerrno>

#include "cli/import_export/importer.h"
#include "cli/session.h"
#include "io/os_error.h"

namespace strata::cli {
namespace {

class ImportVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("FILE", &options_.path, "What to read; - for stdin");
    flags.Choice<RecordFormat>(
        "format", &format_,
        {{"tsv", RecordFormat::kTsv}, {"csv", RecordFormat::kCsv}, {"jsonl", RecordFormat::kJsonl}},
        "What FILE holds (by its ending: .csv, .jsonl, .json; otherwise tsv)");
    flags.Switch("no-header", &no_header_, "csv: the first line is a record, not key,value");
    flags.DurationMicros("ttl", &options_.ttl_us, "The records are gone after this time");
    flags.Number("batch", &options_.batch, "Write N records at once (1000)");
    flags.Choice<bool>("on-error", &options_.skip_errors, {{"stop", false}, {"skip", true}},
                       "What a bad record does (stop)");
    flags.Switch("resume", &options_.resume, "Go on after an interrupted import");
    flags.Text("resume-file", &options_.resume_file, "FILE",
               "Where the state for --resume is kept (the input's name and .resume)");
    flags.Text("ack-file", &options_.ack_file, "FILE",
               "Append the number of durable records after each batch");
  }

  Result<ExitCode> Run(Session& session) override {
    if (options_.batch == 0) return InvalidArgument("--batch must be 1 or more");
    options_.records.format = format_.value_or(FormatOfName(options_.path));
    options_.records.key_format = session.globals().key_format;
    options_.records.value_format = session.globals().value_format;
    options_.records.has_header = !no_header_;
    // Before the store is made: a mistake leaves no empty store behind.
    // (Not by opening it: a pipe can be opened once.)
    if (options_.path != "-") {
      STRATA_TRY_ASSIGN(const bool exists, session.files().Exists(options_.path));
      if (!exists) return OsError(ENOENT, "opening", options_.path);
    }
    STRATA_TRY(PlaceOfState(session.files(), options_.path, options_.resume_file));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kCreate));
    STRATA_TRY_ASSIGN(options_.table, session.Table(*db));
    Importer importer(session, *db, options_);
    STRATA_TRY_ASSIGN(const ImportSummary summary, importer.Run());
    STRATA_TRY(Print(session, summary));
    return summary.code;
  }

 private:
  Status Print(Session& session, const ImportSummary& summary) const {
    const OutputStyle style = session.style();
    if (style.format == OutputFormat::kJson || style.format == OutputFormat::kJsonl) {
      RowPrinter printer(session.console(), {OutputFormat::kJsonl, {}, {}},
                         {"records", "bytes", "seconds", "errors"});
      STRATA_TRY(printer.Add({Cell::Count(summary.records), Cell::Count(summary.bytes),
                              Cell::Real(summary.seconds, 3), Cell::Count(summary.errors)}));
      return {};
    }
    Cell seconds = Cell::Real(summary.seconds, 2);
    STRATA_TRY_ASSIGN(const std::string time, seconds.Show(style));
    session.Note("imported " + std::to_string(summary.records) + " records (" +
                 std::to_string(summary.bytes) + " bytes) in " + time +
                 " s, errors: " + std::to_string(summary.errors));
    if (summary.records_before > 0) {
      session.Note("with those before: " +
                   std::to_string(summary.records_before + summary.records) + " records");
    }
    if (summary.code == kExitFailed && !options_.skip_errors) {
      session.Note(
          "what stands before the bad line is in the store; mend it, or go on with "
          "--on-error skip");
    }
    if (summary.code == kExitInterrupted) session.Note("interrupted; go on with --resume");
    return {};
  }

  ImportOptions options_;
  std::optional<RecordFormat> format_;
  bool no_header_ = false;
};

}  // namespace

Command ImportCommand() {
  return {.name = "import",
          .alias = "",
          .group = "Files",
          .summary = "Write the records of a file into the store",
          .examples =
              "--db cities import cities.tsv\n"
              "--db cities import cities.csv --on-error skip\n"
              "--db cities import - --format jsonl < cities.jsonl",
          .make = MakeVerb<ImportVerb>};
}

}  // namespace strata::cli
