#include "compaction/older_data.h"

#include <algorithm>
#include <utility>

namespace strata::compaction {
namespace {

// Deeper levels are older, and in a level smaller run numbers. The rest of the output's own run
// doesn't overlap the job; it is counted in because that costs nothing.
bool AtOrAfter(const RunPosition& position, const RunPosition& output) {
  return position.level > output.level ||
         (position.level == output.level && position.run <= output.run);
}

}  // namespace

OlderData::OlderData(const CompactionJob& job, std::shared_ptr<const Version> version)
    : version_(std::move(version)) {
  const TableSet inputs(job.inputs.begin(), job.inputs.end());
  for (const Run& run : version_->runs()) {
    if (!AtOrAfter(run.position, job.output)) continue;
    Cursor cursor;
    for (const auto& table : run.tables) {
      if (!inputs.contains(table->meta().number)) cursor.tables.push_back(table.get());
    }
    if (!cursor.tables.empty()) runs_.push_back(std::move(cursor));
  }
}

bool OlderData::MayHold(std::string_view user_key) {
  bool found = false;
  for (Cursor& run : runs_) {
    while (run.next < run.tables.size() &&
           UserKeyOf(run.tables[run.next]->meta().largest) < user_key) {
      ++run.next;
    }
    if (run.next == run.tables.size()) continue;
    found = found || UserKeyOf(run.tables[run.next]->meta().smallest) <= user_key;
  }
  return found;
}

}  // namespace strata::compaction
