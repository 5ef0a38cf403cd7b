// A table's file read from end to end, piece by piece, whatever is damaged in it: the footer, the
// blocks that describe the table, then its data blocks. A damaged piece is told, with the keys that
// it may hold, and the walk goes on with the next.
//
// Where the index is gone the blocks can still be found, one from the other: no handle tells the
// size of the next, so every size is tried, and the checksum says which is right (it covers the
// file's id and the block's offset, so no other bytes pass). The first block that is damaged then
// ends the walk, as nothing tells where the one after it begins.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_system.h"
#include "sst/block.h"
#include "sst/block_io.h"
#include "sst/table_format.h"
#include "sst/table_index.h"

namespace strata::sst {

// What is known of a table from elsewhere: from a manifest, for example.
struct KnownTable {
  FileId file_id{};
  std::uint64_t entries = 0;
  std::string smallest;  // User keys.
  std::string largest;
};

// One piece of the file: whole, or with the error that says why not.
struct WalkedPiece {
  std::string_view role;  // "footer", "index", "properties", "filter", "data"
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;          // In the file; 0 where they aren't known.
  std::optional<Block> block = {};  // Of a data block that is whole.
  std::string properties = {};      // Of the properties block.
  std::optional<Error> error = {};
  // Of a piece that isn't whole: the keys that it may hold lie between these user keys, both
  // inclusive. Absent: any key.
  std::optional<std::string> first = {};
  std::optional<std::string> last = {};
};

struct TableWalkOptions {
  // Find blocks without an index. What `known` says is needed for it where the footer is gone.
  bool salvage = false;
  const KnownTable* known = nullptr;  // Null: nothing is.
};

class TableWalk {
 public:
  // All borrowed: they must outlive the walk.
  TableWalk(const RandomAccessFile& file, Counters& counters, TableWalkOptions options = {});

  // The next piece, or nothing at the end.
  std::optional<WalkedPiece> Next();
  // Nothing when it was damaged, or hasn't been read.
  const std::optional<Footer>& footer() const { return footer_; }

 private:
  enum class Stage : std::uint8_t { kFooter, kIndex, kProperties, kFilter, kData, kChain, kEnd };

  WalkedPiece ReadFooter();
  WalkedPiece ReadIndex();
  WalkedPiece ReadOther(std::string_view role, const BlockHandle& handle, Stage next);
  WalkedPiece ReadData();
  std::optional<WalkedPiece> ReadChained();
  Status ReadWholeFile();
  WalkedPiece ChainBroken(std::string_view why);
  bool ChainEnds() const;
  Stage WithoutIndex() const;
  void NoteWhole(const Block& block);
  WalkedPiece Damaged(std::string_view role, const BlockHandle& handle, Error error) const;

  const RandomAccessFile& file_;
  Counters& counters_;
  const TableWalkOptions options_;
  Stage stage_ = Stage::kFooter;
  std::optional<Footer> footer_;
  BlockSource source_;
  TableIndex index_;
  std::size_t next_ = 0;                 // Data block, by the index.
  std::uint64_t offset_ = 0;             // The same, without one.
  std::string bytes_;                    // The whole file, once that is needed.
  std::uint64_t entries_ = 0;            // Of whole data blocks so far.
  std::optional<std::string> last_key_;  // User key of the last of them.
};

// The block at `offset` of `bytes`, which are the whole file `file_id`, or nothing: all sizes are
// tried. `limit`: one past the last byte that may be of it.
std::optional<BlockHandle> FindBlockAt(std::string_view bytes, std::uint64_t offset,
                                       std::uint64_t limit, const FileId& file_id);

}  // namespace strata::sst
