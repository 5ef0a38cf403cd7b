// Bytes in memory as a file to read: copied into the reader's memory, or, as a mapped file does,
// given as views.

#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "io/file_system.h"

namespace strata::testing {

class BytesFile : public RandomAccessFile {
 public:
  explicit BytesFile(std::string bytes, bool mapped = false)
      : bytes_(std::move(bytes)), mapped_(mapped) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t count,
                                char* scratch) const override {
    if (offset > bytes_.size() || count > bytes_.size() - offset) {
      return Corruption("read past the end");
    }
    if (mapped_) return std::string_view(bytes_).substr(offset, count);
    std::memcpy(scratch, bytes_.data() + offset, count);
    return std::string_view(scratch, count);
  }
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  const std::string bytes_;
  const bool mapped_;
};

}  // namespace strata::testing
