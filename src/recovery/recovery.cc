#include "recovery/recovery.h"

#include <algorithm>

#include "base/mutant.h"
#include "wal/batch_format.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

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

// A store on a disk that can't be written to, or of another user, can still be read.
Error WithHint(Error error, FileSystem& files, const std::string& directory) {
  const auto exists = files.Exists(JoinPath(directory, kCurrentFileName));
  if (error.code() != ErrorCode::kIo || !exists || !*exists) return error;
  return Error(error.code(), error.message() +
                                 "; where files can't be written a store can be opened to be read "
                                 "only (Options::read_only, --read-only)");
}
}  // namespace

Recovery::Recovery(const RecoveredParts& parts)
    : context_(parts.context),
      reader_(parts.reader),
      trees_(parts.trees),
      files_(parts.files),
      versions_(parts.versions),
      writer_(parts.writer),
      direct_writer_(parts.direct_writer),
      health_(parts.health),
      journal_(parts.journal) {}

Status Recovery::Run() {
  STRATA_TRY(CheckExistence());
  if (!context_.options.read_only) {
    Status made = MakeDirectory(*context_.environment.files, context_.directory);
    if (!made)
      return WithHint(std::move(made).error(), *context_.environment.files, context_.directory);
  }
  // From here on the store is where it was found, whatever its path comes to mean.
  STRATA_TRY_ASSIGN(context_.held_directory,
                    context_.environment.files->OpenDirectory(context_.directory));
  context_.environment.files = context_.held_directory.get();
  if (!context_.options.read_only) {
    auto lock = context_.environment.files->Lock(JoinPath(context_.directory, kLockFileName));
    if (!lock)
      return WithHint(std::move(lock).error(), *context_.environment.files, context_.directory);
    lock_ = *std::move(lock);
  }
  STRATA_TRY(CreateOrRecoverVersions());
  if (!context_.options.read_only) RemoveStrayFiles();  // Their space may be needed.
  return ReplayLogs();
}

// `logs` ascending. A log that was begun or sealed stays until the manifest says that it can go.
Status Recovery::CheckNoLogMissing(const std::vector<FileNumber>& logs) const {
  const auto is_missing = [&](FileNumber number) {
    return !std::binary_search(logs.begin(), logs.end(), number);
  };
  for (const SealedLog& sealed : versions_.set().recovered().sealed_logs) {
    if (!is_missing(sealed.number)) continue;
    return Corruption("a file is missing: " + LogFileName(sealed.number) + ", a log of " +
                      std::to_string(sealed.length) + " bytes");
  }
  for (const BegunLog& begun : versions_.set().recovered().begun_logs) {
    if (!is_missing(begun.number)) continue;
    return Corruption("a file is missing: " + LogFileName(begun.number) +
                      ", a log with entries that are in no table yet; put it back (a store can be "
                      "copied by `strata checkpoint`, or while no process has it open)");
  }
  return {};
}

bool Recovery::IsKnown(FileNumber number) const {
  const auto has_number = [&](const auto& log) { return log.number == number; };
  const auto& recovered = versions_.set().recovered();
  return std::any_of(recovered.begun_logs.begin(), recovered.begun_logs.end(), has_number) ||
         std::any_of(recovered.sealed_logs.begin(), recovered.sealed_logs.end(), has_number);
}

// A log that an opening began before it failed: no manifest knows it, and nothing is in it.
bool Recovery::IsLeftOver(FileNumber number) const {
  if (IsKnown(number)) return false;
  const std::string path = JoinPath(context_.directory, LogFileName(number));
  const auto contents = context_.environment.files->ReadFile(path, kLogBytesMax);
  if (!contents) return false;
  wal::LogReader reader(*contents);
  const auto first = reader.Next();
  const bool nothing_torn = reader.ending() != wal::Ending::kTorn || reader.valid_length() == 0;
  return first && !first->has_value() && nothing_torn;
}

Status Recovery::ReplayLogs() {
  STRATA_TRY_ASSIGN(auto logs, ListLogs(*context_.environment.files, context_.directory));
  std::erase_if(logs, [&](FileNumber number) {
    versions_.set().MarkFileNumberUsed(number);
    return number < versions_.set().oldest_log();
  });
  STRATA_TRY(CheckNoLogMissing(logs));
  std::erase_if(logs, [&](FileNumber number) {
    return IsLeftOver(number) && !context_.options.read_only &&
           context_.environment.files->Remove(JoinPath(context_.directory, LogFileName(number)))
               .has_value();
  });
  STRATA_TRY(LeaveCopiesOut(&logs));
  for (const FileNumber number : logs) STRATA_TRY(ReplayLog(number, number == logs.back()));
  reader_.Show(trees_.last_sequence());
  return Finish(logs);
}

Status Recovery::ReplayLog(FileNumber number, [[maybe_unused]] bool is_last) {
  const std::string name = LogFileName(number);
  auto read =
      context_.environment.files->ReadFile(JoinPath(context_.directory, name), kLogBytesMax);
  if (!read && STRATA_MUTANT(ignore_read_eio_in_replay)) return {};
  STRATA_TRY_ASSIGN(const std::string contents, std::move(read));
  const std::optional<std::uint64_t> sealed_length = SealedLength(number);
  wal::LogReader reader(contents, {.sealed_length = sealed_length});
  while (true) {
    auto record = reader.Next();
    if (!record) return std::move(record).error().WithContext("replaying " + name);
    if (!record->has_value()) break;
    if ((*record)->type != wal::RecordType::kBatch) continue;
    if (chain_.IsAfterLoss(**record)) continue;
    if (!missing_) STRATA_TRY(Annotate(chain_.CheckFollows(**record), "replaying " + name));
    std::string restored;
    auto entries = RestoreValues(**record, &restored);
    if (!entries) return std::move(entries).error().WithContext("replaying " + name);
    if (!entries->has_value()) continue;
    std::uint64_t count = 0;
    STRATA_TRY(Annotate(PutBack(**entries, (*record)->sequence, &count), "replaying " + name));
    trees_.SetLastSequence(std::max(trees_.last_sequence(), (*record)->sequence + count - 1));
    recovered_entries_ += count;
    copy_.Add((*record)->sequence, **entries, CopyBytesMax());
    chain_.NotePutBack(**record, count);
    trees_.Touch((*record)->payload);
    STRATA_TRY(Spill());
  }
  return EndLog(reader, number, is_last, sealed_length.has_value());
}

// What the end of a log that was read to its end means.
Status Recovery::EndLog(const wal::LogReader& reader, FileNumber number, bool is_last,
                        bool sealed) {
  const bool complete = sealed || reader.ending() == wal::Ending::kClean;
  LogEnd end{.number = number,
             .valid_length = reader.valid_length(),
             .complete = complete,
             .torn = reader.ending() == wal::Ending::kTorn,
             .is_last = is_last};
  STRATA_TRY(Annotate(EndAtMissingValue(&end), "replaying " + LogFileName(number)));
  return chain_.NoteEnd(end);
}
}  // namespace strata
