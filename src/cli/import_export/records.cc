#include "cli/import_export/records.h"

#include <algorithm>
#include <array>

#include "cli/format/json.h"

namespace strata::cli {
namespace {

// A carriage return at the end of a line belongs to the newline; anywhere else a format that
// escapes it has no place for one. A file whose lines end in it alone would be one record.
Status CheckNoReturns(std::string_view field, ByteFormat format) {
  if (format == ByteFormat::kUtf8 || field.find('\r') == std::string_view::npos) return {};
  return InvalidArgument(
      "a carriage return inside the line; end lines with a newline, and write \\r for one that "
      "belongs to the data");
}

bool IsBlank(std::string_view line, RecordFormat format) {
  const bool is_json = format == RecordFormat::kJsonl;
  return line.find_first_not_of(is_json ? " \t\r" : "\r") == std::string_view::npos;
}

class LineRecordReader final : public RecordReader {
 public:
  LineRecordReader(ByteSource& source, const RecordOptions& options, const InputPosition& start)
      : lines_(source, start), options_(options) {}

  Result<bool> Next(Record* record) override {
    std::string_view line;
    do {
      STRATA_TRY_ASSIGN(const bool has_line, lines_.Next(&line));
      if (!has_line) return false;
    } while (IsBlank(line, options_.format));
    const bool is_tsv = options_.format == RecordFormat::kTsv;
    STRATA_TRY_ASSIGN(*record, is_tsv ? ParseTsv(line, options_) : ParseJson(line));
    return true;
  }

  std::uint64_t line() const override { return lines_.position().lines; }
  const InputPosition& position() const override { return lines_.position(); }

 private:
  LineReader lines_;
  const RecordOptions options_;
};

}  // namespace

Result<Record> DecodeRecord(std::string_view key, std::string_view value,
                            const RecordOptions& options) {
  Record record;
  STRATA_TRY_ASSIGN(record.key, Annotate(DecodeBytes(options.key_format, key), "key"));
  STRATA_TRY_ASSIGN(record.value, Annotate(DecodeBytes(options.value_format, value), "value"));
  return record;
}

Result<Record> ParseTsv(std::string_view line, const RecordOptions& options) {
  if (line.ends_with('\r') && options.value_format != ByteFormat::kUtf8) line.remove_suffix(1);
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) {
    return InvalidArgument("no tab between a key and a value; is it --format csv or jsonl?");
  }
  const std::string_view key = line.substr(0, tab);
  const std::string_view value = line.substr(tab + 1);
  STRATA_TRY(CheckNoReturns(key, options.key_format));
  STRATA_TRY(CheckNoReturns(value, options.value_format));
  return DecodeRecord(key, value, options);
}

std::unique_ptr<RecordReader> NewRecordReader(ByteSource& source, const RecordOptions& options,
                                              const InputPosition& start) {
  if (options.format == RecordFormat::kCsv) return NewCsvReader(source, options, start);
  return std::make_unique<LineRecordReader>(source, options, start);
}

RecordFormat FormatOfName(std::string_view path) {
  std::string ending(path.substr(std::min(path.rfind('.'), path.size())));
  for (char& byte : ending) byte = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 32) : byte;
  if (ending == ".csv") return RecordFormat::kCsv;
  const bool is_json = ending == ".json" || ending == ".jsonl" || ending == ".ndjson";
  return is_json ? RecordFormat::kJsonl : RecordFormat::kTsv;
}

std::string RecordHeader(const RecordOptions& options) {
  return options.format == RecordFormat::kCsv && options.has_header ? "key,value\n" : "";
}

void MarkIfMarked(std::string* file) {
  if (file->starts_with(kByteOrderMark)) file->insert(0, kByteOrderMark);
}

Status AppendRecord(std::string_view key, std::string_view value, const RecordOptions& options,
                    std::string* out) {
  if (options.format == RecordFormat::kJsonl) {
    out->push_back('{');
    AppendJsonBytes(out, "key", key);
    out->push_back(',');
    AppendJsonBytes(out, "value", value);
    out->append("}\n");
    return {};
  }
  STRATA_TRY_ASSIGN(std::string key_text, EncodeBytes(options.key_format, key));
  STRATA_TRY_ASSIGN(std::string value_text, EncodeBytes(options.value_format, value));
  if (options.format == RecordFormat::kCsv) {
    const std::array<std::string, 2> fields{std::move(key_text), std::move(value_text)};
    out->append(CsvLine(fields));
    return {};
  }
  // In the utf8 format nothing is escaped, so these would be read back as something else.
  if (key_text.find_first_of("\t\n") != std::string::npos ||
      value_text.find('\n') != std::string::npos) {
    return InvalidArgument("a tab or newline in '" + EscapeText(key) +
                           "' can't stand in tsv; use the escaped formats, csv or jsonl");
  }
  out->append(key_text + "\t" + value_text + "\n");
  return {};
}

}  // namespace strata::cli
