#include "cli/import_state.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "io/os_error.h"

namespace strata::cli {
namespace {

constexpr std::string_view kFirstLine = "strata-import 1\n";
constexpr std::uint64_t kSaveEveryMicros = 1'000'000;
constexpr std::uint64_t kFingerprintBytes = 64 << 10;
constexpr std::uint64_t kStateSizeMax = 4096;

// Takes "name 123\n" off the front.
bool TakeNumber(std::string_view* text, std::string_view name, std::uint64_t* number) {
  if (!text->starts_with(name) || text->size() == name.size()) return false;
  text->remove_prefix(name.size() + 1);
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), *number);
  const auto length = static_cast<std::size_t>(parsed.ptr - text->data());
  if (parsed.ec != std::errc{} || length == text->size() || (*text)[length] != '\n') return false;
  text->remove_prefix(length + 1);
  return true;
}

}  // namespace

void ImportCheckpoint::Init(FileSystem& files, Clock& clock, const std::string& input,
                            const std::string& state_file) {
  files_ = &files;
  clock_ = &clock;
  input_ = input;
  path_ = !state_file.empty() ? state_file : input == "-" ? "" : input + ".resume";
  next_us_ = clock.NowMicros() + kSaveEveryMicros;
}

// Of the bytes before `offset`: enough to notice another input. 0 for a pipe, which can't be read
// twice.
Result<std::uint32_t> ImportCheckpoint::Fingerprint(std::uint64_t offset) const {
  struct stat info{};
  const bool is_there = ::stat(input_.c_str(), &info) == 0;
  if (input_ == "-" || (is_there && !S_ISREG(info.st_mode))) return std::uint32_t{0};
  STRATA_TRY_ASSIGN(const auto file, files_->Open(input_));
  const std::uint64_t size = std::min(offset, kFingerprintBytes);
  if (offset > file->size()) return InvalidArgument(input_ + " is shorter than it was");
  std::string scratch(size, '\0');
  STRATA_TRY_ASSIGN(const std::string_view bytes, file->Read(offset - size, size, scratch.data()));
  return Crc32c(bytes);
}

Result<ImportState> ImportCheckpoint::Load() {
  if (path_.empty()) return InvalidArgument("--resume from stdin needs --resume-file FILE");
  Result<std::string> read = files_->ReadFile(path_, kStateSizeMax);
  if (!read && read.error().code() == ErrorCode::kNotFound) return ImportState();
  STRATA_TRY_ASSIGN(const std::string contents, std::move(read));
  std::string_view rest = contents;
  ImportState state;
  std::uint64_t fingerprint = 0;
  const bool has_first_line = rest.starts_with(kFirstLine);
  if (has_first_line) rest.remove_prefix(kFirstLine.size());
  if (!has_first_line || !TakeNumber(&rest, "offset", &state.offset) ||
      !TakeNumber(&rest, "lines", &state.lines) || !TakeNumber(&rest, "records", &state.records) ||
      !TakeNumber(&rest, "fingerprint", &fingerprint) || !rest.empty()) {
    return Corruption(path_ + " isn't the state of an import; remove it to begin anew");
  }
  STRATA_TRY_ASSIGN(const std::uint32_t actual, Fingerprint(state.offset));
  if (actual != fingerprint) {
    return InvalidArgument(input_ + " isn't the file that " + path_ +
                           " was written for; remove it to begin anew");
  }
  return state;
}

Status ImportCheckpoint::Write(const ImportState& state) {
  STRATA_TRY_ASSIGN(const std::uint32_t fingerprint, Fingerprint(state.offset));
  const std::string temporary = path_ + ".new";
  (void)files_->Remove(temporary);  // Left by a crash.
  STRATA_TRY_ASSIGN(const auto file, files_->Create(temporary));
  STRATA_TRY(file->Append(std::string(kFirstLine) + "offset " + std::to_string(state.offset) +
                          "\nlines " + std::to_string(state.lines) + "\nrecords " +
                          std::to_string(state.records) + "\nfingerprint " +
                          std::to_string(fingerprint) + "\n"));
  STRATA_TRY(file->Sync());
  STRATA_TRY(file->Close());
  STRATA_TRY(files_->Rename(temporary, path_));
  return files_->SyncDirectory(ParentDirectory(path_));
}

Status ImportCheckpoint::Save(DB& db, const ImportState& state, When when) {
  const std::uint64_t now = clock_->NowMicros();
  if (when == When::kIfDue && now < next_us_) return {};
  next_us_ = now + kSaveEveryMicros;
  STRATA_TRY(db.Sync());
  if (!path_.empty() && !Write(state)) path_.clear();
  return {};
}

Status ImportCheckpoint::Finish(DB& db) {
  STRATA_TRY(db.Sync());
  if (!path_.empty()) (void)files_->Remove(path_);  // Usually there is none.
  return {};
}

Result<std::unique_ptr<AckFile>> AckFile::Open(const std::string& path) {
  constexpr int kMode = 0600;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
  if (descriptor < 0) return OsError(errno, "opening", path);
  return std::unique_ptr<AckFile>(std::make_unique<AckFile>(descriptor, path));
}

AckFile::~AckFile() {
  ::close(descriptor_);
}

Status AckFile::Append(std::uint64_t records) {
  const std::string line = std::to_string(records) + "\n";
  const ssize_t written = ::write(descriptor_, line.data(), line.size());
  if (written < 0) return OsError(errno, "writing", path_);
  if (static_cast<std::size_t>(written) < line.size()) return OsError(ENOSPC, "writing", path_);
  return {};
}

}  // namespace strata::cli
