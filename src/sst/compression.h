// Codecs for blocks: how a block becomes smaller on the disk and itself again.
//
//   snappy     the format of libsnappy, which holds the decompressed length
//   lz4, zstd  decompressed length varint | the library's block (lz4) or frame (zstd)
//
// Thread safety: free functions, any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sst/block_contents.h"
#include "strata/options.h"

namespace strata::sst {

// "none", "snappy", "lz4", "zstd".
std::string_view CompressionName(Compression compression);

// Appends `in`, compressed, to `out` if that saves at least an eighth (12.5 %); otherwise `out` is
// as before and the result is false. `level` is zstd's.
bool Compress(Compression compression, int level, std::string_view in, std::string* out);

// What was compressed; `tag` is the stored number of the codec. Allocates no more than the bytes
// declare, and they may declare no more than `size_max`.
// Errors: kCorruption ("compressed bytes declare a length of 4096", more than they may; "the bytes
// aren't zstd"); kUnsupported for a codec of a newer program, by number.
Result<BlockContents> Decompress(std::uint8_t tag, std::string_view in, std::uint64_t size_max);

}  // namespace strata::sst
