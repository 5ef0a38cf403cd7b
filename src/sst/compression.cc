#include "sst/compression.h"

#include <limits>
#include <lz4.h>
#include <memory>
#include <snappy.h>
#include <zstd.h>

#include "base/check.h"
#include "base/coding.h"
#include "base/mutant.h"

namespace strata::sst {
namespace {

struct ZstdDeleter {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Contexts are large and slow to make: each thread keeps one of each.
ZSTD_CCtx* CompressionContext() {
  thread_local const std::unique_ptr<ZSTD_CCtx, ZstdDeleter> context(ZSTD_createCCtx());
  return context.get();
}

ZSTD_DCtx* DecompressionContext() {
  thread_local const std::unique_ptr<ZSTD_DCtx, ZstdDeleter> context(ZSTD_createDCtx());
  return context.get();
}

// Room that `in` can need, without the length before it.
std::size_t CompressedSizeMax(Compression compression, std::size_t in_size) {
  switch (compression) {
    case Compression::kSnappy:
      return snappy::MaxCompressedLength(in_size);
    case Compression::kLz4:
      return static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(in_size)));
    case Compression::kZstd:
      return ZSTD_compressBound(in_size);
    case Compression::kNone:
      break;
  }
  return 0;
}

// Compresses `in` to `out`, where there is `room`; 0 when the codec can't.
std::size_t CompressTo(Compression compression, int level, std::string_view in, char* out,
                       std::size_t room) {
  std::size_t size = 0;
  switch (compression) {
    case Compression::kSnappy:
      snappy::RawCompress(in.data(), in.size(), out, &size);
      break;
    case Compression::kLz4:
      size = static_cast<std::size_t>(LZ4_compress_default(
          in.data(), out, static_cast<int>(in.size()), static_cast<int>(room)));
      break;
    case Compression::kZstd:
      size = ZSTD_compressCCtx(CompressionContext(), out, room, in.data(), in.size(), level);
      if (ZSTD_isError(size) != 0) size = 0;
      break;
    case Compression::kNone:
      break;
  }
  return size;
}

bool DecompressTo(Compression compression, std::string_view in, const BlockContents& out) {
  switch (compression) {
    case Compression::kSnappy:
      return snappy::RawUncompress(in.data(), in.size(), out.owned.get());
    case Compression::kLz4:
      return LZ4_decompress_safe(in.data(), out.owned.get(), static_cast<int>(in.size()),
                                 static_cast<int>(out.owned_size)) ==
             static_cast<int>(out.owned_size);
    case Compression::kZstd:
      return ZSTD_decompressDCtx(DecompressionContext(), out.owned.get(), out.owned_size, in.data(),
                                 in.size()) == out.owned_size;
    case Compression::kNone:
      break;
  }
  return false;
}

// The length that the bytes declare; what is left of `in` is for the codec.
Result<std::uint64_t> DeclaredSize(Compression compression, std::string_view* in) {
  if (compression == Compression::kSnappy) {
    std::size_t size = 0;
    if (snappy::GetUncompressedLength(in->data(), in->size(), &size)) return std::uint64_t{size};
  } else {
    ByteReader reader(*in);
    if (const auto size = reader.ReadVarint64()) {
      *in = reader.rest();
      return *size;
    }
  }
  return Corruption("compressed bytes without a length");
}

}  // namespace

std::string_view CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kSnappy:
      return "snappy";
    case Compression::kLz4:
      return "lz4";
    case Compression::kZstd:
      return "zstd";
  }
  return "unknown";
}

bool Compress(Compression compression, int level, std::string_view in, std::string* out) {
  if (compression == Compression::kNone || in.size() > LZ4_MAX_INPUT_SIZE) return false;
  const std::size_t before = out->size();
  if (compression != Compression::kSnappy) AppendVarint64(out, in.size());
  const std::size_t start = out->size();
  const std::size_t room = CompressedSizeMax(compression, in.size());
  out->resize(start + room);
  const std::size_t size = CompressTo(compression, level, in, out->data() + start, room);
  out->resize(start + size);
  if (size > 0 && out->size() - before <= in.size() - in.size() / 8) return true;
  out->resize(before);
  return false;
}

Result<BlockContents> Decompress(std::uint8_t tag, std::string_view in, std::uint64_t size_max) {
  if (tag == 0 || tag > static_cast<std::uint8_t>(Compression::kZstd)) {
    return Error(ErrorCode::kUnsupported, "compression " + std::to_string(tag));
  }
  if (STRATA_MUTANT(alloc_declared_len)) size_max = std::numeric_limits<std::uint64_t>::max();
  const auto compression = static_cast<Compression>(tag);
  STRATA_TRY_ASSIGN(const std::uint64_t size, DeclaredSize(compression, &in));
  if (size > size_max || in.size() > size_max) {
    return Corruption("compressed bytes declare a length of " + std::to_string(size));
  }
  BlockContents out = BlockContents::Uninitialised(size);
  if (!DecompressTo(compression, in, out)) {
    return Corruption("the bytes aren't " + std::string(CompressionName(compression)));
  }
  return out;
}

}  // namespace strata::sst
