// A fuzz input as a file to read: copied into the reader's memory, or, as a mapped file does, given
// as views. A read past its end is a bug of the reader, which knows the size.

#pragma once

#include "base/check.h"
#include "testing/bytes_file.h"

namespace strata {

class InputFile final : public testing::BytesFile {
 public:
  using BytesFile::BytesFile;

  Result<std::string_view> Read(std::uint64_t offset, std::size_t count,
                                char* scratch) const override {
    STRATA_CHECK(offset <= size() && count <= size() - offset);
    return BytesFile::Read(offset, count, scratch);
  }
};

}  // namespace strata
