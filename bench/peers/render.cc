#include "peers/render.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <utility>

#include "peers/json_text.h"
#include "peers/store.h"
#include "report/html.h"

namespace strata::peers {
namespace {

__attribute__((format(printf, 1, 2))) std::string Format(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  return text;
}

// Three significant digits, with k and M for large numbers.
std::string Short(double number) {
  if (number >= 9'995'000) return Format("%.1f M", number / 1e6);
  if (number >= 999'500) return Format("%.2f M", number / 1e6);
  if (number >= 99'950) return Format("%.0f k", number / 1e3);
  if (number >= 9'995) return Format("%.1f k", number / 1e3);
  if (number >= 999.5) return Format("%.2f k", number / 1e3);
  if (number >= 99.95) return Format("%.0f", number);
  if (number >= 9.995) return Format("%.1f", number);
  return Format("%.2f", number);
}

std::string Interval(const std::optional<Ratio>& ratio) {
  return ratio ? Format("%.2f [%.2f, %.2f]", ratio->point, ratio->low, ratio->high) : "-";
}

// "met 2.5", "short of 4"; with a question mark where the interval holds the goal.
std::string Verdict(const Row& row) {
  std::string text;
  for (const Goal& goal : row.goals) {
    if (!text.empty()) text += ", ";
    text += goal.met ? "met " : "short of ";
    text +=
        goal.against == "limit" ? Format("at most %.3g", goal.wanted) : Format("%.3g", goal.wanted);
    if (!goal.sure) text += "?";
    if (goal.against != "best" && goal.against != "limit") text += " × " + goal.against;
    if (goal.against == "rocksdb-tuned" || goal.against == "lmdb") {
      text += Format(" (%.2f)", goal.ratio->point);
    }
  }
  return text;
}

struct Column {
  const char* engine;
  const char* heading;
};
constexpr Column kColumns[] = {{"rocksdb", "RocksDB"},
                               {"rocksdb-tuned", "tuned"},
                               {"rocksdb-blob", "BlobDB"},
                               {"leveldb", "LevelDB"},
                               {"lmdb", "LMDB"}};

std::string Cell(const Row& row, const std::string& engine) {
  const auto found = row.peers.find(engine);
  return found == row.peers.end() ? "-" : Short(found->second);
}

// Everything a reader needs to know before the figures.
std::vector<std::string> Preamble(const Config& config, const Collected& collected) {
  std::vector<std::string> lines;
  const Budget budget = config.budget();
  lines.push_back(
      Format("%llu entries of 16 + %llu bytes; memtable %.0f MiB, cache %.0f MiB, "
             "filters %d bits, no compression, log on, so %.0f MiB to hold in memory; %.0f s",
             static_cast<unsigned long long>(config.num),
             static_cast<unsigned long long>(config.value_size),
             static_cast<double>(budget.memtable_bytes) / (1 << 20),
             static_cast<double>(budget.cache_bytes) / (1 << 20), budget.filter_bits,
             static_cast<double>(budget.memtable_bytes * 2 + budget.cache_bytes) / (1 << 20),
             collected.seconds));
  for (const Engine& engine : Engines()) {
    lines.push_back(engine.name + " " + engine.version + ": assertions " + engine.assertions +
                    ", CRC " + engine.crc + "; reads verify " + engine.checksums +
                    "; unsynced puts survive " + engine.durability);
  }
  for (const std::string& note : collected.notes) lines.push_back("NOTE: " + note);
  return lines;
}

int SectionOf(const Row& row) {
  if (row.metric.name == "ops_per_s") return 0;
  return row.metric.name == "p99_us" || row.metric.name == "p999_us" ? 2 : 1;
}

std::string RatioOrNull(const std::optional<Ratio>& ratio) {
  return ratio ? JsonNumber(ratio->point) : "null";
}

std::string IntervalOrNull(const std::optional<Ratio>& ratio) {
  return ratio ? "[" + JsonNumber(ratio->low) + ", " + JsonNumber(ratio->high) + "]" : "null";
}

std::string JsonMap(const std::map<std::string, double>& numbers) {
  std::string out = "{";
  for (const auto& [name, number] : numbers) {
    out += (out.size() > 1 ? ", " : "") + JsonString(name) + ": " + JsonNumber(number);
  }
  return out + "}";
}

std::string JsonGoals(const Row& row) {
  std::string out = "[";
  for (const Goal& goal : row.goals) {
    out += out.size() > 1 ? ", " : "";
    out += "{\"against\": " + JsonString(goal.against) + ", \"goal\": " + JsonNumber(goal.wanted) +
           ", \"ratio\": " + RatioOrNull(goal.ratio) +
           ", \"met\": " + (goal.met ? "true" : "false") +
           ", \"sure\": " + (goal.sure ? "true" : "false") + "}";
  }
  return out + "]";
}

std::string JsonRow(const Row& row) {
  return "{\"workload\": " + JsonString(row.workload) + ", \"group\": " + JsonString(row.group) +
         ", \"unit\": " + JsonString(row.metric.unit) +
         ", \"better\": " + (row.metric.higher_is_better ? "\"higher\"" : "\"lower\"") +
         ", \"launches\": " + std::to_string(row.launches) +
         ",\n   \"strata\": " + (row.strata ? JsonNumber(*row.strata) : "null") +
         ", \"peers\": " + JsonMap(row.peers) + ", \"spread\": " + JsonMap(row.spread) +
         ",\n   \"best_peer\": " + (row.best_peer.empty() ? "null" : JsonString(row.best_peer)) +
         ", \"ratio_best_peer\": " + RatioOrNull(row.ratio_best) +
         ", \"interval\": " + IntervalOrNull(row.ratio_best) +
         ",\n   \"best_lsm\": " + (row.best_lsm.empty() ? "null" : JsonString(row.best_lsm)) +
         ", \"ratio_best_lsm\": " + RatioOrNull(row.ratio_lsm) +
         ", \"interval_lsm\": " + IntervalOrNull(row.ratio_lsm) +
         ",\n   \"goals\": " + JsonGoals(row) + "}";
}

std::string JsonEngine(const Engine& engine) {
  return "{\"name\": " + JsonString(engine.name) + ", \"version\": " + JsonString(engine.version) +
         ", \"library\": " + JsonString(engine.library) +
         ", \"assertions\": " + JsonString(engine.assertions) +
         ", \"crc\": " + JsonString(engine.crc) +
         ", \"checksums\": " + JsonString(engine.checksums) +
         ", \"durability\": " + JsonString(engine.durability) +
         ", \"log_structured\": " + (engine.log_structured ? "true" : "false") + "}";
}

}  // namespace

std::string RenderText(const Config& config, const Collected& collected,
                       const std::vector<Row>& rows) {
  std::string out;
  for (const std::string& line : Preamble(config, collected)) out += line + "\n";
  out += Format("\n%-34s %9s", "workload", "strata");
  for (const Column& column : kColumns) out += Format(" %9s", column.heading);
  out += Format("  %-19s %-19s %s\n", "× best peer", "× best LSM", "goal");
  std::vector<Row> ordered = rows;  // Rates first, then costs, then tails.
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Row& a, const Row& b) { return SectionOf(a) < SectionOf(b); });
  int section = 0;
  for (const Row& row : ordered) {
    if (std::exchange(section, SectionOf(row)) != SectionOf(row)) out += "\n";
    out += Format("%-34s %9s", row.workload.c_str(), row.strata ? Short(*row.strata).c_str() : "-");
    for (const Column& column : kColumns) {
      out += Format(" %9s", Cell(row, column.engine).c_str());
    }
    out += Format("  %-18s %-18s %s\n", Interval(row.ratio_best).c_str(),
                  Interval(row.ratio_lsm).c_str(), Verdict(row).c_str());
  }
  return out +
         "\nMedians of launches; ratios above 1 are better for Strata, with 95 % "
         "intervals over launches.\n\"tuned\" is RocksDB with pinned filters and four times the "
         "cache; \"blob\" is its BlobDB mode.\n";
}

std::string RenderMarkdown(const Config& config, const Collected& collected,
                           const std::vector<Row>& rows) {
  std::string out;
  for (const std::string& line : Preamble(config, collected)) out += "* " + line + "\n";
  out +=
      "\n| workload | unit | Strata | RocksDB | tuned | BlobDB | LevelDB | LMDB | × best peer | "
      "× best LSM | goal |\n|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Row& row : rows) {
    out += "| " + row.workload + " | " + row.metric.unit + " | " +
           (row.strata ? Short(*row.strata) : "-");
    for (const Column& column : kColumns) out += " | " + Cell(row, column.engine);
    out += " | " + Interval(row.ratio_best) + " | " + Interval(row.ratio_lsm) + " | " +
           Verdict(row) + " |\n";
  }
  return out;
}

std::string RenderHtml(const Config& config, const Collected& collected,
                       const std::vector<Row>& rows) {
  std::vector<std::string> head = {"workload", "Strata"};
  for (const Column& column : kColumns) head.emplace_back(column.heading);
  head.insert(head.end(), {"× best peer", "× best LSM", "goal"});
  std::string body = report::Paragraph(
      "Medians of launches. Ratios above 1 are better for Strata, with 95 % intervals over "
      "launches; docs/performance.md says what each row does and how to read the peers fairly.");
  int section = 0;
  for (const char* title : {"Rates, a second", "What they cost", "Tails, in microseconds"}) {
    std::vector<std::vector<std::string>> cells;
    for (const Row& row : rows) {
      if (SectionOf(row) != section) continue;
      cells.push_back({report::Escape(row.workload), row.strata ? Short(*row.strata) : "–"});
      for (const Column& column : kColumns) cells.back().push_back(Cell(row, column.engine));
      cells.back().insert(cells.back().end(), {Interval(row.ratio_best), Interval(row.ratio_lsm),
                                               report::Escape(Verdict(row))});
    }
    ++section;
    if (!cells.empty()) body += report::Heading(2, title) + report::Table(head, cells);
  }
  body += report::Heading(2, "What was compared");
  for (const std::string& line : Preamble(config, collected)) body += report::Paragraph(line);
  return report::Page("Beside the peers", {}, body);
}

std::string RenderJson(const Config& config, const Collected& collected,
                       const std::vector<Row>& rows) {
  const Budget budget = config.budget();
  std::string out = "{\"schema\": 1, \"complete\": ";
  out += collected.failed ? "false" : "true";
  out += ",\n \"config\": {\"num\": " + std::to_string(config.num) +
         ", \"value_size\": " + std::to_string(config.value_size) +
         ", \"seed\": " + std::to_string(config.seed) +
         ", \"memtable_bytes\": " + std::to_string(budget.memtable_bytes) +
         ", \"cache_bytes\": " + std::to_string(budget.cache_bytes) +
         ", \"filter_bits\": " + std::to_string(budget.filter_bits) +
         ", \"seconds\": " + JsonNumber(collected.seconds) + "},\n \"engines\": [";
  bool first = true;
  for (const Engine& engine : Engines()) {
    out += (first ? "\n  " : ",\n  ") + JsonEngine(engine);
    first = false;
  }
  out += "],\n \"answers\": {";
  for (const auto& [name, by_engine] : collected.digests) {
    out += (out.back() == '{' ? "\n  " : ",\n  ") + JsonString(name) + ": {";
    for (const auto& [engine, digest] : by_engine) {
      out += (out.back() == '{' ? "" : ", ") + JsonString(engine) + ": " + JsonString(digest);
    }
    out += "}";
  }
  out += "},\n \"notes\": [";
  for (std::size_t i = 0; i < collected.notes.size(); ++i) {
    out += (i > 0 ? ", " : "") + JsonString(collected.notes[i]);
  }
  out += "],\n \"rows\": [";
  for (std::size_t i = 0; i < rows.size(); ++i)
    out += (i > 0 ? ",\n  " : "\n  ") + JsonRow(rows[i]);
  return out + "\n]}\n";
}

bool WriteOut(const std::string& text, const std::string& path) {
  if (path == "-") {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
           std::fflush(stdout) == 0;
  }
  std::ofstream out(path, std::ios::binary);
  out << text << std::flush;
  return out.good();
}

}  // namespace strata::peers
