#include "seal/gcm_file_cipher.h"

#include <catch2/catch.hpp>

#include "testing/results.h"

namespace strata::seal {
namespace {

using strata::testing::CodeOf;

GcmFileCipher NewCipher(GcmFileCipher::For use, char key = 'k') {
  return {crypto::Secret(std::string(32, key)), crypto::Salt{}, 1, use};
}

std::string Seal(const FileCipher& cipher, const SealedPlace& place, std::string_view text) {
  std::string piece(text.size() + FileCipher::kOverhead, '\0');
  cipher.Seal(place, text, piece.data());
  return piece;
}

std::string Opened(const FileCipher& cipher, const SealedPlace& place, std::string piece) {
  const Status opened = cipher.Open(place, piece, piece.data());
  if (!opened) return CodeOf(opened);
  return piece.substr(0, piece.size() - FileCipher::kOverhead);
}

TEST_CASE("a piece opens at its place, and nowhere else", "[encryption-at-rest]") {
  const auto writer = NewCipher(GcmFileCipher::For::kWriting);
  const auto reader = NewCipher(GcmFileCipher::For::kReading);
  const std::string piece = Seal(writer, {SealedPart::kBlock, 4096, "lz4"}, "text");
  CHECK(Opened(reader, {SealedPart::kBlock, 4096, "lz4"}, piece) == "text");
  CHECK(Opened(reader, {SealedPart::kBlock, 0, "lz4"}, piece) == "corruption");
  CHECK(Opened(reader, {SealedPart::kRecord, 4096, "lz4"}, piece) == "corruption");
  CHECK(Opened(reader, {SealedPart::kBlock, 4096, "none"}, piece) == "corruption");
  const auto other = NewCipher(GcmFileCipher::For::kReading, 'K');
  CHECK(Opened(other, {SealedPart::kBlock, 4096, "lz4"}, piece) == "corruption");
}

TEST_CASE("what is too short for a tag is damage, not a crash", "[encryption-at-rest]") {
  const auto reader = NewCipher(GcmFileCipher::For::kReading);
  for (std::size_t size = 0; size < FileCipher::kOverhead; ++size) {
    CHECK(CodeOf(reader.Open({}, std::string(size, 'x'), nullptr)) == "corruption");
  }
}

TEST_CASE("two pieces of the same text at the same place differ", "[encryption-at-rest]") {
  const auto writer = NewCipher(GcmFileCipher::For::kWriting);
  CHECK(Seal(writer, {}, "text") != Seal(writer, {}, "text"));
}

}  // namespace
}  // namespace strata::seal
