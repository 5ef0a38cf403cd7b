// Where logs hold little, and tables of it would be many small files, an opening puts their entries
// into its new log: a sync or two, however many named tables they are of.
//
// Order: the new log is synced; one edit says that it counts and the old ones don't; then they go.
// A crash in between leaves a log that no edit knows, with entries that older logs have as well.

#include <algorithm>
#include <utility>

#include "io/file_contents.h"
#include "recovery/recovery.h"

namespace strata {
namespace {

// Fewer tables are written as such: a flush costs a few milliseconds each.
constexpr std::size_t kTablesMax = 8;
// So much is copied, at most, at each opening; and so much more for each tree.
constexpr std::uint64_t kCopyBytes = 192ULL << 10;
constexpr std::uint64_t kCopyBytesOfTree = 64ULL << 10;

bool HasManySmallTables(const Tree& tree, const Options& options) {
  int small = 0;
  for (const Run& run : tree.version->runs()) {
    for (const auto& table : run.tables) small += table->meta().size_bytes < kCopyBytes ? 1 : 0;
  }
  return small >= options.level0_runs;
}

}  // namespace

std::uint64_t Recovery::CopyBytesMax() const {
  return kCopyBytes + kCopyBytesOfTree * trees_.size();
}

// A few tables are written as ever. It is when an opening would write many, or has written as many
// small ones before as are worth a merge, that copies are better.
bool Recovery::FitsNewLog() const {
  if (!copy_.whole() || copy_.bytes() + trees_.direct()->bytes() > CopyBytesMax()) return false;
  std::size_t count = 0;
  bool many_small = false;
  for (const auto& tree : trees_.All()) {
    if (tree->memtable->empty()) continue;
    ++count;
    many_small = many_small || HasManySmallTables(*tree, context_.options);
  }
  return many_small || count > kTablesMax;
}

Status Recovery::BeginNewLog(FileNumber number, bool copy_logs) {
  BegunLog begun{number, context_.environment.clock->WallMicros()};
  if (copy_logs) {
    begun.began_us = RecoveredSince();
    STRATA_TRY(CopyLogs(number));
  } else {
    trees_.SetDirect(trees_.NewDirect());
    STRATA_TRY(journal_.Begin(number, trees_.direct()));
  }
  edit_.begun_logs.push_back(begun);
  return {};
}

// The values that the entries point to are in files of the generation that the new log begins with.
Status Recovery::CopyLogs(FileNumber new_log) {
  Status copied = journal_.Begin(new_log, trees_.direct());
  if (copied) copied = copy_.WriteTo(journal_);
  if (copied) {
    edit_.oldest_log = new_log;
    trees_.SetSince(RecoveredSince());
    return {};
  }
  trees_.direct()->RemoveUnused({});  // Whoever tries again finds them where they were.
  const std::string path = JoinPath(context_.directory, LogFileName(new_log));
  (void)context_.environment.files->Remove(path).has_value();
  return copied;
}

Result<std::optional<SequenceNumber>> Recovery::FirstEntryOf(FileNumber log) const {
  const std::string path = JoinPath(context_.directory, LogFileName(log));
  STRATA_TRY_ASSIGN(const FileContents contents,
                    ReadContents(*context_.environment.files, path, kLogBytesMax));
  wal::LogReader reader(contents.bytes, {.cipher = contents.cipher()});
  const auto first = reader.Next();  // Damage is told by who replays it.
  if (!first || !first->has_value()) return std::optional<SequenceNumber>();
  return std::optional((*first)->sequence);
}

// Sequences are never used twice, so a log that begins where an older one did is a copy.
Status Recovery::LeaveCopiesOut(std::vector<FileNumber>* logs) const {
  const auto is_known = [&](FileNumber log) { return IsKnown(log); };
  if (std::all_of(logs->begin(), logs->end(), is_known)) return {};
  std::vector<FileNumber> originals;
  std::optional<SequenceNumber> oldest;
  for (const FileNumber log : *logs) {
    STRATA_TRY_ASSIGN(const auto first, FirstEntryOf(log));
    if (!IsKnown(log) && oldest && first && *first <= *oldest) {
      if (context_.options.read_only) continue;
      STRATA_TRY(
          context_.environment.files->Remove(JoinPath(context_.directory, LogFileName(log))));
      continue;
    }
    if (!oldest) oldest = first;
    originals.push_back(log);
  }
  *logs = std::move(originals);
  return {};
}

}  // namespace strata
