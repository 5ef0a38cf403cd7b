#include "seal/gcm_file_cipher.h"

#include <array>

#include "base/check.h"
#include "base/coding.h"

namespace strata::seal {
namespace {

constexpr std::uint32_t kPieceDomain = 1;
constexpr std::size_t kNumberSize = 8;
static_assert(FileCipher::kOverhead == crypto::kTagSize + kNumberSize);

struct PlaceBytes {
  explicit PlaceBytes(const SealedPlace& place) {
    bytes[0] = static_cast<char>(place.part);
    EncodeFixed(bytes.data() + 1, place.offset);
  }
  std::string_view view() const { return {bytes.data(), bytes.size()}; }

  std::array<char, 9> bytes;
};

}  // namespace

void GcmFileCipher::Seal(const SealedPlace& place, std::string_view in, char* out) const {
  STRATA_CHECK(use_ == For::kWriting);
  const std::uint64_t number = next_.fetch_add(1, std::memory_order_relaxed);
  const crypto::Nonce nonce{kPieceDomain, number};
  if (listener_) listener_(salt_, nonce);
  aead_.Seal(nonce, {PlaceBytes(place).view(), place.covered}, in, out);
  EncodeFixed(out + in.size() + crypto::kTagSize, number);
}

Status GcmFileCipher::Open(const SealedPlace& place, std::string_view sealed, char* out) const {
  if (sealed.size() < kOverhead) return Corruption("a sealed piece is cut short");
  const std::string_view piece = sealed.substr(0, sealed.size() - kNumberSize);
  const crypto::Nonce nonce{kPieceDomain, DecodeFixed<std::uint64_t>(sealed.data() + piece.size())};
  if (aead_.Open(nonce, {PlaceBytes(place).view(), place.covered}, piece, out)) return {};
  return Corruption("it isn't what was sealed here (bad tag)");
}

void NoCipher::Seal(const SealedPlace& /*place*/, std::string_view /*in*/, char* /*out*/) const {
  STRATA_CHECK(false);
}

}  // namespace strata::seal
