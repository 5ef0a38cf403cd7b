// `strata table create|drop|truncate|list|describe [NAME]`.

#include <algorithm>

#include "cli/session.h"
#include "cli/suggest.h"

namespace strata::cli {
namespace {

std::string StyleName(const std::optional<CompactionStyle>& style) {
  static constexpr std::string_view kNames[] = {"leveled", "tiered", "unified",
                                                "window",  "fifo",   "none"};
  return style ? std::string(kNames[static_cast<std::size_t>(*style)]) : "as the store";
}

std::string CodecName(const std::optional<Compression>& codec) {
  static constexpr std::string_view kNames[] = {"none", "snappy", "lz4", "zstd"};
  return codec ? std::string(kNames[static_cast<std::size_t>(*codec)]) : "as the store";
}

class TableVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("ACTION", &action_, "create, drop, truncate, list or describe");
    flags.OptionalArgument("NAME", &name_, "The table");
    flags.Choice<CompactionStyle>("table-compaction", &options_.compaction,
                                  {{"leveled", CompactionStyle::kLeveled},
                                   {"tiered", CompactionStyle::kTiered},
                                   {"unified", CompactionStyle::kUnified},
                                   {"window", CompactionStyle::kTimeWindow},
                                   {"fifo", CompactionStyle::kFifo},
                                   {"none", CompactionStyle::kNone}},
                                  "create: how its runs are merged (as the store's)");
    flags.Choice<Compression>("table-compression", &options_.compression,
                              {{"none", Compression::kNone},
                               {"snappy", Compression::kSnappy},
                               {"lz4", Compression::kLz4},
                               {"zstd", Compression::kZstd}},
                              "create: how its blocks are compressed (as the store's)");
    flags.DurationMicros("ttl", &options_.ttl_us, "create: entries are gone after this time");
    flags.DurationMicros("delete-deadline", &options_.delete_deadline_us,
                         "create: what is gone leaves the disk within this time");
    flags.Size("table-blob-threshold", &options_.blob_threshold,
               "create: values from this size on live in blob files (as the store's)");
    flags.Switch("empty-deletes", &options_.empty_value_deletes,
                 "create: an empty value is a delete");
  }

  Result<ExitCode> Run(Session& session) override {
    if (action_ == "list") return List(session);
    const std::vector<std::string> actions = {"create", "drop", "truncate", "list", "describe"};
    if (std::find(actions.begin(), actions.end(), action_) == actions.end()) {
      return InvalidArgument("'" + action_ + "' isn't one of create|drop|truncate|list|describe" +
                             DidYouMean(action_, actions));
    }
    if (!name_) return InvalidArgument("which table? Give its NAME");
    if (action_ == "describe") return Describe(session);
    const auto if_missing =
        action_ == "create" ? Session::IfMissing::kCreate : Session::IfMissing::kFail;
    if (action_ == "create") STRATA_TRY(CheckTableName(*name_));  // Before a store is made.
    STRATA_TRY_ASSIGN(DB* const db, session.Open(if_missing));
    if (action_ == "drop") {
      STRATA_TRY(Session::TableNamed(*db, *name_));
      STRATA_TRY(db->DropTable(*name_));
    } else if (action_ == "truncate") {
      STRATA_TRY(Session::TableNamed(*db, *name_));
      STRATA_TRY(db->TruncateTable(*name_));
    } else {
      STRATA_TRY(db->CreateTable(*name_, options_));
    }
    return kExitOk;
  }

 private:
  static Result<ExitCode> List(Session& session) {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    RowPrinter printer(session.console(), session.style(), {"table", "id"});
    for (const TableInfo& table : db->ListTables()) {
      STRATA_TRY(printer.Add({Cell::Text(table.name), Cell::Count(table.ref.id)}));
    }
    printer.Finish();
    return kExitOk;
  }

  Result<ExitCode> Describe(Session& session) const {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const TableRef ref, Session::TableNamed(*db, *name_));
    for (const TableInfo& table : db->ListTables()) {
      if (table.ref == ref) STRATA_TRY(Print(session, table));
    }
    return kExitOk;
  }

  static Status Print(Session& session, const TableInfo& table) {
    Section section = Section::Map("table");
    section.Add("name", Cell::Text(table.name));
    section.Add("id", Cell::Count(table.ref.id));
    section.Add("compaction", Cell::Text(StyleName(table.options.compaction)));
    section.Add("compression", Cell::Text(CodecName(table.options.compression)));
    const auto& threshold = table.options.blob_threshold;
    if (threshold) section.Add("blob_threshold", Cell::Size(*threshold));
    section.Add("ttl_us", Cell::Count(table.options.ttl_us));
    section.Add("delete_deadline_us", Cell::Count(table.options.delete_deadline_us));
    section.Add("empty_value_deletes", Cell::Flag(table.options.empty_value_deletes));
    if (table.options.replicated) {
      section.Add("applied", Cell::Count(table.applied.applied));
      section.Add("applied_durable", Cell::Count(table.applied.durable));
    }
    section.Add("memtable_entries", Cell::Count(table.memtable_entries));
    section.Add("files", Cell::Count(table.files));
    section.Add("bytes", Cell::Size(table.bytes));
    section.Add("entries", Cell::Count(table.entries));
    section.Add("deletes", Cell::Count(table.deletes));
    section.Add("expiring", Cell::Count(table.expiring));
    Report report;
    report.push_back(std::move(section));
    return PrintReport(session.console(), session.style(), report);
  }

  std::string action_;
  std::optional<std::string> name_;
  TableOptions options_;
};

}  // namespace

Command TableCommand() {
  return {.name = "table",
          .alias = "",
          .group = "Keys and values",
          .summary = "Create, drop, empty, list or describe tables",
          .examples =
              "--db web table create sessions --ttl 30m --delete-deadline 1d\n"
              "--db web put session-7 ada --table sessions\n"
              "--db web table list\n"
              "--db web table describe sessions\n"
              "--db web table truncate sessions\n"
              "--db web table drop sessions",
          .make = MakeVerb<TableVerb>};
}

}  // namespace strata::cli
