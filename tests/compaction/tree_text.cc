#include "compaction/tree_text.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <sstream>

#include "base/check.h"
#include "compaction/leveled_policy.h"
#include "testing/results.h"

namespace strata::compaction {
namespace {

constexpr std::uint64_t kSecond = 1'000'000;

// Takes the number that `text` starts with off its front.
std::uint64_t TakeNumber(std::string* text) {
  std::size_t used = 0;
  const std::uint64_t number = std::stoull(*text, &used);
  text->erase(0, used);
  return number;
}

std::string TakeUntil(std::string* text, char end) {
  const std::size_t at = text->find(end);
  STRATA_CHECK(at != std::string::npos);
  std::string taken = text->substr(0, at);
  text->erase(0, at + 1);
  return taken;
}

TableView ParseTable(std::string word) {
  TableView table;
  table.number = std::stoull(TakeUntil(&word, ':'));
  table.smallest = TakeUntil(&word, '-');
  table.largest = TakeUntil(&word, ':');
  table.size_bytes = table.raw_bytes = TakeNumber(&word);
  while (!word.empty()) {
    const char what = word.front();
    word.erase(0, 1);
    const std::uint64_t number = TakeNumber(&word);
    if (what == 'd') table.deletes = number;
    if (what == '@') table.write_time_max_us = table.write_time_min_us = number * kSecond;
  }
  return table;
}

void ParseRun(std::string position, std::istringstream& words, TreeView* tree) {
  position.erase(0, 1);  // "L"
  const auto level = static_cast<std::size_t>(TakeNumber(&position));
  position.erase(0, 1);  // "."
  RunView run{.run = TakeNumber(&position), .tables = {}};
  for (std::string word; words >> word;) run.tables.push_back(ParseTable(word));
  if (tree->levels.size() <= level) tree->levels.resize(level + 1);
  tree->levels[level].runs.push_back(std::move(run));
}

std::string ShowScore(double score) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f", score);
  return text;
}

std::string ShowDebt(const Debt& debt) {
  std::string text = std::to_string(debt.bytes);
  if (debt.runs > 0) text += ", runs past the wanted: " + std::to_string(debt.runs);
  return text;
}

std::string ShowManual(const ManualPick& pick) {
  if (pick.job) return ShowJobs({*pick.job});
  return pick.blocked ? "blocked" : "done";
}

KeyRange ParseRange(const std::string& from, const std::string& to) {
  KeyRange range;
  if (from != "*") range.lower = from;
  if (to != "*") range.upper = to;
  return range;
}

}  // namespace

TreeText ParseTree(const std::string& lines) {
  TreeText text;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (first == "busy") {
      for (FileNumber number = 0; words >> number;) text.busy.insert(number);
    } else if (first == "now") {
      words >> text.now_us;
      text.now_us *= kSecond;
    } else {
      STRATA_CHECK(first.starts_with("L"));
      ParseRun(first, words, &text.tree);
    }
  }
  return text;
}

Options ParseOptions(const std::string& words) {
  Options options;
  options.table_bytes = 10;
  options.memtable_bytes = 40;  // A quarter of it counts as one flush.
  options.level1_bytes = 100;
  const std::map<std::string, std::function<void(const std::string&)>> setters = {
      {"level0", [&](const std::string& value) { options.level0_runs = std::stoi(value); }},
      {"level1", [&](const std::string& value) { options.level1_bytes = std::stoull(value); }},
      {"multiplier",
       [&](const std::string& value) { options.level_multiplier = std::stoi(value); }},
      {"runs", [&](const std::string& value) { options.tiered_runs = std::stoi(value); }},
      {"w", [&](const std::string& value) { options.unified_w = value; }},
      {"window",
       [&](const std::string& value) { options.window_us = std::stoull(value) * kSecond; }},
      {"table", [&](const std::string& value) { options.table_bytes = std::stoull(value); }},
      {"fifo", [&](const std::string& value) { options.fifo_bytes = std::stoull(value); }},
      {"age",
       [&](const std::string& value) { options.fifo_age_us = std::stoull(value) * kSecond; }},
  };
  const std::map<std::string, CompactionStyle> styles = {
      {"leveled", CompactionStyle::kLeveled}, {"tiered", CompactionStyle::kTiered},
      {"unified", CompactionStyle::kUnified}, {"time-window", CompactionStyle::kTimeWindow},
      {"fifo", CompactionStyle::kFifo},       {"none", CompactionStyle::kNone}};
  std::istringstream stream(words);
  for (std::string word; stream >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) {
      options.compaction = styles.at(word);
    } else {
      setters.at(word.substr(0, equals))(word.substr(equals + 1));
    }
  }
  return options;
}

std::string ShowJobs(const std::vector<CompactionJob>& jobs) {
  std::string out;
  for (const CompactionJob& job : jobs) {
    out += job.trivial_move ? "move" : job.drop_inputs ? "drop" : "merge";
    for (const FileNumber number : job.inputs) out += " " + std::to_string(number);
    if (!job.drop_inputs) {
      out += " -> L" + std::to_string(job.output.level) + "." + std::to_string(job.output.run);
    }
    out += " (" + job.reason;
    if (job.score != 0) out += ", score " + ShowScore(job.score);
    out += ")\n";
  }
  return out.empty() ? "nothing" : out;
}

std::string RunPolicyCommand(const std::string& command) {
  const std::size_t newline = command.find('\n');
  std::istringstream words(command.substr(0, newline));
  const TreeText text = ParseTree(command.substr(newline + 1));
  std::string verb;
  words >> verb;
  std::string from;
  std::string to;
  std::uint32_t level = 0;
  if (verb == "manual") words >> from >> to;
  if (verb == "score") words >> level;
  std::string rest;
  std::getline(words, rest);
  const Options options = ParseOptions(rest);

  if (verb == "manual") {
    return ShowManual(PickManual(text.tree, ParseRange(from, to), text.busy, options));
  }
  if (verb == "score") return ShowScore(LevelScore(text.tree, level, text.busy, options));
  if (verb == "level0") {
    const auto job = PickLevel0(text.tree, text.busy, options);
    return job ? ShowJobs({*job}) : "nothing";
  }
  const auto policy = MakePolicy(options);
  if (!policy) return testing::Outcome(policy);
  if (verb == "debt") return ShowDebt((*policy)->EstimateDebt(text.tree, text.now_us));
  const PolicyInput input{.tree = text.tree, .busy = text.busy, .now_us = text.now_us};
  if (verb == "rest") return ShowJobs((*policy)->PickAtRest(input));
  STRATA_CHECK(verb == "pick");
  return ShowJobs((*policy)->Pick(input));
}

}  // namespace strata::compaction
