#include "auth/audit_log.h"

#include <algorithm>
#include <utility>

namespace strata::auth {
namespace {

constexpr std::string_view kBeginning = "audit-";
constexpr std::string_view kEnding = ".log";
constexpr std::size_t kDigits = 20;
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;

std::string FileName(std::uint64_t seq) {
  const std::string digits = std::to_string(seq);
  return std::string(kBeginning) + std::string(kDigits - digits.size(), '0') + digits +
         std::string(kEnding);
}

bool IsFileName(std::string_view name) {
  if (name.size() != kBeginning.size() + kDigits + kEnding.size()) return false;
  const std::string_view digits = name.substr(kBeginning.size(), kDigits);
  return name.starts_with(kBeginning) && name.ends_with(kEnding) &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Cuts the first line from the front; what has no line break is one, too.
std::string_view TakeLine(std::string_view* text) {
  const std::string_view line = text->substr(0, text->find('\n'));
  text->remove_prefix(std::min(line.size() + 1, text->size()));
  return line;
}

Status FollowLine(std::string_view line, AuditReport* report) {
  if (report->first_seq != 0) return CheckLine(line, &report->last);
  STRATA_TRY_ASSIGN(AuditPlace place, PlaceBefore(line));
  if (place.seq == 0) place = AuditPlace();  // What came before others may have been let go.
  STRATA_TRY(CheckLine(line, &place));
  report->first_seq = place.seq;
  report->last = std::move(place);
  return {};
}

// Follows the chain through the lines of one file.
Status FollowFile(std::string_view text, AuditReport* report,
                  const std::optional<AuditPlace>& expected) {
  report->whole_bytes = 0;
  while (!text.empty()) {
    const std::string_view rest = text;
    const std::string_view line = TakeLine(&text);
    const bool is_cut = line.size() == rest.size();
    const Status followed =
        is_cut ? Status(Corruption("its last line is cut")) : FollowLine(line, report);
    // A crash may leave anything of what wasn't synced.
    if (!followed && ProvesSynced(rest, report->last.seq + 1)) return followed;
    if (!followed) {
      ++report->torn;
      return {};
    }
    report->whole_bytes += line.size() + 1;
    if (expected && expected->seq == report->last.seq && *expected != report->last) {
      return Corruption("record " + std::to_string(expected->seq) +
                        " isn't the one that was there before: the log was written anew");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> AuditFiles(FileSystem& files, const std::string& directory) {
  STRATA_TRY_ASSIGN(auto names, files.List(directory));
  std::erase_if(names, [](const std::string& name) { return !IsFileName(name); });
  return names;
}

Result<AuditReport> VerifyAuditLog(FileSystem& files, const std::string& directory,
                                   const std::optional<AuditPlace>& expected) {
  AuditReport report;
  STRATA_TRY_ASSIGN(const auto names, AuditFiles(files, directory));
  for (const std::string& name : names) {
    STRATA_TRY_ASSIGN(const std::string text,
                      files.ReadFile(JoinPath(directory, name), kFileBytesMax));
    ++report.files;
    if (const Status followed = FollowFile(text, &report, expected); !followed) {
      report.broken = name + ": " + followed.error().message();
      return report;
    }
  }
  if (expected && expected->seq > report.last.seq) {
    report.broken = "the log ends at record " + std::to_string(report.last.seq) + ", and record " +
                    std::to_string(expected->seq) + " was there: its end was cut off";
  }
  return report;
}

// --- writing -------------------------------------------------------------------------------------

Result<std::unique_ptr<AuditLog>> AuditLog::Open(FileSystem& files, const std::string& directory,
                                                 const Options& options) {
  STRATA_TRY(files.CreateDirectories(directory));
  STRATA_TRY(files.SyncDirectory(ParentDirectory(directory)));
  STRATA_TRY_ASSIGN(const AuditReport report, VerifyAuditLog(files, directory));
  if (report.broken) {
    return Corruption("the audit log in " + directory + " is broken, at " + *report.broken +
                      ": see `strata audit verify`, and move the directory away to begin another");
  }
  std::unique_ptr<AuditLog> log(new AuditLog(files, directory, options));
  STRATA_TRY(log->Mend(report));
  log->place_ = report.last;
  log->synced_ = report.last.seq;
  return log;
}

// What is whole in the last file is written once more and synced, as nobody knows how much of it
// is on the disk.
Status AuditLog::Mend(const AuditReport& report) {
  STRATA_TRY_ASSIGN(const auto names, AuditFiles(files_, directory_));
  if (names.empty()) return {};
  const std::string path = JoinPath(directory_, names.back());
  if (report.whole_bytes == 0) return files_.Remove(path);
  STRATA_TRY_ASSIGN(std::string text, files_.ReadFile(path, kFileBytesMax));
  text.resize(report.whole_bytes);
  const std::string beside = path + ".new";
  STRATA_TRY_ASSIGN(const bool is_left, files_.Exists(beside));
  if (is_left) STRATA_TRY(files_.Remove(beside));
  STRATA_TRY_ASSIGN(const auto file, files_.Create(beside));
  STRATA_TRY(file->Append(text));
  STRATA_TRY(file->Sync());
  STRATA_TRY(file->Close());
  STRATA_TRY(files_.Rename(beside, path));
  return files_.SyncDirectory(directory_);
}

Status AuditLog::Append(const AuditRecord& record) {
  STRATA_TRY(first_error_);
  if (file_ != nullptr && file_->size() >= options_.file_bytes) {
    STRATA_TRY(Sync());
    STRATA_TRY(Remember(file_->Close()));
    file_.reset();
  }
  if (file_ == nullptr) STRATA_TRY(Remember(Begin()));
  return Remember(file_->Append(SealRecord(record, synced_, &place_) + "\n"));
}

Status AuditLog::Begin() {
  STRATA_TRY_ASSIGN(file_, files_.Create(JoinPath(directory_, FileName(place_.seq + 1))));
  STRATA_TRY(DropOldest());
  return files_.SyncDirectory(directory_);
}

Status AuditLog::DropOldest() {
  if (options_.files_max == 0) return {};
  STRATA_TRY_ASSIGN(const auto names, AuditFiles(files_, directory_));
  for (std::size_t i = 0; i + options_.files_max < names.size(); ++i) {
    STRATA_TRY(files_.Remove(JoinPath(directory_, names[i])));
  }
  return {};
}

Status AuditLog::Sync() {
  STRATA_TRY(first_error_);
  if (file_ == nullptr) return {};
  STRATA_TRY(Remember(file_->Sync()));
  synced_ = place_.seq;
  return {};
}

Status AuditLog::Remember(Status status) {
  if (!status) first_error_ = status;
  return status;
}

}  // namespace strata::auth
