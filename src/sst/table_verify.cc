// TableReader::Blocks and VerifyAll: every byte of the file, for people and for `strata verify`.

#include <algorithm>
#include <functional>
#include <utility>

#include "sst/block_io.h"
#include "sst/bloom.h"
#include "sst/table_reader_rep.h"

namespace strata::sst {
namespace {

// What the entries say, to be compared with what the properties say.
struct Census {
  TableSummary summary;
  std::string last_key;
  BlobUses blobs;

  // Errors: kCorruption if `key` isn't well-formed or doesn't sort after all before it.
  Status Count(std::string_view key, std::string_view value, const FileCipher* cipher) {
    if (!IsWellFormedInternalKey(key)) return Corruption("an entry of unknown kind");
    if (summary.entries > 0 && CompareInternalKeys(last_key, key) >= 0) {
      return Corruption("key " + KeyText(UserKeyOf(key), cipher) + " is out of order");
    }
    summary.Count(key, value);
    last_key.assign(key);
    STRATA_TRY(blobs.Note(KindOf(key), value));
    return {};
  }
};

// Describes a block of entries, calling `visit(key, value)` for each.
template <typename Visit>
Status WalkEntries(const Block& block, BlockInfo* info, Visit visit) {
  info->restarts = block.restarts();
  info->hash_slots = block.hash_slots().size();
  BlockIterator entry(&block);
  STRATA_TRY(entry.SeekToFirst());
  while (entry.Valid()) {
    if (info->entries++ == 0) info->first.assign(entry.key());
    info->last.assign(entry.key());
    STRATA_TRY(visit(entry.key(), entry.value()));
    STRATA_TRY(entry.Next());
  }
  return {};
}

// Reads a block that isn't data, whatever it holds.
Result<BlockInfo> DescribeBlock(const BlockSource& source, std::string_view role,
                                const BlockHandle& handle) {
  STRATA_TRY_ASSIGN(StoredBlock stored, ReadBlock(source, handle, true));
  BlockInfo info;
  info.role = role;
  info.offset = handle.offset;
  info.stored_bytes = handle.size;
  info.bytes = stored.contents.bytes.size();
  info.compression = stored.compression;
  if (role != "index" && role != "data") return info;  // A learned index is no block of entries.
  STRATA_TRY_ASSIGN(const Block block, Block::Parse(std::move(stored.contents)));
  STRATA_TRY(WalkEntries(block, &info, [](auto, auto) { return Status(); }));
  return info;
}

Error AtBlock(Error error, const BlockHandle& handle) {
  return std::move(error).WithContext("block at offset " + std::to_string(handle.offset));
}

// True iff a lookup of any key from info.first to info.last finds block i.
bool IndexLeadsTo(const TableIndex& index, std::size_t i, const BlockInfo& info) {
  if (const LearnedIndex* const learned = index.learned()) {
    return learned->Guess(UserKeyOf(info.first)) + 1 >= i &&
           learned->Guess(UserKeyOf(info.last)) <= i + 1;
  }
  const bool before = i > 0 && CompareInternalKeys(info.first, index.key(i - 1)) <= 0;
  return !before && CompareInternalKeys(info.last, index.key(i)) <= 0;
}

// One data block: its checksum, its entries' order and place, and what a lookup and the filter say
// of one in `every`.
Status VerifyDataBlock(const BlockSource& source, const TableIndex& index, std::size_t i,
                       std::uint64_t every, Census* census,
                       const std::function<Status(std::string_view)>& check_key) {
  STRATA_TRY_ASSIGN(StoredBlock stored, ReadBlock(source, index.handle(i), true));
  STRATA_TRY_ASSIGN(const Block block, Block::Parse(std::move(stored.contents)));
  BlockInfo info;
  SearchCost cost;
  const auto check_entry = [&](std::string_view key, std::string_view value) -> Status {
    STRATA_TRY(census->Count(key, value, source.cipher));
    if (census->summary.entries % every != 0) return {};
    STRATA_TRY_ASSIGN(const auto found, block.Find(LookupKey::Of(key), &cost));
    if (!found.has_value() || found->tag != TagOf(key) || found->value != value) {
      return Corruption("key " + KeyText(UserKeyOf(key), source.cipher) + " can't be found");
    }
    return check_key(UserKeyOf(key));
  };
  STRATA_TRY(WalkEntries(block, &info, check_entry));
  if (!IndexLeadsTo(index, i, info)) {
    return Corruption("its keys aren't those that the index tells");
  }
  return {};
}

}  // namespace

Result<std::vector<BlockInfo>> TableReader::Blocks() const {
  STRATA_TRY(rep_->Load());
  const Rep& rep = *rep_;
  std::vector<std::pair<std::string_view, BlockHandle>> places;
  places.reserve(rep.index.size() + 3);
  for (std::size_t i = 0; i < rep.index.size(); ++i)
    places.emplace_back("data", rep.index.handle(i));
  if (!rep.footer.filter.IsNone()) places.emplace_back("filter", rep.footer.filter);
  places.emplace_back(rep.index.learned() != nullptr ? "learned index" : "index", rep.footer.index);
  places.emplace_back("properties", rep.footer.properties);
  std::vector<BlockInfo> blocks;
  for (const auto& [role, handle] : places) {
    auto info = DescribeBlock(rep.source, role, handle);
    if (!info.has_value()) return rep.InFile(std::move(info).error());
    blocks.push_back(*std::move(info));
  }
  return blocks;
}

Status TableReader::VerifyAll(std::uint64_t look_up_every) const {
  STRATA_TRY(rep_->Load());
  const Rep& rep = *rep_;
  Census census;
  const auto check_key = [&]([[maybe_unused]] std::string_view user_key) -> Status {
    if (!rep.footer.filter.IsNone() && !BloomMayContain(rep.filter.contents.bytes, user_key)) {
      return Corruption("the filter denies key " + KeyText(user_key, rep.source.cipher));
    }
    return {};
  };
  for (std::size_t i = 0; i < rep.index.size(); ++i) {
    Status verified = VerifyDataBlock(rep.source, rep.index, i, look_up_every, &census, check_key);
    if (!verified.has_value()) {
      return rep.InFile(AtBlock(std::move(verified).error(), rep.index.handle(i)));
    }
  }
  census.summary.blobs = census.blobs.Summary();
  STRATA_TRY_ASSIGN(const BlobUses told, BlobUsesOf(rep.properties));
  if (told.Encode() != census.blobs.Encode()) {
    return rep.InFile(Corruption("properties block at offset " +
                                 std::to_string(rep.footer.properties.offset) +
                                 ": the entries point to other values of blobs"));
  }
  return rep.CheckWhole(census.summary, std::move(census.last_key));
}

// What only the whole can tell: the counts, and that blocks fill the file without gaps.
Status TableReader::Rep::CheckWhole(TableSummary counted, std::string largest) const {
  counted.largest = std::move(largest);
  counted.data_blocks = index.size();
  counted.data_bytes = index.data_end();
  counted.size_bytes = summary.size_bytes;
  counted.footer_checksum = summary.footer_checksum;
  if (!(counted == summary)) {
    return InFile(Corruption("properties block at offset " +
                             std::to_string(footer.properties.offset) +
                             ": they don't describe the entries"));
  }
  std::uint64_t end = index.data_end();
  for (const BlockHandle& handle : {footer.filter, footer.index, footer.properties}) {
    if (handle.IsNone()) continue;
    if (handle.offset != end) {
      return InFile(Corruption("bytes at offset " + std::to_string(end) + " belong to no block"));
    }
    if (auto block = ReadBlock(source, handle, true); !block.has_value()) {
      return InFile(std::move(block).error());
    }
    end = EndOf(handle);
  }
  if (end + SealSizeOf(footer.features) + kFooterSize != footer.file_size) {
    return InFile(Corruption("bytes at offset " + std::to_string(end) + " belong to no block"));
  }
  return {};
}

}  // namespace strata::sst
