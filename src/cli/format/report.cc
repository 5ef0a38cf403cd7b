#include "cli/format/report.h"

#include <algorithm>

#include "base/check.h"
#include "cli/format/json.h"
#include "cli/format/quantity.h"

namespace strata::cli {
namespace {

constexpr std::size_t kPageRows = 500;

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"') out.push_back('"');
    out.push_back(byte);
  }
  return out + "\"";
}

std::string JsonObject(std::span<const std::string> columns, const Row& row) {
  std::string out = "{";
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out.push_back(',');
    row[i].AppendJson(&out, columns[i]);
  }
  return out + "}";
}

std::string MapMember(const Row& row) {
  std::string out;
  row[1].AppendJson(&out, row[0].Show({}).value());
  return out;
}

std::string JsonSection(const Section& section) {
  std::string out;
  AppendJsonString(&out, section.name);
  out += section.is_map ? ":{" : ":[";
  for (std::size_t i = 0; i < section.rows.size(); ++i) {
    out += i > 0 ? ",\n  " : "\n  ";
    out +=
        section.is_map ? MapMember(section.rows[i]) : JsonObject(section.columns, section.rows[i]);
  }
  return out + (section.is_map ? "}" : "]");
}

Status PrintJsonl(Console& console, const Report& report) {
  for (const Section& section : report) {
    for (const Row& row : section.rows) {
      std::string line = "{\"section\":";
      AppendJsonString(&line, section.name);
      line += "," + (section.is_map ? MapMember(row) : JsonObject(section.columns, row).substr(1));
      if (section.is_map) line += "}";
      console.Out(line + "\n");
    }
  }
  return {};
}

}  // namespace

std::string CsvLine(std::span<const std::string> fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line.push_back(',');
    line += CsvField(fields[i]);
  }
  return line + "\n";
}

bool Cell::is_number() const {
  return kind_ == Kind::kCount || kind_ == Kind::kNumber || kind_ == Kind::kSize ||
         kind_ == Kind::kNanos || kind_ == Kind::kReal;
}

Result<std::string> Cell::Show(const OutputStyle& style) const {
  const bool for_people = style.format == OutputFormat::kTable;
  const bool is_raw = style.format == OutputFormat::kRaw;
  switch (kind_) {
    case Kind::kNone:
      return std::string(for_people ? "-" : "");
    case Kind::kText:
      return text_;
    case Kind::kKey:
      return is_raw ? Result<std::string>(text_) : EncodeBytes(style.key_format, text_);
    case Kind::kValue:
      return is_raw ? Result<std::string>(text_) : EncodeBytes(style.value_format, text_);
    case Kind::kCount:
      return for_people ? FormatCount(number_) : std::to_string(number_);
    case Kind::kNumber:
      return std::to_string(number_);
    case Kind::kSize:
      return for_people ? FormatSize(number_) : std::to_string(number_);
    case Kind::kNanos:
      return for_people ? FormatNanos(number_) : std::to_string(number_);
    case Kind::kReal:
      return FormatReal(real_, digits_);
    case Kind::kFlag:
      break;
  }
  return std::string(number_ != 0 ? "yes" : "no");
}

void Cell::AppendJson(std::string* out, std::string_view name) const {
  if (kind_ == Kind::kText || kind_ == Kind::kKey || kind_ == Kind::kValue) {
    AppendJsonBytes(out, name, text_);
    return;
  }
  AppendJsonString(out, name);
  out->push_back(':');
  if (kind_ == Kind::kNone) {
    out->append("null");
  } else if (kind_ == Kind::kReal) {
    out->append(FormatReal(real_, digits_));
  } else if (kind_ == Kind::kFlag) {
    out->append(number_ != 0 ? "true" : "false");
  } else {
    out->append(std::to_string(number_));
  }
}

RowPrinter::RowPrinter(Console& console, const OutputStyle& style, std::vector<std::string> columns)
    : console_(console), style_(style), columns_(std::move(columns)), widths_(columns_.size()) {
  if (style_.format == OutputFormat::kCsv) console_.Out(CsvLine(columns_));
  if (style_.format == OutputFormat::kJson) console_.Out("[");
}

Status RowPrinter::Add(const Row& row) {
  STRATA_CHECK(row.size() == columns_.size());
  ++rows_;
  if (style_.format == OutputFormat::kJson || style_.format == OutputFormat::kJsonl) {
    const bool is_array = style_.format == OutputFormat::kJson;
    if (is_array) console_.Out(rows_ == 1 ? "\n" : ",\n");
    console_.Out(JsonObject(columns_, row) + (is_array ? "" : "\n"));
    return {};
  }
  std::vector<std::string> shown;
  for (const Cell& cell : row) {
    STRATA_TRY_ASSIGN(std::string text, cell.Show(style_));
    shown.push_back(std::move(text));
  }
  if (style_.format == OutputFormat::kTable) {
    if (right_aligned_.empty()) {
      for (const Cell& cell : row) right_aligned_.push_back(cell.is_number());
    }
    page_.push_back(std::move(shown));
    if (page_.size() == kPageRows) PrintPage();
  } else if (style_.format == OutputFormat::kCsv) {
    console_.Out(CsvLine(shown));
  } else {
    for (std::size_t i = 0; i < shown.size(); ++i) {
      console_.Out(shown[i] + (i + 1 < shown.size() ? "\t" : "\n"));
    }
  }
  return {};
}

void RowPrinter::PrintPage() {
  right_aligned_.resize(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths_[i] = std::max(widths_[i], DisplayWidth(columns_[i]));
    for (const auto& row : page_) widths_[i] = std::max(widths_[i], DisplayWidth(row[i]));
  }
  const auto line = [this](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string space(widths_[i] - DisplayWidth(cells[i]), ' ');
      out += (i > 0 ? "  " : "") + (right_aligned_[i] ? space + cells[i] : cells[i] + space);
    }
    return out.substr(0, out.find_last_not_of(' ') + 1);
  };
  if (!header_printed_) console_.Out(console_.Bold(line(columns_)) + "\n");
  header_printed_ = true;
  for (const auto& row : page_) console_.Out(line(row) + "\n");
  page_.clear();
}

void RowPrinter::Finish() {
  if (style_.format == OutputFormat::kTable) PrintPage();
  if (style_.format == OutputFormat::kJson) console_.Out(rows_ == 0 ? "]\n" : "\n]\n");
}

std::string JsonOf(const Report& report) {
  std::string out;
  for (const Section& section : report) out += (out.empty() ? "{" : ",\n") + JsonSection(section);
  return out + "}\n";
}

Status PrintReport(Console& console, const OutputStyle& style, const Report& report) {
  if (style.format == OutputFormat::kJsonl) return PrintJsonl(console, report);
  if (style.format == OutputFormat::kJson) {
    console.Out(JsonOf(report));
    return {};
  }
  for (std::size_t i = 0; i < report.size(); ++i) {
    if (i > 0) console.Out("\n");
    RowPrinter printer(
        console, style,
        report[i].is_map ? std::vector<std::string>{report[i].name, ""} : report[i].columns);
    for (const Row& row : report[i].rows) STRATA_TRY(printer.Add(row));
    printer.Finish();
  }
  return {};
}

}  // namespace strata::cli
