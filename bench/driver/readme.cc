// Writes the table of `rkv_get` into a page, between two markers, and what lscpu says below it.

#include <cstdio>

#include "driver/commands.h"
#include "driver/files.h"
#include "driver/machine.h"
#include "driver/store.h"
#include "report/formats.h"

namespace strata::report {
namespace {

constexpr const char* kBegin = "<!-- benchmark: begin -->\n";
constexpr const char* kEnd = "<!-- benchmark: end -->";

int Fail(const std::string& message, int code) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  return code;
}

// rkv's own estimate for this work, on a c6a.2xlarge.
std::string TextOf(const Finding& finding, const EnvironmentCard& machine) {
  const auto keys = finding.measured.counters.find("keys");
  std::string count = keys == finding.measured.counters.end()
                          ? "0"
                          : std::to_string(static_cast<std::uint64_t>(keys->second));
  for (std::size_t place = count.size(); place > 3;) count.insert(place -= 3, ",");
  std::string text =
      "`get` with 500-byte keys and 500-byte values over " + count +
      " keys, every one a hit (`./dev bench rkv_get`, " +
      std::to_string(finding.measured.launches.size()) + " launches, 95 % intervals):\n\n" +
      EstimatesTable(finding) +
      "\nrkv publishes 45.8 µs and 20.8 MiB/s for this work on a c6a.2xlarge; that is another "
      "machine, so the two figures make no ratio.\n";
  for (const std::string& warning : machine.warnings) {
    if (warning.starts_with("The load")) text += "\n" + warning + "\n";
  }
  return text + "\n<details><summary>lscpu</summary>\n\n```text\n" + Lscpu() +
         "\n```\n\n</details>\n";
}

}  // namespace

int WriteReadme(const Options& options) {
  const auto loaded = ReportFolder(options.output).Load("new");
  if (!loaded) return Fail(loaded.error().message(), kExitBenchmark);
  for (const Measured& measured : *loaded) {
    if (measured.id.group != "rkv_get") continue;
    auto page = ReadFile(options.readme);
    if (!page) return Fail(page.error().message(), kExitUsage);
    const auto begin = page->find(kBegin);
    const auto end = page->find(kEnd);
    if (begin == std::string::npos || end == std::string::npos || end < begin) {
      return Fail(options.readme + " has no markers " + kBegin + "and " + kEnd, kExitUsage);
    }
    const Finding finding = MakeFinding(measured, options.statistics.resampling);
    const std::size_t from = begin + std::string(kBegin).size();
    page->replace(from, end - from, TextOf(finding, DescribeMachine(options.output)));
    const Status written = WriteFile(options.readme, *page);
    return written ? kExitOk : Fail(written.error().message(), kExitBenchmark);
  }
  return Fail("nothing was measured yet: ./dev bench rkv_get", kExitNoBaseline);
}

}  // namespace strata::report
