#include "seal/seal_header.h"

#include "base/check.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "crypto/hkdf.h"

namespace strata::seal {
namespace {

constexpr crypto::Nonce kHeaderNonce{0, 0};
constexpr std::size_t kChecksumOffset = kHeaderCovered + crypto::kTagSize;

}  // namespace

crypto::Secret FileKey(const crypto::Secret& data_key, const SealHeader& header) {
  std::string info = "strata|file";
  AppendFixed32(&info, static_cast<std::uint32_t>(header.kind));
  AppendFixed64(&info, header.number);
  info.append(header.store.data(), header.store.size());
  return crypto::DeriveKey(data_key, crypto::AsBytes(header.salt), info);
}

std::string EncodeHeader(const SealHeader& header, const crypto::Aead& cipher) {
  std::string out(kHeaderMagic);
  AppendFixed32(&out, kHeaderVersion);
  AppendFixed32(&out, static_cast<std::uint32_t>(header.kind));
  AppendFixed64(&out, header.number);
  AppendFixed64(&out, header.key);
  out.append(header.store.data(), header.store.size());
  out.append(header.salt.data(), header.salt.size());
  AppendFixed64(&out, header.manifest.number);
  AppendFixed64(&out, header.manifest.length);
  STRATA_CHECK(out.size() == kHeaderCovered);
  char tag[crypto::kTagSize];
  cipher.Seal(kHeaderNonce, {out}, {}, tag);
  out.append(tag, sizeof(tag));
  AppendFixed32(&out, Crc32c(out));
  out.resize(kHeaderSize, '\0');
  return out;
}

Result<SealHeader> DecodeHeader(std::string_view bytes) {
  if (bytes.size() < kHeaderSize) return Corruption("its header is cut short");
  if (!LooksSealed(bytes)) return Corruption("it isn't sealed");
  const char* in = bytes.data();
  if (DecodeFixed<std::uint32_t>(in + kChecksumOffset) !=
          Crc32c(bytes.substr(0, kChecksumOffset)) ||
      bytes.substr(kChecksumOffset + 4, kHeaderSize - kChecksumOffset - 4) !=
          std::string(12, '\0')) {
    return Corruption("its header has a bad checksum");
  }
  if (const auto version = DecodeFixed<std::uint32_t>(in + 8); version != kHeaderVersion) {
    return Error(ErrorCode::kUnsupported,
                 "a newer program sealed it: version " + std::to_string(version));
  }
  SealHeader header{
      .kind = static_cast<SealedKind>(DecodeFixed<std::uint32_t>(in + 12)),
      .number = DecodeFixed<std::uint64_t>(in + 16),
      .key = DecodeFixed<std::uint64_t>(in + 24),
      .manifest = {DecodeFixed<std::uint64_t>(in + 80), DecodeFixed<std::uint64_t>(in + 88)}};
  bytes.copy(header.store.data(), header.store.size(), 32);
  bytes.copy(header.salt.data(), header.salt.size(), 48);
  return header;
}

bool IsGenuine(std::string_view bytes, const crypto::Aead& cipher) {
  return cipher.Open(kHeaderNonce, {bytes.substr(0, kHeaderCovered)},
                     bytes.substr(kHeaderCovered, crypto::kTagSize), nullptr);
}

}  // namespace strata::seal
