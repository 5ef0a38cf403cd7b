// Puts one block into a table's bytes and gets it back: trailer, checksum, compression.
//
// Thread safety: free functions, any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_cipher.h"
#include "io/file_system.h"
#include "sst/block_contents.h"
#include "sst/table_format.h"
#include "stats/counters.h"

namespace strata::sst {

// How a block is stored.
struct BlockCodec {
  std::uint8_t compression = 0;
  int level = 0;
  const FileCipher* cipher = nullptr;  // Null: in the clear.
};

// Appends the block and its trailer to `out`, which begins at `out_offset` of the file, and returns
// where it is. A block that hardly shrinks is stored as it is.
BlockHandle AppendBlock(std::string_view contents, const BlockCodec& codec, const FileId& file_id,
                        std::uint64_t out_offset, std::string* out);

// Where blocks are read from.
struct BlockSource {
  const RandomAccessFile* file = nullptr;
  FileId file_id{};
  bool mapped = false;                 // Read() needs no scratch: it gives views into a mapping.
  Counters* counters = nullptr;        // Not null.
  const FileCipher* cipher = nullptr;  // Not null: no block is in the clear.
};

// A key for a message: what is sealed isn't told.
std::string KeyText(std::string_view user_key, const FileCipher* cipher);

// A block as it comes from a file.
struct StoredBlock {
  BlockContents contents;  // Decompressed.
  std::uint8_t compression = 0;
};

// Reads the block at `handle`. REQUIRES: the handle lies inside the file (LiesBefore).
// Errors: kCorruption, kUnsupported ("block at offset 8192: bad checksum"), those of the file.
Result<StoredBlock> ReadBlock(const BlockSource& source, const BlockHandle& handle,
                              bool verify_checksum);

}  // namespace strata::sst
