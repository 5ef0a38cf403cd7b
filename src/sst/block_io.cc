#include "sst/block_io.h"

#include <utility>

#include "base/coding.h"
#include "base/escape.h"
#include "base/mutant.h"
#include "sst/compression.h"
#include "sst/prefetch.h"

namespace strata::sst {
namespace {

BlockTrailer TrailerAt(const char* in) {
  return {static_cast<std::uint8_t>(in[0]), static_cast<std::uint8_t>(in[1]),
          DecodeFixed<std::uint32_t>(in + 2)};
}

constexpr std::uint8_t kFlagSealed = 1;

// What the tag of a sealed block covers besides its place.
struct SealedTags {
  explicit SealedTags(std::uint8_t compression)
      : bytes{static_cast<char>(compression), static_cast<char>(kFlagSealed)} {}
  std::string_view view() const { return {bytes, sizeof(bytes)}; }

  char bytes[2];
};

Status CheckFlags(const BlockSource& source, std::uint8_t flags) {
  const std::uint8_t wanted = source.cipher == nullptr ? 0 : kFlagSealed;
  if (flags == wanted) return {};
  if (flags == 0) return Corruption("the block isn't sealed, and its file is");
  return Error(ErrorCode::kUnsupported,
               flags == kFlagSealed ? "the block is sealed" : "unknown block flags");
}

// Opens the sealed `bytes` into the memory of `raw`, where they may lie already.
Status OpenSealed(const BlockSource& source, const BlockHandle& handle, std::uint8_t compression,
                  BlockContents* raw) {
  const SealedTags tags(compression);
  const std::string_view sealed = raw->bytes;
  STRATA_TRY(source.cipher->Open({SealedPart::kBlock, handle.offset, tags.view()}, sealed,
                                 raw->owned.get()));
  raw->bytes = {raw->owned.get(), sealed.size() - FileCipher::kOverhead};
  return {};
}

Result<StoredBlock> ReadStored(const BlockSource& source, const BlockHandle& handle,
                               bool verify_checksum) {
  const std::size_t stored = handle.size + kTrailerSize;
  BlockContents raw;
  if (!source.mapped) raw = BlockContents::Uninitialised(stored);
  STRATA_TRY_ASSIGN(const std::string_view bytes,
                    source.file->Read(handle.offset, stored, raw.owned.get()));
  if (source.mapped) PrefetchBlock(bytes);
  source.counters->Add(Counter::kBlocksRead);
  source.counters->Add(Counter::kBlockBytesRead, stored);
  const BlockTrailer trailer = TrailerAt(bytes.data() + handle.size);
  if (verify_checksum && !STRATA_MUTANT(skip_block_crc) &&
      trailer.checksum !=
          BlockChecksum(bytes.substr(0, handle.size + 2), source.file_id, handle.offset)) {
    return Corruption("bad checksum");
  }
  STRATA_TRY(CheckFlags(source, trailer.flags));
  raw.bytes = bytes.substr(0, handle.size);
  if (source.cipher != nullptr) {
    STRATA_TRY(OpenSealed(source, handle, trailer.compression, &raw));
  }
  if (trailer.compression != 0) {
    STRATA_TRY_ASSIGN(raw, Decompress(trailer.compression, raw.bytes, kBlockContentsSizeMax));
  }
  return StoredBlock{std::move(raw), trailer.compression};
}

}  // namespace

std::string KeyText(std::string_view user_key, const FileCipher* cipher) {
  return cipher == nullptr ? EscapeShort(user_key) : "(hidden: it is sealed)";
}

BlockHandle AppendBlock(std::string_view contents, const BlockCodec& codec, const FileId& file_id,
                        std::uint64_t out_offset, std::string* out) {
  const std::size_t start = out->size();
  const std::uint64_t offset = out_offset + start;
  const auto wanted = static_cast<Compression>(codec.compression);
  const bool smaller = Compress(wanted, codec.level, contents, out);
  if (!smaller) out->append(contents);
  const std::uint8_t compression = smaller ? codec.compression : 0;
  if (codec.cipher != nullptr) {
    const std::size_t size = out->size() - start;
    out->resize(out->size() + FileCipher::kOverhead);
    char* const at = out->data() + start;
    const SealedTags tags(compression);
    codec.cipher->Seal({SealedPart::kBlock, offset, tags.view()}, {at, size}, at);
  }
  const BlockHandle handle{offset, out->size() - start};
  out->push_back(static_cast<char>(compression));
  out->push_back(static_cast<char>(codec.cipher != nullptr ? kFlagSealed : 0));
  AppendFixed32(out, BlockChecksum(std::string_view(*out).substr(start), file_id, offset));
  return handle;
}

Result<StoredBlock> ReadBlock(const BlockSource& source, const BlockHandle& handle,
                              bool verify_checksum) {
  auto block = ReadStored(source, handle, verify_checksum);
  if (block.has_value()) return block;
  return std::move(block).error().WithContext("block at offset " + std::to_string(handle.offset));
}

}  // namespace strata::sst
