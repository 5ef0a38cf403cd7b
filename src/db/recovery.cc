// How a store comes back: the version from the manifest, then the logs that hold what isn't in
// tables yet. Three answers about a log: intact, torn at a tail that nobody was promised, damaged.
// The first two open; damage is an error that names the place.

#include <algorithm>

#include "base/mutant.h"
#include "db/db_impl.h"
#include "wal/batch_format.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

constexpr std::uint64_t kLogBytesMax = 8ULL << 30;
// Space is reserved ahead in steps of this size, so that a sync seldom has to write metadata.
constexpr std::uint64_t kLogPreallocateBytes = 1ULL << 20;

Result<std::vector<FileNumber>> ListLogs(FileSystem& files, const std::string& directory) {
  STRATA_TRY_ASSIGN(const auto names, files.List(directory));
  std::vector<FileNumber> numbers;
  for (const std::string& name : names) {
    const auto parsed = ParseFileName(name);
    if (parsed && parsed->kind == FileKind::kLog) numbers.push_back(parsed->number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Creates the directory and makes its name survive a power cut, and the names of the directories
// above it too, as far as we may: they may be as new, made by a run that was cut off.
Status MakeDirectory(FileSystem& files, const std::string& directory) {
  STRATA_TRY(files.CreateDirectories(directory));
  std::string parent = ParentDirectory(directory);
  STRATA_TRY(files.SyncDirectory(parent));
  while (parent != "." && parent != "/") {
    parent = ParentDirectory(parent);
    if (!files.SyncDirectory(parent)) break;
  }
  return {};
}

//@L20{
// A store on a disk that can't be written to, or of another user, can still be read.
Error WithHint(Error error, FileSystem& files, const std::string& directory) {
  const auto exists = files.Exists(JoinPath(directory, kCurrentFileName));
  if (error.code() != ErrorCode::kIo || !exists || !*exists) return error;
  return Error(error.code(), error.message() +
                                 "; where files can't be written a store can be opened to be read "
                                 "only (Options::read_only, --read-only)");
}

//@}
}  // namespace

Status DbImpl::Recover() {
  STRATA_TRY(CheckExistence());  //@L06
  //| STRATA_TRY(MakeDirectory(*environment_.files, directory_));  //@L03..19
  //@L20{
  if (!options_.read_only) {
    Status made = MakeDirectory(*environment_.files, directory_);
    if (!made) return WithHint(std::move(made).error(), *environment_.files, directory_);
  }
  //@}
  // From here on the store is where it was found, whatever its path comes to mean.
  STRATA_TRY_ASSIGN(held_directory_, environment_.files->OpenDirectory(directory_));
  environment_.files = held_directory_.get();
  //@L03..19{
  //| STRATA_TRY_ASSIGN(lock_, environment_.files->Lock(JoinPath(directory_, kLockFileName)));
  //@}
  //@L20{
  if (!options_.read_only) {
    auto lock = environment_.files->Lock(JoinPath(directory_, kLockFileName));
    if (!lock) return WithHint(std::move(lock).error(), *environment_.files, directory_);
    lock_ = *std::move(lock);
  }
  //@}
  //@L06{
  STRATA_TRY(CreateOrRecoverVersions());
  if (!options_.read_only) RemoveStrayFiles();  // Their space may be needed.  //@L20
  //| RemoveStrayFiles();  // Their space may be needed.  //@L06..19
  //@}
  //@L05..05{
  //| InitTableStore();
  //| STRATA_TRY(ListTables());
  //@}
  return ReplayLogs();
}

//@L06{
// `logs` ascending. A log that was begun or sealed stays until the manifest says that it can go.
Status DbImpl::CheckNoLogMissing(const std::vector<FileNumber>& logs) const {
  const auto is_missing = [&](FileNumber number) {
    return !std::binary_search(logs.begin(), logs.end(), number);
  };
  for (const SealedLog& sealed : versions_->recovered().sealed_logs) {
    if (!is_missing(sealed.number)) continue;
    return Corruption("a file is missing: " + LogFileName(sealed.number) + ", a log of " +
                      std::to_string(sealed.length) + " bytes");
  }
  for (const BegunLog& begun : versions_->recovered().begun_logs) {
    if (!is_missing(begun.number)) continue;
    return Corruption("a file is missing: " + LogFileName(begun.number) +
                      ", a log with entries that are in no table yet; put it back (a store can be "
                      "copied by `strata backup`, or while no process has it open)");
  }
  return {};
}

// A log that an opening began before it failed: no manifest knows it, and nothing is in it.
bool DbImpl::IsLeftOver(FileNumber number) const {
  const auto has_number = [&](const auto& log) { return log.number == number; };
  const auto& recovered = versions_->recovered();
  if (std::any_of(recovered.begun_logs.begin(), recovered.begun_logs.end(), has_number) ||
      std::any_of(recovered.sealed_logs.begin(), recovered.sealed_logs.end(), has_number)) {
    return false;
  }
  const std::string path = JoinPath(directory_, LogFileName(number));
  const auto contents = environment_.files->ReadFile(path, kLogBytesMax);
  if (!contents) return false;
  wal::LogReader reader(*contents);
  const auto first = reader.Next();
  const bool nothing_torn = reader.ending() != wal::Ending::kTorn || reader.valid_length() == 0;
  return first && !first->has_value() && nothing_torn;
}

//@}
Status DbImpl::ReplayLogs() {
  STRATA_TRY_ASSIGN(auto logs, ListLogs(*environment_.files, directory_));
  //@L06{
  std::erase_if(logs, [&](FileNumber number) STRATA_REQUIRES(mutex_) {
    versions_->MarkFileNumberUsed(number);
    return number < versions_->oldest_log();
  });
  STRATA_TRY(CheckNoLogMissing(logs));
  std::erase_if(logs, [&](FileNumber number) STRATA_REQUIRES(mutex_) {
    //| return IsLeftOver(number) &&  //@L06..19
    return IsLeftOver(number) && !options_.read_only &&  //@L20
           environment_.files->Remove(JoinPath(directory_, LogFileName(number))).has_value();
  });
  //@}
  for (const FileNumber number : logs) STRATA_TRY(ReplayLog(number, number == logs.back()));
  visible_sequence_.store(last_sequence_, std::memory_order_release);
  //@L03..05{
  //| next_file_ = std::max(next_file_, logs.empty() ? 1 : logs.back() + 1);
  //| return StartLog(next_file_++);
  //@}
  return FinishRecovery(logs);  //@L06
}

Status DbImpl::ReplayLog(FileNumber number, [[maybe_unused]] bool is_last) {
  const std::string name = LogFileName(number);
  auto read = environment_.files->ReadFile(JoinPath(directory_, name), kLogBytesMax);
  if (!read && STRATA_MUTANT(ignore_read_eio_in_replay)) return {};
  STRATA_TRY_ASSIGN(const std::string contents, std::move(read));
  const std::optional<std::uint64_t> sealed_length = SealedLength(number);  //@L06
  //@L03..05{
  //| const std::optional<std::uint64_t> sealed_length;
  //@}
  wal::LogReader reader(contents, {.sealed_length = sealed_length});
  //@solve 3.3 "put back what the log remembers" inert()
  while (true) {
    auto record = reader.Next();
    if (!record) return std::move(record).error().WithContext("replaying " + name);
    if (!record->has_value()) break;
    if ((*record)->type != wal::RecordType::kBatch) continue;
    if (IsAfterLoss(**record)) continue;                                //@L12
    STRATA_TRY(Annotate(CheckFollows(**record), "replaying " + name));  //@L12
    //@L19{
    std::string restored;
    auto entries = RestoreValues(**record, &restored);
    if (!entries) return std::move(entries).error().WithContext("replaying " + name);
    if (!entries->has_value()) continue;
    //@}
    std::uint64_t count = 0;
    //| STRATA_TRY(Annotate(InsertEntries((*record)->payload, (*record)->sequence,  //@L03..18
    STRATA_TRY(Annotate(InsertEntries(**entries, (*record)->sequence,  //@L19
                                      /*concurrently=*/false, &count),
                        "replaying " + name));
    last_sequence_ = std::max(last_sequence_, (*record)->sequence + count - 1);
    recovered_entries_ += count;
    replay_.next_sequence = (*record)->sequence + count;  //@L12
    STRATA_TRY(SpillWhileReplaying());                    //@L06
  }
  //@}
  //@L06{
  const bool complete = sealed_length.has_value() || reader.ending() == wal::Ending::kClean;
  //@}
  //@L06..11{
  //| if (!complete && !is_last && !STRATA_MUTANT(replay_past_corrupt_wal)) {
  //|   return Corruption("replaying " + name + ": the log ends at offset " +
  //|                     std::to_string(reader.valid_length()) +
  //|                     " without an end record although a later log exists; what followed is "
  //|                     "lost. `strata verify` tells more");
  //| }
  //@}
  //@L12{
  //@L12..18{
  //| return NoteEnd({.number = number,
  //|                 .valid_length = reader.valid_length(),
  //|                 .complete = complete,
  //|                 .torn = reader.ending() == wal::Ending::kTorn,
  //|                 .is_last = is_last});
  //@}
  //@L19{
  LogEnd end{.number = number,
             .valid_length = reader.valid_length(),
             .complete = complete,
             .torn = reader.ending() == wal::Ending::kTorn,
             .is_last = is_last};
  STRATA_TRY(Annotate(EndAtMissingValue(&end), "replaying " + name));
  return NoteEnd(end);
  //@}
  //@}
  //@L03..11{
  //| return {};
  //@}
}

//@L12{
// Commits that nobody promised to keep may have begun a new log before the old one was on the disk.
// A power cut can then take the old one's end and leave some of the new one; a prefix is what we
// give back, so nothing after the loss counts.
bool DbImpl::IsAfterLoss(const wal::Record& record) {
  if (STRATA_MUTANT(replay_past_lost_tail)) return false;
  if (replay_.previous_unsealed && record.sequence != replay_.next_sequence) {
    replay_.lost_after = replay_.previous_log;
  }
  replay_.previous_unsealed = false;
  replay_.promised = replay_.promised || record.synced > 0;
  return replay_.lost_after.has_value();
}

// Whatever was lost at the end of the logs before this one has been dealt with: now a gap is
// damage.
Status DbImpl::CheckFollows(const wal::Record& record) const {
  const bool is_first_of_log = replay_.next_sequence == replay_.next_sequence_before;
  if (!is_first_of_log || replay_.next_sequence == 0 || record.sequence == replay_.next_sequence ||
      STRATA_MUTANT(replay_past_lost_tail)) {
    return {};
  }
  //| return Corruption(  //@L12..18
  if (replay_.missing) return {};  //@L19
  return Corruption(               //@L19
      "it begins with entry " + std::to_string(record.sequence) + ", but " +
      LogFileName(replay_.previous_log) + ", the log before it, ends at " +
      std::to_string(replay_.next_sequence - 1) + ": a log between them is missing");
}

// A sync of a log comes after syncs of all logs before it: whatever says that a later log was
// synced, says so of what is missing.
Status DbImpl::NoteEnd(const LogEnd& end) {
  const bool empty = replay_.next_sequence == replay_.next_sequence_before;
  if (replay_.lost_after && (replay_.promised || end.complete) &&
      !STRATA_MUTANT(replay_past_corrupt_wal)) {
    return Corruption("replaying " + LogFileName(*replay_.lost_after) +
                      ": the log ends at offset " + std::to_string(replay_.lost_offset) +
                      " without an end record although " + LogFileName(end.number) +
                      ", a later log, was made durable; what followed is lost. `strata verify` "
                      "tells more");
  }
  if (replay_.lost_after) return {};
  replay_.lost_offset = end.valid_length;
  replay_.previous_log = end.number;
  replay_.previous_unsealed = !end.complete;
  if (!end.complete && !end.is_last && (end.torn || empty)) replay_.lost_after = end.number;
  replay_.next_sequence_before = replay_.next_sequence;
  replay_.promised = false;
  return {};
}

//@}
Status DbImpl::StartLog(FileNumber number) {
  STRATA_TRY_ASSIGN(log_, CreateLogFile(*environment_.files, directory_, number, random_.Next(),
                                        kLogPreallocateBytes, counters_));
  return {};
}

}  // namespace strata
