#include "sst/readahead.h"

#include <algorithm>
#include <cstring>

namespace strata::sst {

Result<std::string_view> ReadaheadFile::Read(std::uint64_t offset, std::size_t size,
                                             char* scratch) const {
  const bool continues = offset == expected_;
  expected_ = offset + size;
  const bool inside = offset >= ahead_offset_ && offset - ahead_offset_ <= ahead_.size() &&
                      size <= ahead_.size() - (offset - ahead_offset_);
  if (!inside) {
    if (!continues || size > kWindowMax) {
      window_ = kWindowMin;
      return file_.Read(offset, size, scratch);
    }
    STRATA_TRY(Fill(offset, size));
  }
  counters_.Add(Counter::kPrefetchedBlocks, inside ? 1 : 0);
  std::memcpy(scratch, ahead_.data() + (offset - ahead_offset_), size);
  return std::string_view(scratch, size);
}

Status ReadaheadFile::Fill(std::uint64_t offset, std::size_t size) const {
  if (buffer_ == nullptr) buffer_ = std::make_unique_for_overwrite<char[]>(kWindowMax);
  const std::uint64_t room = limit_ > offset ? limit_ - offset : 0;
  const std::size_t count = std::max<std::size_t>(size, std::min<std::uint64_t>(window_, room));
  ahead_ = {};
  STRATA_TRY_ASSIGN(ahead_, file_.Read(offset, count, buffer_.get()));
  ahead_offset_ = offset;
  window_ = std::min(window_ * 2, kWindowMax);
  return {};
}

}  // namespace strata::sst
