// A fuzz input as a file to read: copied into the reader's memory, or, as a mapped file does, given
// as views. A read past its end is a bug of the reader, which knows the size.

#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "io/file_system.h"

namespace strata {

class InputFile final : public RandomAccessFile {
 public:
  InputFile(std::string bytes, bool mapped) : bytes_(std::move(bytes)), mapped_(mapped) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t count,
                                char* scratch) const override {
    STRATA_CHECK(offset <= bytes_.size() && count <= bytes_.size() - offset);
    if (mapped_) return std::string_view(bytes_).substr(offset, count);
    std::memcpy(scratch, bytes_.data() + offset, count);
    return std::string_view(scratch, count);
  }
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  const std::string bytes_;
  const bool mapped_;
};

}  // namespace strata
