#include "server/output.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace strata::server {
namespace {

constexpr std::size_t kBlockBytes = 16 << 10;
constexpr std::size_t kTakenBytes = 8 << 10;  // From here on a string is taken over.

}  // namespace

// Blocks grow to their size by themselves, so that a short reply takes little.
std::string* Output::Block(std::size_t room) {
  if (blocks_.size() == first_ || blocks_.back().size() + room > kBlockBytes) {
    blocks_.emplace_back();
  }
  return &blocks_.back();
}

void Output::Append(std::string_view bytes) {
  if (bytes.empty()) return;
  Block(bytes.size())->append(bytes);
  bytes_ += bytes.size();
}

void Output::Append(std::string&& bytes) {
  if (bytes.size() < kTakenBytes) return Append(std::string_view(bytes));
  bytes_ += bytes.size();
  blocks_.push_back(std::move(bytes));
}

void Output::Append(Output&& other) {
  std::string_view rest;
  for (std::size_t i = other.first_; i < other.blocks_.size(); ++i) {
    if (i == other.first_ && other.dropped_ > 0) {
      rest = other.blocks_[i];
      Append(rest.substr(other.dropped_));
    } else {
      Append(std::move(other.blocks_[i]));
    }
  }
  other.Clear();
}

std::size_t Output::capacity() const {
  std::size_t bytes = blocks_.capacity() * sizeof(std::string);
  for (const std::string& block : blocks_) bytes += block.capacity();
  return bytes;
}

std::size_t Output::Front(std::span<std::string_view> parts) const {
  std::size_t count = 0;
  for (std::size_t i = first_; i < blocks_.size() && count < parts.size(); ++i) {
    std::string_view part = blocks_[i];
    if (i == first_) part.remove_prefix(dropped_);
    if (!part.empty()) parts[count++] = part;
  }
  return count;
}

void Output::Drop(std::size_t count) {
  STRATA_CHECK(count <= bytes_);
  bytes_ -= count;
  if (bytes_ == 0) return Clear();
  dropped_ += count;
  while (dropped_ >= blocks_[first_].size()) {
    dropped_ -= blocks_[first_].size();
    std::string().swap(blocks_[first_]);
    ++first_;
  }
}

void Output::GoBackTo(std::size_t mark) {
  STRATA_CHECK(mark <= bytes_);
  while (bytes_ > mark) {
    std::string& last = blocks_.back();
    const std::size_t begin = blocks_.size() - 1 == first_ ? dropped_ : 0;
    const std::size_t count = std::min(bytes_ - mark, last.size() - begin);
    last.resize(last.size() - count);
    bytes_ -= count;
    if (last.size() == begin && blocks_.size() - 1 > first_) blocks_.pop_back();
  }
}

// The first block's memory serves again.
void Output::Clear() {
  blocks_.resize(std::min<std::size_t>(blocks_.size(), 1));
  if (!blocks_.empty()) blocks_.front().clear();
  if (!blocks_.empty() && blocks_.front().capacity() > kBlockBytes) blocks_.clear();
  first_ = 0;
  dropped_ = 0;
  bytes_ = 0;
}

void Output::Shrink() {
  if (!empty()) return;
  std::vector<std::string>().swap(blocks_);
  first_ = 0;
}

}  // namespace strata::server
