// What seals the contents of one file, piece by piece: a sealed piece can't be read without the
// key, and neither it nor what it covers can be changed, moved or exchanged unnoticed. Formats call
// it where they write and read a block or a record; seal/gcm_file_cipher.h implements it.
//
// Thread safety: any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace strata {

// What a piece is. Its tag covers this, so that no piece passes for one of another kind. Stored in
// no file, and yet part of every format: never renumber.
enum class SealedPart : std::uint8_t {
  kBlock = 1,   // Of a table.
  kRecord = 2,  // Of a log, a manifest or a blob file.
  kFooter = 3,  // Nothing is hidden; the bytes covered are the footer.
  kWhole = 4,   // A small file as one piece.
};

// Where a piece is in its file, and bytes in the clear that its tag covers too.
struct SealedPlace {
  SealedPart part = SealedPart::kBlock;
  std::uint64_t offset = 0;
  std::string_view covered = {};
};

class FileCipher {
 public:
  // What sealing adds to a piece: a number of 8 bytes that makes its nonce, and a tag of 16.
  static constexpr std::size_t kOverhead = 24;

  FileCipher() = default;
  FileCipher(const FileCipher&) = delete;
  FileCipher& operator=(const FileCipher&) = delete;
  virtual ~FileCipher() = default;

  // Writes in.size() + kOverhead bytes to `out`, which may be in.data(). A place may be sealed more
  // than once, as when there was no room for the first: each piece has a nonce of its own.
  virtual void Seal(const SealedPlace& place, std::string_view in, char* out) const = 0;

  // The way back: writes sealed.size() - kOverhead bytes to `out`, which may be sealed.data().
  // Errors: kCorruption when the piece isn't the one that was sealed for this place of this file;
  // `out` holds nothing of it then.
  virtual Status Open(const SealedPlace& place, std::string_view sealed, char* out) const = 0;

  // Of the data key that the file's own was derived from.
  virtual std::uint64_t key_id() const = 0;
};

// What a file whose pieces are sealed is besides a WritableFile or a RandomAccessFile.
class HasCipher {
 public:
  HasCipher() = default;
  HasCipher(const HasCipher&) = delete;
  HasCipher& operator=(const HasCipher&) = delete;
  virtual ~HasCipher() = default;

  // Lives as long as the file.
  virtual const FileCipher& cipher() const = 0;
};

// Null: what is written to or read from the file is in the clear. Whoever puts a file of their own
// before another one must hand this on.
template <typename File>
const FileCipher* CipherOf(const File& file) {
  const auto* const sealed = dynamic_cast<const HasCipher*>(&file);
  return sealed == nullptr ? nullptr : &sealed->cipher();
}

}  // namespace strata
