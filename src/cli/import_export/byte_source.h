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

// `path` may be "-" for standard input. Errors: kNotFound, kIo.
Result<std::unique_ptr<ByteSource>> OpenSource(Session& session, const std::string& path);

// For tests: `bytes`, at most `step` of them a read.
std::unique_ptr<ByteSource> NewMemorySource(std::string bytes, std::size_t step);

// Errors: kInvalidArgument when there is more than `size_max`.
Result<std::string> ReadAll(ByteSource& source, std::uint64_t size_max);

// How far an input has been read.
struct InputPosition {
  std::uint64_t offset = 0;    // Bytes.
  std::uint64_t lines = 0;     // Lines in them.
  std::uint32_t checksum = 0;  // CRC-32C of the bytes.
};

// Lines and where they stand. A byte order mark at the front of the input belongs to no line.
class LineReader {
 public:
  // `source` is borrowed, and stands at `start`.
  LineReader(ByteSource& source, const InputPosition& start) : source_(source), position_(start) {}

  // The next line without its newline into `*line`; false at the end. The view holds until the
  // next call. Errors: those of Read; kAborted: a line longer than any record can be, or a text
  // that isn't in UTF-8 or ASCII.
  Result<bool> Next(std::string_view* line);

  // Of the byte after the line; `lines` is the line's number, from 1.
  const InputPosition& position() const { return position_; }

 private:
  // Counts `bytes` and makes `*line` what counts of them.
  Status Take(std::string_view bytes, std::string_view* line);

  ByteSource& source_;
  InputPosition position_;
  std::string buffer_;
  std::size_t start_ = 0;
  bool at_end_ = false;
};

}  // namespace strata::cli
