// Strata beside RocksDB, LevelDB and LMDB: the same work, the same budgets, one run, interleaved.
// `peers_bench --help` lists the options, docs/performance.md says how to read the result.

#include <cstdio>

#include "config.h"
#include "render.h"
#include "runner.h"
#include "summary.h"

namespace strata::peers {
namespace {

int Main(int argc, char** argv) {
  const Config config = ParseArguments(argc, argv);
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
  if (!written) std::fprintf(stderr, "peers_bench: can't write the report\n");
  return collected.failed || !written ? 1 : 0;
}

}  // namespace
}  // namespace strata::peers

int main(int argc, char** argv) {
  return strata::peers::Main(argc, argv);
}
