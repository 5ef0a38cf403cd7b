#include "sst/table_walk.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"
#include "base/crc32c.h"
#include "iter/internal_key.h"
#include "sst/table_properties.h"

namespace strata::sst {
namespace {

// A file without an index is read as a whole.
constexpr std::uint64_t kChainBytesMax = 1ULL << 30;
constexpr std::uint8_t kCompressionLast = 3;

}  // namespace

std::optional<BlockHandle> FindBlockAt(std::string_view bytes, std::uint64_t offset,
                                       std::uint64_t limit, const FileId& file_id) {
  char place[sizeof(FileId) + sizeof(offset)];
  std::copy(file_id.begin(), file_id.end(), place);
  EncodeFixed(place + sizeof(FileId), offset);
  limit = std::min<std::uint64_t>({limit, bytes.size(), offset + kBlockContentsSizeMax});
  std::uint32_t crc = 0;  // Of the contents, if they are so long.
  for (std::uint64_t size = 0; offset + size + kTrailerSize <= limit; ++size) {
    const char* const trailer = bytes.data() + offset + size;
    const bool may_be =
        static_cast<std::uint8_t>(trailer[0]) <= kCompressionLast && trailer[1] == 0;
    if (may_be && size > 0) {
      const std::uint32_t covered = ExtendCrc32c(crc, {trailer, 2});
      if (ExtendCrc32c(covered, {place, sizeof(place)}) ==
          DecodeFixed<std::uint32_t>(trailer + 2)) {
        return BlockHandle{offset, size};
      }
    }
    crc = ExtendCrc32c(crc, {trailer, 1});
  }
  return std::nullopt;
}

TableWalk::TableWalk(const RandomAccessFile& file, Counters& counters, TableWalkOptions options)
    : file_(file), counters_(counters), options_(options) {
  source_.counters = &counters_;
}

std::optional<WalkedPiece> TableWalk::Next() {
  switch (stage_) {
    case Stage::kFooter:
      return ReadFooter();
    case Stage::kIndex:
      return ReadIndex();
    case Stage::kProperties:
      return ReadOther("properties", footer_->properties, Stage::kFilter);
    case Stage::kFilter:
      if (!footer_->filter.IsNone()) return ReadOther("filter", footer_->filter, Stage::kData);
      stage_ = Stage::kData;
      return Next();
    case Stage::kData:
      if (index_.size() == 0) stage_ = options_.salvage ? Stage::kChain : Stage::kEnd;
      if (stage_ != Stage::kData) return Next();
      if (next_ < index_.size()) return ReadData();
      stage_ = Stage::kEnd;
      return std::nullopt;
    case Stage::kChain:
      return ReadChained();
    case Stage::kEnd:
      break;
  }
  return std::nullopt;
}

WalkedPiece TableWalk::ReadFooter() {
  const std::uint64_t size = file_.size();
  WalkedPiece piece{.role = "footer"};
  piece.offset = size < kFooterSize ? 0 : size - kFooterSize;
  piece.bytes = std::min<std::uint64_t>(size, kFooterSize);
  const auto read = [&]() -> Result<Footer> {
    if (size < kFooterSize) return Corruption(std::to_string(size) + " bytes are no table");
    char scratch[kFooterSize];
    STRATA_TRY_ASSIGN(const std::string_view bytes, file_.Read(piece.offset, kFooterSize, scratch));
    return DecodeFooter(bytes, size);
  };
  auto footer = read();
  if (!footer) {
    stage_ = options_.salvage ? Stage::kChain : Stage::kEnd;
    piece.error =
        std::move(footer).error().WithContext("footer at offset " + std::to_string(piece.offset));
    return piece;
  }
  footer_ = *footer;
  source_ = {&file_, footer_->file_id, false, &counters_};
  stage_ = Stage::kIndex;
  return piece;
}

WalkedPiece TableWalk::ReadIndex() {
  const BlockHandle handle = footer_->index;
  stage_ = Stage::kProperties;
  const auto read = [&]() -> Result<TableIndex> {
    STRATA_TRY_ASSIGN(StoredBlock stored, ReadBlock(source_, handle, true));
    return TableIndex::Decode(std::move(stored.contents), footer_->features,
                              footer_->filter.IsNone() ? handle.offset : footer_->filter.offset);
  };
  auto index = read();
  if (!index) return Damaged("index", handle, std::move(index).error());
  index_ = *std::move(index);
  return {.role = "index", .offset = handle.offset, .bytes = handle.size + kTrailerSize};
}

WalkedPiece TableWalk::ReadOther(std::string_view role, const BlockHandle& handle, Stage next) {
  stage_ = next;
  auto stored = ReadBlock(source_, handle, true);
  if (!stored) return Damaged(role, handle, std::move(stored).error());
  WalkedPiece piece{.role = role, .offset = handle.offset, .bytes = handle.size + kTrailerSize};
  if (role == "properties") piece.properties = stored->contents.bytes;
  return piece;
}

WalkedPiece TableWalk::ReadData() {
  const std::size_t i = next_++;
  const BlockHandle handle = index_.handle(i);
  const auto read = [&]() -> Result<Block> {
    STRATA_TRY_ASSIGN(StoredBlock stored, ReadBlock(source_, handle, true));
    return Block::Parse(std::move(stored.contents));
  };
  auto block = read();
  if (block) {
    if (index_.learned() != nullptr) NoteWhole(*block);
    WalkedPiece piece{.role = "data", .offset = handle.offset, .bytes = handle.size + kTrailerSize};
    piece.block = *std::move(block);
    return piece;
  }
  WalkedPiece piece = Damaged("data", handle, std::move(block).error());
  if (index_.learned() == nullptr) {
    if (i > 0) piece.first = UserKeyOf(index_.key(i - 1));
    piece.last = UserKeyOf(index_.key(i));
  } else if (last_key_) {
    piece.first = last_key_;
  }
  return piece;
}

// --- without an index ----------------------------------------------------------------------------

// Data blocks come first. Where the footer is gone nothing tells what comes behind them from what
// they are, but for the number of entries.
bool TableWalk::ChainEnds() const {
  if (!footer_) return entries_ >= options_.known->entries;
  return offset_ >= (footer_->filter.IsNone() ? footer_->index.offset : footer_->filter.offset);
}

std::optional<WalkedPiece> TableWalk::ReadChained() {
  if (!footer_ && options_.known == nullptr) return ChainBroken("nothing tells where blocks are");
  if (ChainEnds()) {
    stage_ = Stage::kEnd;
    return std::nullopt;
  }
  if (source_.file == nullptr) source_ = {&file_, options_.known->file_id, false, &counters_};
  if (const Status read = ReadWholeFile(); !read) return ChainBroken(read.error().message());
  const auto handle = FindBlockAt(bytes_, offset_, bytes_.size(), source_.file_id);
  if (!handle)
    return ChainBroken("no block that is whole begins here, and none can be found after");
  WalkedPiece piece{.role = "data", .offset = offset_, .bytes = handle->size + kTrailerSize};
  auto stored = ReadBlock(source_, *handle, true);
  if (!stored) return ChainBroken(stored.error().message());
  auto block = Block::Parse(std::move(stored->contents));
  if (!block) return ChainBroken(block.error().message());
  NoteWhole(*block);
  piece.block = *std::move(block);
  offset_ += piece.bytes;
  return piece;
}

Status TableWalk::ReadWholeFile() {
  if (!bytes_.empty()) return {};
  if (file_.size() > kChainBytesMax) return Corruption("the file is too large to look for blocks");
  std::string bytes(static_cast<std::size_t>(file_.size()), '\0');
  STRATA_TRY_ASSIGN(const std::string_view read, file_.Read(0, bytes.size(), bytes.data()));
  bytes_.assign(read);
  return {};
}

WalkedPiece TableWalk::ChainBroken(std::string_view why) {
  stage_ = Stage::kEnd;
  WalkedPiece piece{.role = "data", .offset = offset_};
  piece.error = Corruption("block at offset " + std::to_string(offset_) + ": " + std::string(why));
  if (options_.known != nullptr) {
    piece.first = options_.known->smallest;
    piece.last = options_.known->largest;
  }
  if (last_key_) piece.first = last_key_;
  return piece;
}

void TableWalk::NoteWhole(const Block& block) {
  BlockIterator entry(&block);
  for (Status moved = entry.SeekToFirst(); moved && entry.Valid(); moved = entry.Next()) {
    ++entries_;
    if (IsWellFormedInternalKey(entry.key())) last_key_ = UserKeyOf(entry.key());
  }
}

WalkedPiece TableWalk::Damaged(std::string_view role, const BlockHandle& handle,
                               Error error) const {
  WalkedPiece piece{.role = role, .offset = handle.offset, .bytes = handle.size + kTrailerSize};
  piece.error = std::move(error);
  if (options_.known != nullptr) {
    piece.first = options_.known->smallest;
    piece.last = options_.known->largest;
  }
  return piece;
}

}  // namespace strata::sst
