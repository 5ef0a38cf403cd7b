// Another right answer: blocks are found from their trailers, over checksums that were computed
// once, and one function reads whatever piece is next.

#include "sst/table_walk.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/crc32c.h"
#include "iter/internal_key.h"
#include "sst/table_properties.h"

namespace strata::sst {

std::optional<BlockHandle> FindBlockAt(std::string_view bytes, std::uint64_t offset,
                                       std::uint64_t limit, const FileId& file_id) {
  const std::string_view rest = bytes.substr(std::min<std::uint64_t>(offset, bytes.size()))
                                    .substr(0, limit > offset ? limit - offset : 0)
                                    .substr(0, kBlockContentsSizeMax + kTrailerSize);
  std::uint32_t crc = 0;
  for (std::size_t size = 1; size + kTrailerSize <= rest.size(); ++size) {
    crc = ExtendCrc32c(crc, rest.substr(size - 1, 1));
    const std::string_view trailer = rest.substr(size, kTrailerSize);
    if (trailer[1] != 0 || static_cast<unsigned char>(trailer[0]) > 3) continue;
    std::string place(file_id.data(), file_id.size());
    AppendFixed64(&place, offset);
    const std::uint32_t sum = ExtendCrc32c(ExtendCrc32c(crc, trailer.substr(0, 2)), place);
    if (sum == DecodeFixed<std::uint32_t>(trailer.data() + 2)) return BlockHandle{offset, size};
  }
  return std::nullopt;
}

TableWalk::TableWalk(const RandomAccessFile& file, Counters& counters, TableWalkOptions options)
    : file_(file), counters_(counters), options_(options) {}

std::optional<WalkedPiece> TableWalk::Next() {
  WalkedPiece piece;
  const auto fail = [&](Error error) {
    piece.error = std::move(error);
    if (options_.known != nullptr && stage_ != Stage::kFooter) {
      piece.first = options_.known->smallest;
      piece.last = options_.known->largest;
    }
  };
  const auto read = [&](std::string_view role, const BlockHandle& handle) -> Result<StoredBlock> {
    piece.role = role;
    piece.offset = handle.offset;
    piece.bytes = handle.size + kTrailerSize;
    auto stored = ReadBlock(source_, handle, true);
    if (!stored) fail(stored.error());
    return stored;
  };

  if (stage_ == Stage::kFooter) {
    piece.role = "footer";
    const std::uint64_t size = file_.size();
    piece.offset = size - std::min<std::uint64_t>(size, kFooterSize);
    piece.bytes = size - piece.offset;
    char scratch[kFooterSize];
    Result<Footer> footer = Corruption("too short for a table");
    if (size >= kFooterSize) {
      const auto bytes = file_.Read(piece.offset, kFooterSize, scratch);
      footer = bytes ? DecodeFooter(*bytes, size) : Result<Footer>(bytes.error());
    }
    if (footer) {
      footer_ = *footer;
      source_ = {&file_, footer_->file_id, false, &counters_};
      stage_ = Stage::kIndex;
    } else {
      fail(Error(footer.error()).WithContext("footer at offset " + std::to_string(piece.offset)));
      stage_ = options_.salvage ? Stage::kChain : Stage::kEnd;
      if (options_.known != nullptr) {
        source_ = {&file_, options_.known->file_id, false, &counters_};
      }
    }
    return piece;
  }
  if (stage_ == Stage::kIndex) {
    stage_ = Stage::kProperties;
    auto stored = read("index", footer_->index);
    if (!stored) return piece;
    auto index = TableIndex::Decode(
        std::move(stored->contents), footer_->features,
        footer_->filter.IsNone() ? footer_->index.offset : footer_->filter.offset);
    if (index) {
      index_ = *std::move(index);
    } else {
      fail(std::move(index).error().WithContext("index block at offset " +
                                                std::to_string(piece.offset)));
    }
    return piece;
  }
  if (stage_ == Stage::kProperties) {
    stage_ = Stage::kFilter;
    if (const auto stored = read("properties", footer_->properties)) {
      piece.properties = stored->contents.bytes;
    }
    return piece;
  }
  if (stage_ == Stage::kFilter) {
    stage_ = index_.size() > 0 ? Stage::kData : options_.salvage ? Stage::kChain : Stage::kEnd;
    if (!footer_->filter.IsNone()) {
      (void)read("filter", footer_->filter).has_value();
      return piece;
    }
  }
  if (stage_ == Stage::kData && next_ < index_.size()) {
    const std::size_t i = next_++;
    const bool has_keys = index_.learned() == nullptr;
    auto stored = read("data", index_.handle(i));
    if (stored) {
      auto block = Block::Parse(std::move(stored->contents));
      if (block) {
        if (!has_keys) NoteWhole(*block);
        piece.block = *std::move(block);
        return piece;
      }
      fail(std::move(block).error().WithContext("block at offset " + std::to_string(piece.offset)));
    }
    if (has_keys && i > 0) piece.first = UserKeyOf(index_.key(i - 1));
    if (has_keys) piece.last = UserKeyOf(index_.key(i));
    if (!has_keys && last_key_) piece.first = last_key_;
    return piece;
  }
  if (stage_ != Stage::kChain) return std::nullopt;

  const bool ends = footer_ ? offset_ >= (footer_->filter.IsNone() ? footer_->index.offset
                                                                   : footer_->filter.offset)
                            : options_.known != nullptr && entries_ >= options_.known->entries;
  if (ends) {
    stage_ = Stage::kEnd;
    return std::nullopt;
  }
  std::optional<BlockHandle> found;
  if (source_.file != nullptr) {
    if (bytes_.empty() && file_.size() > 0 && file_.size() <= (std::uint64_t{1} << 30)) {
      std::string all(static_cast<std::size_t>(file_.size()), '\0');
      if (const auto bytes = file_.Read(0, all.size(), all.data())) bytes_.assign(*bytes);
    }
    found = FindBlockAt(bytes_, offset_, bytes_.size(), source_.file_id);
  }
  if (found) {
    if (auto stored = read("data", *found)) {
      if (auto block = Block::Parse(std::move(stored->contents))) {
        NoteWhole(*block);
        piece.block = *std::move(block);
        offset_ += piece.bytes;
        return piece;
      }
    }
  }
  WalkedPiece broken{.role = "data", .offset = offset_};
  piece = std::move(broken);
  fail(Corruption("block at offset " + std::to_string(offset_) + ": none that is whole is there"));
  if (last_key_) piece.first = last_key_;
  stage_ = Stage::kEnd;
  return piece;
}

void TableWalk::NoteWhole(const Block& block) {
  BlockIterator entry(&block);
  for (Status moved = entry.SeekToFirst(); moved && entry.Valid(); moved = entry.Next()) {
    ++entries_;
    if (IsWellFormedInternalKey(entry.key())) last_key_ = UserKeyOf(entry.key());
  }
}

}  // namespace strata::sst
