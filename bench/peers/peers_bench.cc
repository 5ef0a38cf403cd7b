// Strata beside RocksDB, LevelDB and LMDB: the same work, the same budgets, one run, interleaved.
// `peers_bench --help` lists the options, docs/performance.md says how to read the result.

#include <cstdio>

#include "peers/config.h"
#include "peers/growth.h"
#include "peers/growth_page.h"
#include "peers/render.h"
#include "peers/runner.h"
#include "peers/summary.h"

namespace strata::peers {
namespace {

int Report(bool failed, bool written) {
  if (!written) std::fprintf(stderr, "peers_bench: can't write the report\n");
  return failed || !written ? 1 : 0;
}

int GrowthMain(const Config& config) {
  const Growth growth = MeasureGrowth(config);
  bool written = config.json == "-" || WriteOut(RenderGrowthText(growth), "-");
  if (!config.json.empty()) {
    written = WriteOut(RenderGrowthJson(config, growth), config.json) && written;
  }
  if (!config.html.empty()) written = WriteOut(GrowthPage(config, growth), config.html) && written;
  return Report(growth.collected.failed, written);
}

int Main(int argc, char** argv) {
  const Config config = ParseArguments(argc, argv);
  if (config.growth) return GrowthMain(config);
  const Collected collected = RunAll(config);
  const std::vector<Row> rows = Summarise(config, collected);
  if (config.json != "-" && config.markdown != "-") {
    (void)WriteOut(RenderText(config, collected, rows), "-");
  }
  bool written = true;
  if (!config.json.empty()) {
    written = WriteOut(RenderJson(config, collected, rows), config.json) && written;
  }
  if (!config.markdown.empty()) {
    written = WriteOut(RenderMarkdown(config, collected, rows), config.markdown) && written;
  }
  if (!config.html.empty()) {
    written = WriteOut(RenderHtml(config, collected, rows), config.html) && written;
  }
  return Report(collected.failed, written);
}

}  // namespace
}  // namespace strata::peers

int main(int argc, char** argv) {
  return strata::peers::Main(argc, argv);
}
