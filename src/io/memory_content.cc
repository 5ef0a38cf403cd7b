#include "io/memory_content.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "io/os_error.h"

namespace strata {
namespace {

constexpr std::uint64_t kChunkSizeMin = 256;
constexpr std::uint64_t kChunkSizeMax = 1 << 20;

class MemoryRandomAccessFile final : public RandomAccessFile {
 public:
  MemoryRandomAccessFile(MemoryContent content, std::string path, ReadMode mode)
      : content_(std::move(content)), path_(std::move(path)), mode_(mode) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    const std::uint64_t end = content_.size();
    if (offset > end || size > end - offset) return ReadPastEnd(path_, offset, size, end);
    const std::string_view view = content_.View(offset, size, scratch);
    if (mode_ == ReadMode::kMapped || view.data() == scratch) return view;
    std::copy(view.begin(), view.end(), scratch);
    return std::string_view(scratch, size);
  }

  std::uint64_t size() const override { return content_.size(); }

 private:
  const MemoryContent content_;  // As it was when the file was opened.
  const std::string path_;
  const ReadMode mode_;
};

class GrowingFile final : public RandomAccessFile {
 public:
  GrowingFile(Mutex& mutex, std::shared_ptr<const MemoryContent> content, std::string path)
      : mutex_(mutex), content_(std::move(content)), path_(std::move(path)) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    MutexLock lock(mutex_);
    const MemoryContent& now = *content_;
    if (offset > now.size() || size > now.size() - offset) {
      return ReadPastEnd(path_, offset, size, now.size());
    }
    const std::string_view seen = now.View(offset, size, scratch);
    if (seen.data() != scratch) std::copy(seen.begin(), seen.end(), scratch);
    return std::string_view(scratch, size);
  }
  std::uint64_t size() const override {
    MutexLock lock(mutex_);
    return content_->size();
  }

 private:
  Mutex& mutex_;
  const std::shared_ptr<const MemoryContent> content_;
  const std::string path_;
};

}  // namespace

void MemoryContent::Append(std::string_view bytes) {
  bytes.remove_prefix(AppendInPlace(bytes));
  if (bytes.empty()) return;
  const std::uint64_t usual_size = std::clamp(size_, kChunkSizeMin, kChunkSizeMax);
  const std::size_t chunk_size = std::max<std::size_t>(bytes.size(), usual_size);
  pieces_.push_back({.chunk = std::make_shared<Chunk>(chunk_size), .start = size_, .size = 0});
  const std::size_t done = AppendInPlace(bytes);
  STRATA_CHECK(done == bytes.size());
}

// Returns how many bytes the last chunk took.
std::size_t MemoryContent::AppendInPlace(std::string_view bytes) {
  if (pieces_.empty()) return 0;
  Piece& last = pieces_.back();
  const std::size_t count = std::min(bytes.size(), last.chunk->capacity - last.size);
  std::size_t seen = last.size;
  if (!last.chunk->used.compare_exchange_strong(seen, last.size + count)) return 0;
  if (count > 0) std::memcpy(last.chunk->bytes.get() + last.size, bytes.data(), count);
  last.size += count;
  size_ += count;
  return count;
}

std::string_view MemoryContent::View(std::uint64_t offset, std::size_t size, char* scratch) const {
  if (size == 0) return {};
  auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                [](std::uint64_t at, const Piece& p) { return at < p.start; }) -
               1;
  std::size_t skip = offset - piece->start;
  if (piece->size - skip >= size) return {piece->chunk->bytes.get() + skip, size};
  for (std::size_t done = 0; done < size; ++piece, skip = 0) {
    const std::size_t count = std::min(size - done, piece->size - skip);
    std::memcpy(scratch + done, piece->chunk->bytes.get() + skip, count);
    done += count;
  }
  return {scratch, size};
}

std::string MemoryContent::Flatten() const {
  std::string bytes;
  bytes.reserve(size_);
  for (const Piece& piece : pieces_) bytes.append(piece.chunk->bytes.get(), piece.size);
  return bytes;
}

std::unique_ptr<RandomAccessFile> NewMemoryReader(MemoryContent content, std::string path,
                                                  ReadMode mode) {
  return std::make_unique<MemoryRandomAccessFile>(std::move(content), std::move(path), mode);
}

std::unique_ptr<RandomAccessFile> NewGrowingMemoryReader(
    Mutex& mutex, std::shared_ptr<const MemoryContent> content, std::string path) {
  return std::make_unique<GrowingFile>(mutex, std::move(content), std::move(path));
}
}  // namespace strata
