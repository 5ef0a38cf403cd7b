#include "seal/seal_header.h"

#include <catch2/catch.hpp>

#include "seal/seal_state.h"
#include "testing/hex.h"
#include "testing/results.h"

namespace strata::seal {
namespace {

using strata::testing::CodeOf;
using strata::testing::Hex;
using strata::testing::Must;

SealHeader Example() {
  SealHeader header;
  header.kind = SealedKind::kBlob;
  header.number = 7;
  header.key = 0x0102030405060708;
  header.store.fill('s');
  header.salt.fill('t');
  header.manifest = {3, 0x1000};
  return header;
}

TEST_CASE("the bytes of a header are those of its format", "[encryption-at-rest]") {
  const crypto::Secret data_key(std::string(32, 'k'));
  const crypto::Aead cipher(FileKey(data_key, Example()).bytes());
  const std::string bytes = EncodeHeader(Example(), cipher);
  CHECK(bytes.size() == kHeaderSize);
  CHECK(Hex(std::string_view(bytes).substr(0, 32)) ==
        "53 54 52 41 54 41 78 31 01 00 00 00 05 00 00 00\n"
        "07 00 00 00 00 00 00 00 08 07 06 05 04 03 02 01");
  CHECK(bytes.substr(32, 48) == std::string(16, 's') + std::string(32, 't'));
  CHECK(Hex(std::string_view(bytes).substr(80, 16)) ==
        "03 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00");
  CHECK(Hex(std::string_view(bytes).substr(96)) == "7a a4 4f a3 ff 51 71 d9 d9 1f 45 5c 26 c6 cc 7f\n"
        "62 c2 3b 16 00 00 00 00 00 00 00 00 00 00 00 00");
  CHECK(Must(DecodeHeader(bytes)) == Example());
  CHECK(IsGenuine(bytes, cipher));
}

TEST_CASE("a file's key is its own", "[encryption-at-rest]") {
  const crypto::Secret data_key(std::string(32, 'k'));
  const std::string key(FileKey(data_key, Example()).bytes());
  const auto differs = [&](auto change) {
    SealHeader header = Example();
    change(header);
    return FileKey(data_key, header).bytes() != key;
  };
  CHECK(differs([](SealHeader& header) { header.kind = SealedKind::kTable; }));
  CHECK(differs([](SealHeader& header) { header.number = 8; }));
  CHECK(differs([](SealHeader& header) { header.store[15] = 'x'; }));
  CHECK(differs([](SealHeader& header) { header.salt[31] = 'x'; }));
  CHECK(FileKey(crypto::Secret(std::string(32, 'K')), Example()).bytes() != key);
}

TEST_CASE("every flipped bit of a header is noticed, whatever its checksum says",
          "[encryption-at-rest]") {
  const crypto::Secret data_key(std::string(32, 'k'));
  const crypto::Aead cipher(FileKey(data_key, Example()).bytes());
  const std::string bytes = EncodeHeader(Example(), cipher);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    if (DecodeHeader(changed)) FAIL_CHECK("bit " << bit);
    const bool is_under_tag = bit / 8 < kHeaderCovered + crypto::kTagSize;
    if (is_under_tag && IsGenuine(changed, cipher)) FAIL_CHECK("bit " << bit);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(CodeOf(DecodeHeader(bytes.substr(0, size))) == "corruption");
  }
}

TEST_CASE("the state of a store's sealing comes back, or is damaged", "[encryption-at-rest]") {
  SealState state{.mode = SealMode::kSealing, .plain_below = 9, .ancestors = {}};
  state.ancestors.push_back({.store = {}, .below = 5});
  state.ancestors[0].store.fill('a');
  const std::string bytes = EncodeState(state);
  CHECK(Hex(std::string_view(bytes).substr(0, 10)) == "02 09 00 00 00 00 00 00 00 01");
  CHECK(bytes.size() == 10 + 16 + 8);
  CHECK(Must(DecodeState(bytes)) == state);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(CodeOf(DecodeState(bytes.substr(0, size))) == "corruption");
  }
  CHECK(CodeOf(DecodeState(bytes + "x")) == "corruption");
  CHECK(CodeOf(DecodeState(std::string(1, '\4') + bytes.substr(1))) == "corruption");
}

}  // namespace
}  // namespace strata::seal
