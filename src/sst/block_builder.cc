#include "sst/block_builder.h"

#include "base/check.h"
#include "base/coding.h"
#include "iter/internal_key.h"
#include "sst/block.h"

namespace strata::sst {
void BlockBuilder::Add(std::string_view key, std::string_view value) {
  const std::string_view user_key = UserKeyOf(key);
  std::size_t shared = 0;
  if (entries_ == 0 || since_restart_ == restart_interval_) {
    restarts_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    since_restart_ = 0;
  } else {
    shared = CommonPrefix(last_user_key_, user_key);
  }
  AppendVarint64(&bytes_, shared);
  AppendVarint64(&bytes_, user_key.size() - shared);
  AppendVarint64(&bytes_, value.size());
  bytes_.append(key.substr(shared));  // The rest of the user key, and the tag.
  bytes_.append(value);
  if (hash_index_) hash_slots_.Add(user_key, static_cast<std::uint32_t>(restarts_.size() - 1));
  last_user_key_.assign(user_key);
  ++since_restart_;
  ++entries_;
}

std::string_view BlockBuilder::Finish() {
  STRATA_CHECK(entries_ > 0);
  for (const std::uint32_t restart : restarts_) AppendFixed32(&bytes_, restart);
  auto word = static_cast<std::uint32_t>(restarts_.size());
  if (hash_index_ && hash_slots_.Finish(&bytes_)) word |= kBlockHasSlots;
  AppendFixed32(&bytes_, word);
  return bytes_;
}

void BlockBuilder::Reset() {
  bytes_.clear();
  restarts_.clear();
  entries_ = 0;
  since_restart_ = 0;
  last_user_key_.clear();
}

std::size_t BlockBuilder::size_estimate() const {
  std::size_t size =
      bytes_.size() + restarts_.size() * sizeof(std::uint32_t) + sizeof(std::uint32_t);
  if (hash_index_) size += hash_slots_.size_estimate();
  return size;
}

std::size_t BlockBuilder::EntrySizeMax(std::string_view key, std::string_view value) {
  return 2 * Varint64Size(key.size()) + Varint64Size(value.size()) + key.size() + value.size() +
         sizeof(std::uint32_t);
}

}  // namespace strata::sst
