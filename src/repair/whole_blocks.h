// A cursor over what is whole of a table's file: blocks that are damaged are passed over, and told.
//
// Thread safety: one thread. It goes forward only, from the first entry.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "iter/iterator.h"
#include "sst/table_walk.h"

namespace strata::repair {

class WholeBlocks final : public InternalIterator {
 public:
  // Called for a piece that isn't whole and may have held entries.
  using Lost = std::function<void(const sst::WalkedPiece& piece)>;

  // `known`: what a manifest says of the table; null: nothing.
  WholeBlocks(std::unique_ptr<RandomAccessFile> file, Counters& counters,
              std::optional<sst::KnownTable> known, Lost lost);

  bool Valid() const override { return block_ != nullptr && entry_.Valid(); }
  // Once: a cursor that has moved stays where it is.
  Status SeekToFirst() override;
  Status Next() override;
  std::string_view key() const override { return entry_.key(); }
  std::string_view value() const override { return entry_.value(); }

  // REQUIRES: not called.
  Status SeekToLast() override { return NotThisWay(); }
  Status Seek(std::string_view) override { return NotThisWay(); }
  Status SeekForPrev(std::string_view) override { return NotThisWay(); }
  Status Prev() override { return NotThisWay(); }

  // Of the properties block; empty when it is damaged. REQUIRES: SeekToFirst was called.
  const std::string& properties() const { return properties_; }

 private:
  static Status NotThisWay();
  Status EnterNextBlock();
  bool IsWhole(const sst::Block& block);
  void TellPending(const sst::Block* next);

  const std::unique_ptr<RandomAccessFile> file_;
  const std::optional<sst::KnownTable> known_;
  const Lost lost_;
  sst::TableWalk walk_;
  std::string properties_;
  bool started_ = false;
  std::unique_ptr<sst::Block> block_;
  sst::BlockIterator entry_;
  std::string last_key_;                     // Internal key, of the last block.
  std::optional<sst::WalkedPiece> pending_;  // Damaged, and its end isn't known yet.
};

}  // namespace strata::repair
