#include "cli/file_sink.h"

#include <sys/stat.h>

namespace strata::cli {
namespace {

class ConsoleSink final : public Sink {
 public:
  explicit ConsoleSink(Console& console) : console_(console) {}
  Status Append(std::string_view bytes) override {
    console_.Out(bytes);
    return {};
  }
  Status Finish() override { return console_.FlushOut(); }

 private:
  Console& console_;
};

class FileSink final : public Sink {
 public:
  FileSink(FileSystem& files, std::string path, std::unique_ptr<WritableFile> file)
      : files_(files), path_(std::move(path)), file_(std::move(file)) {}
  ~FileSink() override {
    if (file_ != nullptr) (void)files_.Remove(TemporaryName(path_));
  }

  static std::string TemporaryName(const std::string& path) { return path + ".part"; }

  Status Append(std::string_view bytes) override { return file_->Append(bytes); }

  Status Finish() override {
    STRATA_TRY(file_->Sync());
    STRATA_TRY(file_->Close());
    STRATA_TRY(files_.Rename(TemporaryName(path_), path_));
    file_.reset();
    return files_.SyncDirectory(ParentDirectory(path_));
  }

 private:
  FileSystem& files_;
  const std::string path_;
  std::unique_ptr<WritableFile> file_;
};

}  // namespace

Result<std::unique_ptr<Sink>> OpenSink(Session& session, const std::string& path) {
  if (path == "-") return std::unique_ptr<Sink>(std::make_unique<ConsoleSink>(session.console()));
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    return InvalidArgument(path + " isn't a file that can be replaced; write to - instead");
  }
  const std::string temporary = FileSink::TemporaryName(path);
  (void)session.files().Remove(temporary);  // Left by a crash.
  STRATA_TRY_ASSIGN(auto file, session.files().Create(temporary));
  return std::unique_ptr<Sink>(std::make_unique<FileSink>(session.files(), path, std::move(file)));
}

}  // namespace strata::cli
