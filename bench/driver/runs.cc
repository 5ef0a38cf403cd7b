#include <cstdio>
#include <filesystem>
#include <sstream>
#include <unistd.h>

#include "driver/commands.h"
#include "driver/files.h"
#include "driver/machine.h"
#include "report/lessons_page.h"
#include "report/macro.h"

namespace strata::report {
namespace {

namespace fs = std::filesystem;

int Fail(const Error& error) {
  std::fprintf(stderr, "bench: %s\n", error.message().c_str());
  return kExitBenchmark;
}

// "fillrandom readrandom --num 1M" -> "fillrandom-readrandom".
std::string NameOf(const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& word : words) {
    if (word.starts_with("-")) break;
    name += (name.empty() ? "" : "-") + word;
  }
  return SafeFileName(name.empty() ? "default" : name);
}

}  // namespace

int RunMacro(const Options& options) {
  std::vector<std::string> arguments;
  std::istringstream words(options.macro);
  for (std::string word; words >> word;) arguments.push_back(word);
  const fs::path folder = fs::path(options.output) / "macro" / NameOf(arguments);
  std::error_code ignored;
  fs::remove(folder / "series.json", ignored);
  fs::remove(folder / "events.jsonl", ignored);
  fs::create_directories(folder, ignored);
  MacroPage page{.title = "Over time: " + NameOf(arguments),
                 .date = DateNow(),
                 .command = "strata bench " + options.macro,
                 .environment = DescribeMachine(options.output),
                 .resampling = options.statistics.resampling};
  std::vector<std::string> command = {
      (fs::path(options.programs).parent_path() / "strata").string(), "bench"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--series", (folder / "series.json").string(), "--events",
                                 (folder / "events.jsonl").string()});
  if (const int status = RunProgram(command, false).status; status != 0) {
    return Fail(Error(ErrorCode::kIo, "strata bench ended with status " + std::to_string(status)));
  }
  const auto series = ReadFile(folder / "series.json");
  if (!series) return Fail(series.error());
  const auto events = ReadFile(folder / "events.jsonl");
  auto runs = MacroRunsOf(*series, events ? *events : "");
  if (!runs) return Fail(runs.error());
  page.runs = *std::move(runs);
  const fs::path file = folder / "report/index.html";
  if (const Status written = WriteFile(file, PageOf(page)); !written) return Fail(written.error());
  std::fprintf(stderr, "report: %s\n", file.c_str());
  return kExitOk;
}

int DrawLessons(const Options& options) {
  const auto text = ReadFile(options.lessons);
  if (!text) return Fail(text.error());
  const auto page = LessonsPage(*text, DateNow(), DescribeMachine(options.output));
  if (!page) return Fail(page.error());
  const fs::path file = fs::path(options.output) / "lessons/report/index.html";
  if (const Status written = WriteFile(file, *page); !written) return Fail(written.error());
  std::fprintf(stderr, "report: %s\n", file.c_str());
  return kExitOk;
}

}  // namespace strata::report
