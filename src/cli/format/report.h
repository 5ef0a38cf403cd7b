// What verbs print: rows of cells, in any of the output formats. RowPrinter streams one set of
// rows; a Report is a few sections of them, known in full.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/console.h"
#include "cli/format/text.h"

namespace strata::cli {

enum class OutputFormat : std::uint8_t { kTable, kPlain, kJson, kJsonl, kCsv, kRaw };

struct OutputStyle {
  OutputFormat format = OutputFormat::kPlain;
  ByteFormat key_format = ByteFormat::kEscaped;
  ByteFormat value_format = ByteFormat::kEscaped;
};

class Cell {
 public:
  static Cell Text(std::string text) { return {Kind::kText, std::move(text)}; }
  static Cell Key(std::string_view bytes) { return {Kind::kKey, std::string(bytes)}; }
  static Cell Value(std::string_view bytes) { return {Kind::kValue, std::string(bytes)}; }
  static Cell Count(std::uint64_t count) { return {Kind::kCount, count}; }
  // A place or a name rather than an amount: never with thousands separators.
  static Cell Number(std::uint64_t number) { return {Kind::kNumber, number}; }
  static Cell Size(std::uint64_t bytes) { return {Kind::kSize, bytes}; }
  static Cell Nanos(std::uint64_t nanos) { return {Kind::kNanos, nanos}; }
  static Cell Real(double value, int digits) { return {value, digits}; }
  static Cell Flag(bool value) { return {Kind::kFlag, value ? 1ULL : 0ULL}; }
  static Cell None() { return {Kind::kNone, std::string()}; }

  // For people (table) or for programs (plain, csv). Errors: see EncodeBytes.
  Result<std::string> Show(const OutputStyle& style) const;
  // Appends `"name":value`.
  void AppendJson(std::string* out, std::string_view name) const;
  bool is_number() const;

 private:
  enum class Kind : std::uint8_t {
    kNone,
    kText,
    kKey,
    kValue,
    kCount,
    kNumber,
    kSize,
    kNanos,
    kReal,
    kFlag
  };
  Cell(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  Cell(Kind kind, std::uint64_t number) : kind_(kind), number_(number) {}
  Cell(double real, int digits) : kind_(Kind::kReal), real_(real), digits_(digits) {}

  Kind kind_;
  std::string text_;
  std::uint64_t number_ = 0;
  double real_ = 0;
  int digits_ = 0;
};

using Row = std::vector<Cell>;

// One set of rows under named columns. A table is printed in pages, each as wide as it must be.
class RowPrinter {
 public:
  RowPrinter(Console& console, const OutputStyle& style, std::vector<std::string> columns);

  // REQUIRES: as many cells as there are columns.
  Status Add(const Row& row);
  // Prints what is held back. Call it once, also after no rows at all.
  void Finish();

 private:
  void PrintPage();

  Console& console_;
  const OutputStyle style_;
  const std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> page_;
  std::vector<bool> right_aligned_;
  std::vector<std::size_t> widths_;
  std::uint64_t rows_ = 0;
  bool header_printed_ = false;
};

struct Section {
  std::string name;  // A JSON name: "levels".
  std::vector<std::string> columns;
  std::vector<Row> rows;
  // Two columns, name and value: an object in JSON.
  bool is_map = false;

  static Section Map(std::string name) { return {std::move(name), {"name", "value"}, {}, true}; }
  void Add(std::string_view row_name, Cell value) {
    rows.push_back({Cell::Text(std::string(row_name)), std::move(value)});
  }
};

using Report = std::vector<Section>;

// One object, with a member for each section.
std::string JsonOf(const Report& report);

Status PrintReport(Console& console, const OutputStyle& style, const Report& report);

// One line of RFC 4180 CSV, with its newline.
std::string CsvLine(std::span<const std::string> fields);

}  // namespace strata::cli
