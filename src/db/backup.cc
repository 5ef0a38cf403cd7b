// A backup of a store that is open: the moment is taken at the front of the queue, where no batch
// is on its way, and held while its files are copied. src/backup knows the repository.
//
// The moment's tables hold all writes up to where the oldest log begins that still matters. What
// was written later is in logs, and not in the backup.

#include <algorithm>

#include "backup/directory_target.h"
#include "db/db_impl.h"
#include "wal/log_format.h"

namespace strata {
namespace {

constexpr int kTriesMax = 10;
constexpr std::uint64_t kFirstBytes =
    4096;  // Of a log: its start record, and the next one's header.

// The sequence that the first record of a log has; nothing when there is none.
std::optional<SequenceNumber> FirstSequence(std::string_view log) {
  const auto start = wal::ParseHeader(log);
  if (!start || start->header.length > log.size() - wal::kHeaderSize) return std::nullopt;
  const auto first = wal::ParseHeader(log.substr(wal::kHeaderSize + start->header.length));
  if (!first || first->header.type != wal::RecordType::kBatch ||
      first->header.log_id != start->header.log_id) {
    return std::nullopt;
  }
  return first->header.sequence;
}

bool IsEmptiedAfter(const ManifestState& state) {
  return std::any_of(state.truncated.begin(), state.truncated.end(),
                     [&](const auto& table) { return table.second > state.last_sequence; });
}

}  // namespace

Result<BackupInfo> DbImpl::Backup(const std::string& directory, const BackupOptions& options) {
  STRATA_TRY(CheckOwner());
  STRATA_TRY(backup::CheckBackupName(options.name));
  using backup::DirectoryTarget;
  STRATA_TRY_ASSIGN(const auto target, DirectoryTarget::Open(*context_.outside, directory,
                                                             DirectoryTarget::Access::kWrite));
  if (options.logs) STRATA_TRY(ShipLogs(directory));  // Before they go.
  STRATA_TRY_ASSIGN(const backup::Instant instant, TakeInstant());
  return backup::Writer(*target, options).Write(instant);
}

Result<ShippedLogs> DbImpl::ShipLogs(const std::string& directory) {
  STRATA_TRY(CheckOwner());
  using backup::DirectoryTarget;
  STRATA_TRY_ASSIGN(const auto target, DirectoryTarget::Open(*context_.outside, directory,
                                                             DirectoryTarget::Access::kAddLogs));
  std::vector<backup::OpenLog> logs;
  backup::LogsOrigin origin;
  Status opened = commit_.RunAtFront([&]() -> Status {
    STRATA_TRY(commit_.SyncAtFront());  // A write that a power cut takes mustn't come back.
    STRATA_TRY_ASSIGN(logs, OpenLogs());
    const ManifestState state = versions_.set().State();
    origin = {state.properties.store_id, backup::ChecksumOfTables(state), trees_.last_sequence(),
              context_.environment.clock->WallMicros()};
    return {};
  });
  STRATA_TRY(std::move(opened));
  const auto read_value = [this](const blob::Place& place, std::string* value) {
    return ReadDirect(context_, place, value);
  };
  return backup::ShipLogs(logs, origin, read_value, *target);
}

// A table that was emptied after the moment would be empty in it, too, beside older writes to
// others: then a later moment is taken.
Result<backup::Instant> DbImpl::TakeInstant() {
  for (int i = 0; i < kTriesMax; ++i) {
    STRATA_TRY(Flush());
    backup::Instant instant;
    STRATA_TRY(commit_.RunAtFront([&] { return LookAt(&instant); }));
    if (!IsEmptiedAfter(instant.state)) return instant;
  }
  return Error(ErrorCode::kBusy, "tables are being emptied all the time; try again later");
}

Status DbImpl::LookAt(backup::Instant* instant) {
  mutex_.AssertHeld();
  STRATA_TRY(health_.CheckWritable());
  STRATA_TRY_ASSIGN(const SequenceNumber last, LastInTables());
  instant->state = versions_.set().State();
  instant->held = versions_.set().versions();
  instant->state.last_sequence = last;
  instant->state.begun_logs.clear();
  instant->state.sealed_logs.clear();
  instant->state.oldest_log = 0;
  instant->time_us = context_.environment.clock->WallMicros();
  return {};
}

// Where the oldest log begins that still matters, unless all that it has was emptied, or dropped.
Result<SequenceNumber> DbImpl::LastInTables() const {
  if (trees_.MemTablesEmpty() && trees_.full().empty()) return trees_.last_sequence();
  STRATA_TRY_ASSIGN(const auto logs, OpenLogs());
  for (const backup::OpenLog& log : logs) {
    std::string bytes(static_cast<std::size_t>(std::min({log.size, log.file->size(), kFirstBytes})),
                      '\0');
    STRATA_TRY_ASSIGN(const std::string_view begin, log.file->Read(0, bytes.size(), bytes.data()));
    if (const auto first = FirstSequence(begin)) return *first - 1;
  }
  return trees_.last_sequence();
}

// Those that still matter, oldest first. REQUIRES: the caller is at the front of the queue.
Result<std::vector<backup::OpenLog>> DbImpl::OpenLogs() const {
  FileSystem& files = *context_.environment.files;
  std::vector<backup::OpenLog> logs;
  STRATA_TRY_ASSIGN(const auto names, files.List(context_.directory));
  for (const std::string& name : names) {
    const auto parsed = ParseFileName(name);
    if (!parsed || parsed->kind != FileKind::kLog ||
        parsed->number < versions_.set().oldest_log()) {
      continue;
    }
    STRATA_TRY_ASSIGN(auto file, files.Open(JoinPath(context_.directory, name)));
    const bool is_written = parsed->number == journal_.number();
    logs.push_back({parsed->number, std::move(file), is_written ? journal_.size() : UINT64_MAX});
  }
  std::sort(logs.begin(), logs.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return logs;
}

}  // namespace strata
