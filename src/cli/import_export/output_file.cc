#include "cli/import_export/output_file.h"

#include <climits>
#include <unistd.h>

namespace strata::cli {
namespace {

constexpr int kLinksMax = 40;  // As Linux has it.

// What the link at `path` says; nothing when there is none.
std::string ReadLink(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return target;
}

// A name that no file beside `path` has.
Result<std::string> FreeName(FileSystem& files, const std::string& path) {
  for (int number = 1;; ++number) {
    std::string name = path + ".part" + (number == 1 ? "" : std::to_string(number));
    STRATA_TRY_ASSIGN(const bool is_taken, files.Exists(name));
    if (!is_taken) return name;
  }
}

}  // namespace

Result<std::string> WhereLinksLead(const std::string& path) {
  std::string place = path;
  for (int links = 0; links < kLinksMax; ++links) {
    const std::string target = ReadLink(place);
    if (target.empty()) return place;
    place = target.starts_with('/') ? target : JoinPath(ParentDirectory(place), target);
  }
  return InvalidArgument(path + ": the symbolic links lead in circles; name a file");
}

Result<std::unique_ptr<OutputFile>> OutputFile::Create(FileSystem& files, const std::string& path) {
  STRATA_TRY_ASSIGN(std::string place, WhereLinksLead(path));
  STRATA_TRY_ASSIGN(std::string temporary, FreeName(files, place));
  STRATA_TRY_ASSIGN(auto file, files.Create(temporary));
  return std::make_unique<OutputFile>(files, std::move(place), std::move(temporary),
                                      std::move(file));
}

OutputFile::OutputFile(FileSystem& files, std::string path, std::string temporary,
                       std::unique_ptr<WritableFile> file)
    : files_(files),
      path_(std::move(path)),
      temporary_(std::move(temporary)),
      file_(std::move(file)) {}

OutputFile::~OutputFile() {
  if (file_ != nullptr) (void)files_.Remove(temporary_);
}

Status OutputFile::Finish() {
  STRATA_TRY(file_->Sync());
  STRATA_TRY(file_->Close());
  STRATA_TRY(files_.Rename(temporary_, path_));
  file_.reset();
  return files_.SyncDirectory(ParentDirectory(path_));
}

}  // namespace strata::cli
