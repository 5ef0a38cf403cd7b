// The files of an audit log, in a directory of their own: "audit-<20 digits>.log", after the number
// of their first record. A file that is full is followed by another one, and so is the last one of
// a log that is opened: nothing is appended behind what a crash may have cut. The chain goes on
// from file to file.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/audit_record.h"
#include "io/file_system.h"

namespace strata::auth {

// What a look at all files of a log found.
struct AuditReport {
  std::size_t files = 0;
  std::uint64_t first_seq = 0;  // 0: there are no records.
  AuditPlace last;
  std::size_t torn = 0;  // Files at whose end is what a crash left of records never synced.
  std::uint64_t whole_bytes = 0;      // Of the last file, before such an end.
  std::optional<std::string> broken;  // Where the chain breaks first, and how.
};
// Reads all files, from the oldest on. `expected` (a place of before, kept elsewhere) must be in
// the chain: without, a log whose end was cut off at a line looks whole. Errors: those of
// FileSystem.
Result<AuditReport> VerifyAuditLog(FileSystem& files, const std::string& directory,
                                   const std::optional<AuditPlace>& expected = std::nullopt);

class AuditLog {
 public:
  struct Options {
    std::uint64_t file_bytes = 64 << 20;  // A file takes no more records from here on.
    std::size_t files_max = 100;          // The oldest go; 0: all stay.
  };
  // `files` is borrowed; the directory is made if it isn't there. Errors: kCorruption if what is
  // there is no whole chain: then it must be looked at (`strata audit verify`) and moved away.
  static Result<std::unique_ptr<AuditLog>> Open(FileSystem& files, const std::string& directory,
                                                const Options& options);
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  ~AuditLog() = default;

  // It survives a crash only once a later Sync has succeeded. After an error nothing more is taken:
  // each later call returns the first.
  Status Append(const AuditRecord& record);
  Status Sync();

  const AuditPlace& place() const { return place_; }

 private:
  AuditLog(FileSystem& files, std::string directory, const Options& options)
      : files_(files), directory_(std::move(directory)), options_(options) {}
  Status Mend(const AuditReport& report);
  Status Begin();
  Status DropOldest();
  Status Remember(Status status);

  FileSystem& files_;
  const std::string directory_;
  const Options options_;
  AuditPlace place_;
  std::uint64_t synced_ = 0;            // The last record that is on the disk.
  std::unique_ptr<WritableFile> file_;  // Null: the next record begins one.
  Status first_error_;
};

// Names of the log's files in it, the oldest first. Errors: those of FileSystem::List.
Result<std::vector<std::string>> AuditFiles(FileSystem& files, const std::string& directory);

}  // namespace strata::auth
