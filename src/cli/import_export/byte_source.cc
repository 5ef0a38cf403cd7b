#include "cli/import_export/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "cli/format/text.h"
#include "io/os_error.h"

namespace strata::cli {
namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10;
constexpr std::size_t kLineMax = 4 * (kValueSizeMax + kKeySizeMax) + 64;  // All bytes as \xNN.

class ConsoleSource final : public ByteSource {
 public:
  explicit ConsoleSource(Console& console) : console_(console) {}
  Result<std::size_t> Read(char* buffer, std::size_t size) override {
    return console_.Read(buffer, size);
  }

 private:
  Console& console_;
};

// Not io's RandomAccessFile: the input may be a pipe (`import <(zcat x.tsv.gz)`).
class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(int descriptor, std::string path, std::optional<std::uint64_t> size)
      : descriptor_(descriptor), path_(std::move(path)), size_(size) {}
  ~DescriptorSource() override { ::close(descriptor_); }

  Result<std::size_t> Read(char* buffer, std::size_t size) override {
    while (true) {
      const ssize_t count = ::read(descriptor_, buffer, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return OsError(errno, "reading", path_);
      if (Interrupted()) return Error(ErrorCode::kAborted, "interrupted");
    }
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  const int descriptor_;
  const std::string path_;
  const std::optional<std::uint64_t> size_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string bytes, std::size_t step) : bytes_(std::move(bytes)), step_(step) {}
  Result<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t count = bytes_.copy(buffer, std::min(size, step_), offset_);
    offset_ += count;
    return count;
  }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  const std::string bytes_;
  const std::size_t step_;
  std::size_t offset_ = 0;
};

Result<std::unique_ptr<ByteSource>> OpenFile(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return OsError(errno, "opening", path);
  struct stat info{};
  std::optional<std::uint64_t> size;
  if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode)) {
    size = static_cast<std::uint64_t>(info.st_size);
  }
  return std::unique_ptr<ByteSource>(std::make_unique<DescriptorSource>(descriptor, path, size));
}

}  // namespace

Result<std::unique_ptr<ByteSource>> OpenSource(Session& session, const std::string& path) {
  if (path != "-") return OpenFile(path);
  return std::unique_ptr<ByteSource>(std::make_unique<ConsoleSource>(session.console()));
}

std::unique_ptr<ByteSource> NewMemorySource(std::string bytes, std::size_t step) {
  return std::make_unique<MemorySource>(std::move(bytes), step);
}

Result<std::string> ReadAll(ByteSource& source, std::uint64_t size_max) {
  std::string bytes;
  while (true) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunk);
    STRATA_TRY_ASSIGN(const std::size_t count, source.Read(bytes.data() + size, kChunk));
    bytes.resize(size + count);
    if (bytes.size() > size_max) {
      return InvalidArgument("more than " + std::to_string(size_max) + " bytes, the largest value");
    }
    if (count == 0) return bytes;
  }
}

Result<bool> LineReader::Next(std::string_view* line) {
  std::size_t searched = start_;
  while (true) {
    const std::size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos || (at_end_ && start_ < buffer_.size())) {
      const std::size_t next = std::min(newline, buffer_.size() - 1) + 1;
      STRATA_TRY(Take(std::string_view(buffer_).substr(start_, next - start_), line));
      start_ = next;
      return true;
    }
    if (at_end_) return false;
    if (buffer_.size() - start_ > kLineMax) {
      return Error(ErrorCode::kAborted, "line " + std::to_string(position_.lines + 1) +
                                            " is longer than any record; is this a text file?");
    }
    buffer_.erase(0, start_);
    start_ = 0;
    searched = buffer_.size();
    buffer_.resize(searched + kChunk);
    STRATA_TRY_ASSIGN(const std::size_t count, source_.Read(buffer_.data() + searched, kChunk));
    buffer_.resize(searched + count);
    at_end_ = count == 0;
  }
}

Status LineReader::Take(std::string_view bytes, std::string_view* line) {
  *line = bytes;
  if (line->ends_with('\n')) line->remove_suffix(1);
  if (position_.offset == 0) {
    const bool is_utf16 = bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
    if (is_utf16 && bytes.substr(0, 4).find('\0') != std::string_view::npos) {
      return Error(ErrorCode::kAborted,
                   "this is UTF-16; make UTF-8 of it first: iconv -f UTF-16 -t UTF-8");
    }
    if (line->starts_with(kByteOrderMark)) line->remove_prefix(kByteOrderMark.size());
  }
  position_.offset += bytes.size();
  position_.checksum = ExtendCrc32c(position_.checksum, bytes);
  ++position_.lines;
  return {};
}

}  // namespace strata::cli
