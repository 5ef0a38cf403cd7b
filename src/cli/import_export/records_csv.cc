// Records in CSV, as RFC 4180 has it: a quote stands at the beginning or the end of a field, or
// doubled inside a quoted one, and nowhere else. Quoted fields keep every byte, line ends too.

#include "cli/import_export/records.h"

namespace strata::cli {
namespace {

constexpr std::size_t kFieldMax = 4 * (kValueSizeMax + kKeySizeMax);  // All bytes as \xNN.

class CsvReader final : public RecordReader {
 public:
  CsvReader(ByteSource& source, const RecordOptions& options, const InputPosition& start)
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
    STRATA_TRY_ASSIGN(*record, DecodeRecord(fields_[0], fields_[1], options_));
    return true;
  }

  std::uint64_t line() const override { return first_line_; }
  const InputPosition& position() const override { return lines_.position(); }

 private:
  enum class State : std::uint8_t {
    kStart,   // Of a field.
    kPlain,   // In a field without quotes.
    kQuoted,  // Between the quotes of a field.
    kClosed,  // Behind them.
  };

  // Reads as many lines as the quotes hold together.
  Result<bool> NextFields() {
    std::string_view line;
    do {
      STRATA_TRY_ASSIGN(const bool has_line, lines_.Next(&line));
      if (!has_line) return false;
    } while (line.empty() || line == "\r");
    fields_.assign(1, "");
    first_line_ = lines_.position().lines;
    state_ = State::kStart;
    STRATA_TRY(AddLine(line));
    while (state_ == State::kQuoted) {
      fields_.back().push_back('\n');
      STRATA_TRY_ASSIGN(const bool has_line, lines_.Next(&line));
      if (!has_line) return InvalidArgument(NeverClosed());
      if (fields_.back().size() > kFieldMax) return Error(ErrorCode::kAborted, NeverClosed());
      STRATA_TRY(AddLine(line));
    }
    return true;
  }

  Status AddLine(std::string_view line) {
    // Outside quotes it belongs to the newline; in them it is data, and Add is given it.
    const bool has_return = line.ends_with('\r');
    if (has_return) line.remove_suffix(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool is_doubled = line.substr(i, 2) == "\"\"";
      if (state_ == State::kQuoted && is_doubled) {
        fields_.back().push_back(line[i++]);
      } else {
        STRATA_TRY(Add(line[i]));
      }
    }
    if (has_return && state_ == State::kQuoted) fields_.back().push_back('\r');
    return {};
  }

  Status Add(char byte) {
    if (state_ == State::kQuoted) {
      if (byte != '"') fields_.back().push_back(byte);
      if (byte == '"') state_ = State::kClosed;
    } else if (byte == ',') {
      fields_.emplace_back();
      state_ = State::kStart;
    } else if (state_ == State::kClosed) {
      return InvalidArgument("text behind the quote that ends a field" + InLine() +
                             "; put quotes around the whole field, and double those inside it");
    } else if (byte == '"' && state_ == State::kPlain) {
      return InvalidArgument("a quote inside a field without quotes" + InLine() +
                             "; put quotes around the whole field, and double those inside it");
    } else if (byte == '\r') {
      return InvalidArgument("a carriage return inside the line" + InLine() +
                             "; end lines with a newline, and put quotes around a field that has "
                             "one");
    } else if (byte == '"') {
      quote_line_ = lines_.position().lines;
      state_ = State::kQuoted;
    } else {
      fields_.back().push_back(byte);
      state_ = State::kPlain;
    }
    return {};
  }

  // Where it isn't the line that the record begins in.
  std::string InLine() const {
    const std::uint64_t line = lines_.position().lines;
    return line == first_line_ ? "" : ", in line " + std::to_string(line);
  }

  std::string NeverClosed() const {
    const std::string where =
        quote_line_ == first_line_ ? "here" : "in line " + std::to_string(quote_line_);
    return "a quote that opens " + where + " is never closed, up to line " +
           std::to_string(lines_.position().lines) +
           "; close it, or put quotes around the whole field and double those inside it";
  }

  LineReader lines_;
  const RecordOptions options_;
  bool header_due_;
  std::uint64_t first_line_ = 0;
  std::uint64_t quote_line_ = 0;  // Where the last quoted field begins.
  State state_ = State::kStart;
  std::vector<std::string> fields_;
};

}  // namespace

std::unique_ptr<RecordReader> NewCsvReader(ByteSource& source, const RecordOptions& options,
                                           const InputPosition& start) {
  return std::make_unique<CsvReader>(source, options, start);
}

}  // namespace strata::cli
