#include "cli/inspect/log.h"

#include <algorithm>

namespace strata::cli {
namespace {

std::string TypeName(wal::RecordType type) {
  switch (type) {
    case wal::RecordType::kBatch:
      return "1 batch";
    case wal::RecordType::kEnd:
      return "2 end: the log was closed";
    case wal::RecordType::kEdit:
      return "3 edit";
    case wal::RecordType::kStart:
      return "4 start";
  }
  return std::to_string(static_cast<int>(type));
}

void DumpHeader(std::string_view contents, const wal::Record& record, FieldDump& dump) {
  FieldCursor cursor(dump, contents.substr(record.offset, wal::kHeaderSize), record.offset);
  cursor.TakeHex(4, "checksum");
  cursor.TakeHex(2, "header_check");
  cursor.Take(1, "type", TypeName(record.type));
  cursor.TakeNumber<std::uint8_t>("flags");
  cursor.TakeNumber<std::uint32_t>("length");
  cursor.TakeHex(4, "previous");
  cursor.TakeHex(8, "log_id");
  cursor.TakeNumber<std::uint64_t>("sequence");
  cursor.TakeNumber<std::uint64_t>("synced");
}

}  // namespace

Inspection InspectLog(std::string_view contents, std::uint64_t limit,
                      const PayloadDumper& payload) {
  wal::LogReader reader(contents, {.sealed_length = {}, .all_records = true});
  FieldDump dump("records");
  Inspection inspection;
  std::uint64_t records = 0;
  while (inspection.status) {
    const Result<std::optional<wal::Record>> next = reader.Next();
    if (!next) inspection.status = next.error();
    if (!next || !next->has_value()) break;
    const wal::Record& record = **next;
    if (records++ >= limit) continue;
    DumpHeader(contents, record, dump);
    if (record.type == wal::RecordType::kStart) {
      dump.Add(record.offset + wal::kHeaderSize, record.payload, "start",
               Quoted(record.payload.substr(0, 8)) + ", the version and the features");
    } else {
      inspection.status = payload(record, dump);
    }
  }
  Section summary = Section::Map("summary");
  summary.Add("file_bytes", Cell::Count(contents.size()));
  summary.Add("valid_bytes", Cell::Count(reader.valid_length()));
  summary.Add("records", Cell::Count(records));
  summary.Add("records_shown", Cell::Count(std::min(records, limit)));
  summary.Add("ending",
              Cell::Text(inspection.status ? std::string(EndingName(reader.ending())) : "damaged"));
  inspection.report.push_back(dump.Take());
  inspection.report.push_back(std::move(summary));
  return inspection;
}

}  // namespace strata::cli
