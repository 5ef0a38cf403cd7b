// The bytes of a file in memory: they grow at the end, copies share them, and bytes that were once
// read never move. A copy costs a few pointers, whatever the file holds.
//
// Thread safety: as std::string; copies of one content may be used by different threads.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/file_system.h"
#include "io/mutex.h"

namespace strata {

class MemoryContent {
 public:
  MemoryContent() = default;
  explicit MemoryContent(std::string_view bytes) { Append(bytes); }

  std::uint64_t size() const { return size_; }

  // Other copies don't see it.
  void Append(std::string_view bytes);

  // REQUIRES: the range is inside the content. Copies into `scratch` (`size` bytes) what it can't
  // show where it lies.
  std::string_view View(std::uint64_t offset, std::size_t size, char* scratch) const;

  std::string Flatten() const;

  // True when View never needs its scratch space.
  bool contiguous() const { return pieces_.size() <= 1; }

 private:
  // Copies that share a chunk each see a beginning of it. `used` says up to where anybody does:
  // only a copy that sees all of that may append in place, the others start a chunk of their own.
  struct Chunk {
    explicit Chunk(std::size_t capacity_bytes)
        : bytes(std::make_unique_for_overwrite<char[]>(capacity_bytes)), capacity(capacity_bytes) {}

    const std::unique_ptr<char[]> bytes;
    const std::size_t capacity;
    std::atomic<std::size_t> used{0};
  };
  struct Piece {
    std::shared_ptr<Chunk> chunk;
    std::uint64_t start;  // In the file.
    std::size_t size;     // From the beginning of the chunk.
  };

  std::size_t AppendInPlace(std::string_view bytes);

  std::vector<Piece> pieces_;
  std::uint64_t size_ = 0;
};

// A file with these bytes for ever. `path` is for its messages.
std::unique_ptr<RandomAccessFile> NewMemoryReader(MemoryContent content, std::string path,
                                                  ReadMode mode);

// A file that shows `content` as it is at each read; `mutex`, which must outlive it, guards that.
std::unique_ptr<RandomAccessFile> NewGrowingMemoryReader(
    Mutex& mutex, std::shared_ptr<const MemoryContent> content, std::string path);

}  // namespace strata
