// A file of which only what needs no wait is read (ReadOptions::may_wait).
//
// Thread safety: as the file below.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "io/file_system.h"

namespace strata::sst {

inline Error WouldWait() {
  return Error(ErrorCode::kWouldWait, "the answer is on the disk");
}

class FileAtOnce final : public RandomAccessFile {
 public:
  // `below` must outlive it.
  explicit FileAtOnce(const RandomAccessFile& below) : below_(below) {}

  // Errors: kWouldWait.
  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    STRATA_TRY_ASSIGN(const auto got, below_.ReadAtOnce(offset, size, scratch));
    if (!got) return WouldWait();
    return *got;
  }
  std::uint64_t size() const override { return below_.size(); }

 private:
  const RandomAccessFile& below_;
};

}  // namespace strata::sst
