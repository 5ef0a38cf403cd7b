// Keys and values in files for other programs: what import reads and export writes.
//
//   tsv    key, tab, value on a line of its own, both in the key and value formats
//   csv    RFC 4180 with the header key,value; fields in the key and value formats
//   jsonl  one object a line: {"key":"..","value":".."}, or key_b64 and value_b64 for bytes
//
// Blank lines and a byte order mark at the front are no records.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/format/report.h"
#include "cli/import_export/byte_source.h"

namespace strata::cli {

enum class RecordFormat : std::uint8_t {
  kTsv,
  kCsv,
  kJsonl,
  kTable,
};

struct Record {
  std::string key;
  std::string value;
};

struct RecordOptions {
  RecordFormat format = RecordFormat::kTsv;
  ByteFormat key_format = ByteFormat::kEscaped;
  ByteFormat value_format = ByteFormat::kEscaped;
  bool has_header = true;  // csv: the first line is key,value.
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // The next record; false at the end. Errors: kInvalidArgument says what is wrong with this record
  // (the next one can still be read); any other ends the reading.
  virtual Result<bool> Next(Record* record) = 0;

  // The line, from 1, in which the last record, good or bad, began.
  virtual std::uint64_t line() const = 0;
  // After that record.
  virtual const InputPosition& position() const = 0;
};

// `source` is borrowed, and stands at `start`.
std::unique_ptr<RecordReader> NewRecordReader(ByteSource& source, const RecordOptions& options,
                                              const InputPosition& start = {});
std::unique_ptr<RecordReader> NewCsvReader(ByteSource& source, const RecordOptions& options,
                                           const InputPosition& start);  // records_csv.cc

// By the ending of a file's name: .csv, or .json, .jsonl and .ndjson, or else tsv.
RecordFormat FormatOfName(std::string_view path);

// Errors: kInvalidArgument: the bytes don't fit the format.
Result<Record> ParseTsv(std::string_view line, const RecordOptions& options);
Result<Record> ParseJson(std::string_view line);  // records_json.cc
// Both fields in their formats.
Result<Record> DecodeRecord(std::string_view key, std::string_view value,
                            const RecordOptions& options);

// What goes before the first record.
std::string RecordHeader(const RecordOptions& options);
// A file whose first record begins with a byte order mark gets one of its own before it: readers
// take one away.
void MarkIfMarked(std::string* file);
// Errors: kInvalidArgument: the key or value isn't UTF-8 and the format asks for it.
Status AppendRecord(std::string_view key, std::string_view value, const RecordOptions& options,
                    std::string* out);

}  // namespace strata::cli
