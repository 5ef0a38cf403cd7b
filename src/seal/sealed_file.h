// The files that SealedFiles gives: as those below them, their first byte after the header.
//
// Thread safety: as the interfaces say.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "io/file_cipher.h"
#include "io/file_system.h"
#include "seal/seal_header.h"

namespace strata::seal {

// Told the size that was synced.
using SyncListener = std::function<void(std::uint64_t size)>;

// Of a file whose format seals its pieces. `file` has its header.
std::unique_ptr<WritableFile> NewPieceWriter(std::unique_ptr<WritableFile> file,
                                             std::unique_ptr<const FileCipher> cipher,
                                             SyncListener synced);
// Of a file that is one piece: it takes one Append, which must have all of it.
std::unique_ptr<WritableFile> NewWholeWriter(std::unique_ptr<WritableFile> file,
                                             std::unique_ptr<const FileCipher> cipher);
std::unique_ptr<RandomAccessFile> NewPieceReader(std::unique_ptr<RandomAccessFile> file,
                                                 std::unique_ptr<const FileCipher> cipher);

// What a file of `size` bytes has after its header.
inline std::uint64_t SizeWithout(std::uint64_t size, std::uint64_t header) {
  return size > header ? size - header : 0;
}

}  // namespace strata::seal
