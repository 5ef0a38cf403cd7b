#include "repair/whole_blocks.h"

#include <utility>

#include "iter/internal_key.h"

namespace strata::repair {

WholeBlocks::WholeBlocks(std::unique_ptr<RandomAccessFile> file, Counters& counters,
                         std::optional<sst::KnownTable> known, Lost lost)
    : file_(std::move(file)),
      known_(std::move(known)),
      lost_(std::move(lost)),
      walk_(*file_, counters, {.salvage = true, .known = known_ ? &*known_ : nullptr}) {}

Status WholeBlocks::NotThisWay() {
  return Error(ErrorCode::kUnsupported, "what is whole of a table is read forward, from its start");
}

Status WholeBlocks::SeekToFirst() {
  if (std::exchange(started_, true)) return {};
  return EnterNextBlock();
}

Status WholeBlocks::Next() {
  STRATA_TRY(entry_.Next());
  return entry_.Valid() ? Status() : EnterNextBlock();
}

Status WholeBlocks::EnterNextBlock() {
  block_.reset();
  while (auto piece = walk_.Next()) {
    if (piece->role == "properties" && !piece->error) properties_ = piece->properties;
    if (piece->role != "data") continue;  // Entries can be read without them.
    if (piece->block && !IsWhole(*piece->block)) {
      piece->error = Corruption("block at offset " + std::to_string(piece->offset) +
                                ": its entries are out of order");
    }
    if (piece->error) {
      TellPending(nullptr);
      if (piece->last) {
        lost_(*piece);
      } else {
        pending_ = std::move(piece);
      }
      continue;
    }
    TellPending(&*piece->block);
    block_ = std::make_unique<sst::Block>(*std::move(piece->block));
    entry_.Reset(block_.get());
    return entry_.SeekToFirst();
  }
  TellPending(nullptr);
  return {};
}

// The checksum is right; what a program wrote may be wrong all the same.
bool WholeBlocks::IsWhole(const sst::Block& block) {
  sst::BlockIterator entry(&block);
  std::string last = last_key_;
  Status moved = entry.SeekToFirst();
  for (; moved && entry.Valid(); moved = entry.Next()) {
    if (!IsWellFormedInternalKey(entry.key())) return false;
    if (!last.empty() && CompareInternalKeys(last, entry.key()) >= 0) return false;
    last.assign(entry.key());
  }
  if (!moved || last == last_key_) return false;
  last_key_ = std::move(last);
  return true;
}

// What is damaged ends where the next block begins, if no index says it.
void WholeBlocks::TellPending(const sst::Block* next) {
  if (!pending_) return;
  auto piece = *std::exchange(pending_, std::nullopt);
  if (next != nullptr) {
    if (const auto first = next->FirstUserKey()) piece.last = std::string(*first);
  } else if (known_) {
    piece.last = known_->largest;
  }
  lost_(piece);
}

}  // namespace strata::repair
