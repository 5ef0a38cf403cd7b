#include "cli/import_export/file_sink.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/import_export/output_file.h"
#include "io/os_error.h"

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
  explicit FileSink(std::unique_ptr<OutputFile> file) : file_(std::move(file)) {}
  Status Append(std::string_view bytes) override { return file_->Append(bytes); }
  Status Finish() override { return file_->Finish(); }

 private:
  const std::unique_ptr<OutputFile> file_;
};

// A device or a pipe: nothing there can be replaced.
class DescriptorSink final : public Sink {
 public:
  DescriptorSink(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  ~DescriptorSink() override { ::close(descriptor_); }

  Status Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written >= 0) bytes.remove_prefix(static_cast<std::size_t>(written));
      if (written < 0 && errno != EINTR) return OsError(errno, "writing", path_);
      if (written < 0 && Interrupted()) return Error(ErrorCode::kAborted, "interrupted");
    }
    return {};
  }
  Status Finish() override { return {}; }

 private:
  const int descriptor_;
  const std::string path_;
};

Result<std::unique_ptr<Sink>> OpenDevice(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) return OsError(errno, "opening", path);
  return std::unique_ptr<Sink>(std::make_unique<DescriptorSink>(descriptor, path));
}

// A name such as /dev/stdout: the same file, and what was written there before stays.
bool IsStandardOutput(const struct stat& info) {
  struct stat out{};
  const bool is_open = ::fstat(STDOUT_FILENO, &out) == 0;
  return is_open && out.st_dev == info.st_dev && out.st_ino == info.st_ino;
}

// Whoever opened it goes on with it, so it can't be replaced, whatever it is.
bool IsOpenFile(const std::string& path) {
  return path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/") ||
         path == "/dev/stderr";
}

Result<std::unique_ptr<Sink>> CreateFile(FileSystem& files, const std::string& path) {
  Result<std::unique_ptr<OutputFile>> file = OutputFile::Create(files, path);
  if (file) return std::unique_ptr<Sink>(std::make_unique<FileSink>(*std::move(file)));
  if (file.error().code() == ErrorCode::kInvalidArgument) return file.error();
  return Error(file.error().code(), file.error().message() +
                                        " (a file is written beside its name first; name another " +
                                        "folder, or - for stdout)");
}

}  // namespace

Result<std::unique_ptr<Sink>> OpenSink(Session& session, const std::string& path) {
  if (path.empty()) return InvalidArgument("FILE is empty; name one, or - for stdout");
  struct stat info{};
  const bool is_there = path != "-" && ::stat(path.c_str(), &info) == 0;
  if (path == "-" || (is_there && IsStandardOutput(info))) {
    return std::unique_ptr<Sink>(std::make_unique<ConsoleSink>(session.console()));
  }
  if (!is_there) return CreateFile(session.files(), path);
  if (S_ISDIR(info.st_mode)) {
    return InvalidArgument(path + " is a directory; name a file in it");
  }
  const bool is_replaced = S_ISREG(info.st_mode) && !IsOpenFile(path);
  return is_replaced ? CreateFile(session.files(), path) : OpenDevice(path);
}

}  // namespace strata::cli
