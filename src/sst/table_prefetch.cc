// Lets the caller read the blocks of many keys at once: Locate says which block a lookup would
// read, Adopt takes its bytes into the cache, where the lookup then finds it.

#include <cstring>

#include "sst/block_cache.h"
#include "sst/table_reader_rep.h"

namespace strata::sst {
namespace {

// Bytes that were read already, under the offset that they have in their file.
class BytesAt final : public RandomAccessFile {
 public:
  BytesAt(std::uint64_t offset, std::string_view bytes) : offset_(offset), bytes_(bytes) {}

  // Copies: the block outlives the caller's bytes.
  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    if (offset < offset_ || offset - offset_ > bytes_.size() ||
        size > bytes_.size() - (offset - offset_)) {
      return Corruption("the block ends early");
    }
    std::memcpy(scratch, bytes_.data() + (offset - offset_), size);
    return std::string_view(scratch, size);
  }
  std::uint64_t size() const override { return offset_ + bytes_.size(); }

 private:
  const std::uint64_t offset_;
  const std::string_view bytes_;
};

}  // namespace

std::optional<BlockToRead> TableReader::Locate(std::string_view user_key,
                                               SequenceNumber sequence) const {
  const Rep& rep = *rep_;
  if (rep.options.cache == nullptr || rep.source.mapped) return std::nullopt;
  if (!rep_->Load().has_value()) return std::nullopt;  // The lookup will say what is wrong.
  if (!rep.footer.filter.IsNone() && !rep.MayContain(user_key, {})) return std::nullopt;
  const std::size_t block = rep.index.learned() != nullptr
                                ? rep.index.learned()->Guess(user_key)
                                : rep.index.Find({user_key, PackTag(sequence, kEntryKindForSeek)});
  if (block == rep.index.size()) return std::nullopt;
  const BlockHandle handle = rep.index.handle(block);
  if (rep.options.cache->Lookup(rep.cache_id, handle.offset) != nullptr) return std::nullopt;
  return BlockToRead{block, handle.offset, handle.size + kTrailerSize};
}

Status TableReader::Adopt(const BlockToRead& place, std::string_view stored) const {
  const Rep& rep = *rep_;
  const BytesAt bytes(place.offset, stored);
  BlockSource source = rep.source;
  source.file = &bytes;
  STRATA_TRY_ASSIGN(Block block, rep.LoadBlock(place.block, source));
  rep.options.cache->Insert(rep.cache_id, place.offset,
                            std::make_shared<const Block>(std::move(block)));
  return {};
}

const RandomAccessFile& TableReader::file() const {
  return *rep_->file;
}

}  // namespace strata::sst
