#include "cli/records.h"

#include <algorithm>
#include <array>

#include "cli/json.h"

namespace strata::cli {
namespace {

Result<Record> Decode(std::string_view key, std::string_view value, const RecordOptions& options) {
  Record record;
  STRATA_TRY_ASSIGN(record.key, Annotate(DecodeBytes(options.key_format, key), "key"));
  STRATA_TRY_ASSIGN(record.value, Annotate(DecodeBytes(options.value_format, value), "value"));
  return record;
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
    } while (options_.format == RecordFormat::kJsonl && line.empty());
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

class CsvRecordReader final : public RecordReader {
 public:
  CsvRecordReader(ByteSource& source, const RecordOptions& options, const InputPosition& start)
      : lines_(source, start),
        options_(options),
        header_due_(options.has_header && start.offset == 0) {}

  Result<bool> Next(Record* record) override {
    if (header_due_) {
      header_due_ = false;
      STRATA_TRY_ASSIGN(const bool has_header, NextFields());
      if (!has_header) return false;
      if (fields_ != std::vector<std::string>{"key", "value"}) {
        return Error(ErrorCode::kAborted,
                     "line 1 isn't the header key,value; add it, or say --no-header");
      }
    }
    STRATA_TRY_ASSIGN(const bool has_fields, NextFields());
    if (!has_fields) return false;
    if (fields_.size() != 2) {
      return InvalidArgument(std::to_string(fields_.size()) + " fields, not a key and a value; " +
                             "put quotes around a field with commas");
    }
    STRATA_TRY_ASSIGN(*record, Decode(fields_[0], fields_[1], options_));
    return true;
  }

  std::uint64_t line() const override { return first_line_; }
  const InputPosition& position() const override { return lines_.position(); }

 private:
  // Reads as many lines as the quotes hold together.
  Result<bool> NextFields() {
    fields_.assign(1, "");
    first_line_ = lines_.position().lines + 1;
    bool in_quotes = false;
    do {
      std::string_view line;
      STRATA_TRY_ASSIGN(const bool has_line, lines_.Next(&line));
      if (!has_line) {
        if (!in_quotes) return false;
        return InvalidArgument("a quote that opens here is never closed");
      }
      if (in_quotes) fields_.back().push_back('\n');
      if (!in_quotes && line.ends_with('\r')) line.remove_suffix(1);
      in_quotes = AddFields(line, in_quotes);
    } while (in_quotes);
    return true;
  }

  // Returns whether a quote is open at the end of the line.
  bool AddFields(std::string_view line, bool in_quotes) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool is_quote = line[i] == '"';
      if (in_quotes && is_quote && i + 1 < line.size() && line[i + 1] == '"') {
        fields_.back().push_back(line[i++]);
      } else if (is_quote) {
        in_quotes = !in_quotes;
      } else if (line[i] == ',' && !in_quotes) {
        fields_.emplace_back();
      } else if (in_quotes || line[i] != '\r' || i + 1 < line.size()) {
        fields_.back().push_back(line[i]);
      }
    }
    return in_quotes;
  }

  LineReader lines_;
  const RecordOptions options_;
  bool header_due_;
  std::uint64_t first_line_ = 0;
  std::vector<std::string> fields_;
};

}  // namespace

Result<Record> ParseTsv(std::string_view line, const RecordOptions& options) {
  if (line.ends_with('\r') && options.value_format != ByteFormat::kUtf8) line.remove_suffix(1);
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) {
    return InvalidArgument("no tab between a key and a value; is it --format csv or jsonl?");
  }
  return Decode(line.substr(0, tab), line.substr(tab + 1), options);
}

std::unique_ptr<RecordReader> NewRecordReader(ByteSource& source, const RecordOptions& options,
                                              const InputPosition& start) {
  if (options.format == RecordFormat::kCsv) {
    return std::make_unique<CsvRecordReader>(source, options, start);
  }
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
