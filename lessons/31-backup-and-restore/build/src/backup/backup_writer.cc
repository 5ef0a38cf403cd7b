#include "backup/backup_writer.h"

#include "base/lesson.h"

namespace strata::backup {
namespace {

// Task backup-and-restore.build: the backup, whole.
[[noreturn]] void Yours() {
  strata::lesson::YoursToWrite("backup-and-restore.build", "the backup, whole");
}

}  // namespace

Result<WrittenBackup> BackupWriter::Write(const Instant& instant, const WriteOptions& options) {
  (void)instant;
  (void)options;
  (void)target_;
  (void)repository_;
  (void)next_number_;
  Yours();
}

Status BackupWriter::LookAround(const Instant& instant, const WriteOptions& options) {
  (void)instant;
  (void)options;
  Yours();
}

Result<BackupFile> BackupWriter::Bring(const HeldFile& file, bool check) {
  (void)file;
  (void)check;
  Yours();
}

Result<std::optional<BackupFile>> BackupWriter::FindKnown(const HeldFile& file, bool check) {
  (void)file;
  (void)check;
  Yours();
}

Result<bool> BackupWriter::IsThere(const BackupFile& file, bool check) {
  (void)file;
  (void)check;
  Yours();
}

}  // namespace strata::backup
