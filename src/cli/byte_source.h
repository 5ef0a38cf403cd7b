// Input that is read once, front to back: a file, a pipe or standard input.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/session.h"

namespace strata::cli {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Up to `size` bytes into `buffer`; 0 at the end. Errors: kIo; kAborted after Ctrl-C.
  virtual Result<std::size_t> Read(char* buffer, std::size_t size) = 0;

  // Bytes in all, where that is known.
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
};

// `path` may be "-" for standard input. The first `offset` bytes are left out. Errors: kNotFound,
// kIo; kInvalidArgument when there are fewer bytes than that.
Result<std::unique_ptr<ByteSource>> OpenSource(Session& session, const std::string& path,
                                               std::uint64_t offset);

// For tests: `bytes`, at most `step` of them a read.
std::unique_ptr<ByteSource> NewMemorySource(std::string bytes, std::size_t step);

// Errors: kInvalidArgument when there is more than `size_max`.
Result<std::string> ReadAll(ByteSource& source, std::uint64_t size_max);

// Lines and where they stand.
class LineReader {
 public:
  // `offset` and `line` are those of the source's first byte.
  LineReader(ByteSource& source, std::uint64_t offset, std::uint64_t lines)
      : source_(source), offset_(offset), lines_(lines) {}

  // The next line without its newline into `*line`; false at the end. The view holds until the
  // next call. Errors: those of Read; kInvalidArgument: a line longer than any record can be.
  Result<bool> Next(std::string_view* line);

  std::uint64_t offset() const { return offset_; }  // Of the byte after the line.
  std::uint64_t lines() const { return lines_; }    // Read so far: the line's number, from 1.

 private:
  ByteSource& source_;
  std::uint64_t offset_;
  std::uint64_t lines_;
  std::string buffer_;
  std::size_t start_ = 0;
  bool at_end_ = false;
};

}  // namespace strata::cli
