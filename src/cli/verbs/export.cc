// `strata export [FILE]`.

#include "cli/import_export/file_sink.h"
#include "cli/import_export/records.h"
#include "cli/import_export/table_export.h"
#include "cli/progress.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

class ExportVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.OptionalArgument("FILE", &file_, "What to write (-: stdout)");
    flags.Choice<RecordFormat>("format", &format_,
                               {{"tsv", RecordFormat::kTsv},
                                {"table", RecordFormat::kTable},
                                {"csv", RecordFormat::kCsv},
                                {"jsonl", RecordFormat::kJsonl}},
                               "How (by FILE's ending: .csv, .jsonl, .json; otherwise tsv)");
    flags.Switch("no-header", &no_header_, "csv: leave the line key,value out");
    flags.Text("prefix", &prefix_, "KEY", "Only keys that start with KEY");
  }

  Result<ExitCode> Run(Session& session) override {
    path_ = file_.value_or("-");
    options_.format = format_.value_or(FormatOfName(path_));
    if (!format_ && path_.ends_with(".sst")) options_.format = RecordFormat::kTable;
    options_.key_format = session.globals().key_format;
    options_.value_format = session.globals().value_format;
    options_.has_header = !no_header_;
    ReadOptions read;
    read.fill_cache = false;
    STRATA_TRY_ASSIGN(read.prefix, session.DecodeKey(prefix_));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(read.table, session.Table(*db));
    STRATA_TRY_ASSIGN(const auto iterator, db->NewIterator(read));
    STRATA_TRY(iterator->SeekToFirst());
    if (options_.format == RecordFormat::kTable) {
      STRATA_TRY_ASSIGN(const std::uint64_t entries, ExportTable(session, path_, *iterator));
      session.Note("exported " + std::to_string(entries) + " records");
      return kExitOk;
    }
    return ExportRecords(session, *iterator);
  }

 private:
  Result<ExitCode> ExportRecords(Session& session, Iterator& iterator) const {
    STRATA_TRY_ASSIGN(const auto sink, OpenSink(session, path_));
    Progress progress(session.console(), session.clock(), "exported", session.globals().quiet,
                      std::nullopt);
    std::string buffer = RecordHeader(options_);
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    constexpr std::size_t kFlushSize = std::size_t{256} << 10;
    while (iterator.Valid() && !Interrupted() && !session.console().out_closed()) {
      STRATA_TRY(AppendRecord(iterator.key(), iterator.value(), options_, &buffer));
      if (++records == 1) MarkIfMarked(&buffer);
      STRATA_TRY(iterator.Next());
      if (buffer.size() < kFlushSize) continue;
      bytes += buffer.size();
      STRATA_TRY(sink->Append(buffer));
      buffer.clear();
      progress.Update(bytes, records);
    }
    progress.Clear();
    if (Interrupted()) return kExitInterrupted;
    STRATA_TRY(sink->Append(buffer));
    STRATA_TRY(sink->Finish());
    if (!session.console().out_closed()) {
      session.Note("exported " + std::to_string(records) + " records (" +
                   std::to_string(bytes + buffer.size()) + " bytes)");
    }
    return kExitOk;
  }

  std::optional<std::string> file_;
  std::string path_;
  std::optional<RecordFormat> format_;
  RecordOptions options_;
  bool no_header_ = false;
  std::string prefix_;
};

}  // namespace

Command ExportCommand() {
  return {.name = "export",
          .alias = "",
          .group = "Files",
          .summary = "Write all keys and values to a file or stdout, in the order of the keys",
          .examples =
              "--db cities export cities.tsv\n"
              "--db cities export cities.csv\n"
              "--db cities export --format jsonl | gzip > cities.jsonl.gz",
          .make = MakeVerb<ExportVerb>};
}

}  // namespace strata::cli
