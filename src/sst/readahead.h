// A file that reads ahead of the one who reads it from front to back: a read that continues the one
// before brings a window that doubles, up to 256 KiB.
//
// Thread safety: none; each cursor owns one.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "io/file_system.h"
#include "stats/counters.h"

namespace strata::sst {

class ReadaheadFile final : public RandomAccessFile {
 public:
  // Never reads at or past `limit` unless asked to. `file` must outlive this.
  ReadaheadFile(const RandomAccessFile& file, std::uint64_t limit, Counters& counters)
      : file_(file), limit_(limit), counters_(counters) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override;
  std::uint64_t size() const override { return file_.size(); }

 private:
  static constexpr std::size_t kWindowMin = std::size_t{16} << 10;
  static constexpr std::size_t kWindowMax = std::size_t{256} << 10;

  Status Fill(std::uint64_t offset, std::size_t size) const;

  const RandomAccessFile& file_;
  const std::uint64_t limit_;
  Counters& counters_;
  // What was read ahead. Mutable because reading a file is const; see thread safety.
  mutable std::unique_ptr<char[]> buffer_;
  mutable std::string_view ahead_;  // In buffer_, or in a mapping.
  mutable std::uint64_t ahead_offset_ = 0;
  mutable std::uint64_t expected_ = 0;  // Where the next read begins if it continues the last.
  mutable std::size_t window_ = kWindowMin;
};

}  // namespace strata::sst
