#include "crypto/aead.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/hex.h"

namespace strata::crypto {
namespace {

using testing::Hex;

std::string FromHex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string Sealed(const Aead& aead, const Nonce& nonce, std::string_view covered,
                   std::string_view text) {
  std::string out(text.size() + kTagSize, '\0');
  aead.Seal(nonce, {covered}, text, out.data());
  return out;
}

bool Opens(const Aead& aead, const Nonce& nonce, std::string_view covered, std::string_view sealed,
           std::string* text) {
  text->assign(sealed.size() - kTagSize, 'x');
  return aead.Open(nonce, {covered}, sealed, text->data());
}

// Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation".
const std::string kKey =
    FromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");

TEST_CASE("AES-256-GCM gives what its paper says", "[encryption-at-rest]") {
  const Aead aead(kKey);
  // The nonce cafebabefacedbaddecaf888: a domain of four bytes and a number of eight.
  const Nonce nonce{.domain = 0xbebafeca, .number = 0x88f8cadeaddbcefa};
  const std::string text = FromHex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  const std::string covered = FromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  CHECK(Hex(Sealed(aead, nonce, covered, text)) ==
        "52 2d c1 f0 99 56 7d 07 f4 7f 37 a3 2a 84 42 7d\n"
        "64 3a 8c dc bf e5 c0 c9 75 98 a2 bd 25 55 d1 aa\n"
        "8c b0 8e 48 59 0d bb 3d a7 b0 8b 10 56 82 88 38\n"
        "c5 f6 1e 63 93 ba 7a 0a bc c9 f6 62 76 fc 6e ce\n"
        "0f 4e 17 68 cd df 88 53 bb 2d 55 1b");
}

TEST_CASE("what is covered may come in parts", "[encryption-at-rest]") {
  const Aead aead(kKey);
  std::string whole(5 + kTagSize, '\0');
  std::string parts = whole;
  aead.Seal({1, 2}, {"abcdef"}, "hello", whole.data());
  aead.Seal({1, 2}, {"abc", "", "def"}, "hello", parts.data());
  CHECK(whole == parts);
}

TEST_CASE("a sealed text opens in its own place, again and again", "[encryption-at-rest]") {
  const Aead aead(kKey);
  std::string bytes(1000 + kTagSize, 'v');
  for (std::uint64_t n = 0; n < 3; ++n) {
    aead.Seal({1, n}, {"key"}, std::string_view(bytes).substr(0, 1000), bytes.data());
    CHECK(bytes.find("vvv") == std::string::npos);
    CHECK(aead.Open({1, n}, {"key"}, bytes, bytes.data()));
    CHECK(bytes.substr(0, 1000) == std::string(1000, 'v'));
  }
}

TEST_CASE("a text without bytes has a tag all the same", "[encryption-at-rest]") {
  const Aead aead(kKey);
  const std::string tag = Sealed(aead, {3, 0}, "footer", "");
  std::string text;
  CHECK(tag.size() == kTagSize);
  CHECK(Opens(aead, {3, 0}, "footer", tag, &text));
  CHECK_FALSE(Opens(aead, {3, 0}, "Footer", tag, &text));
}

TEST_CASE("no changed bit, nonce, cover or key opens a text, and none of it is left",
          "[encryption-at-rest]") {
  const Aead aead(kKey);
  const std::string sealed = Sealed(aead, {1, 7}, "place", "a value");
  std::string text;
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    CAPTURE(bit);
    CHECK_FALSE(Opens(aead, {1, 7}, "place", changed, &text));
    CHECK(text == std::string(7, '\0'));
  }
  CHECK_FALSE(Opens(aead, {1, 8}, "place", sealed, &text));
  CHECK_FALSE(Opens(aead, {2, 7}, "place", sealed, &text));
  CHECK_FALSE(Opens(aead, {1, 7}, "other", sealed, &text));
  CHECK_FALSE(Opens(Aead(std::string(32, 'k')), {1, 7}, "place", sealed, &text));
  for (std::size_t size = kTagSize; size < sealed.size(); ++size) {
    CHECK_FALSE(Opens(aead, {1, 7}, "place", std::string_view(sealed).substr(0, size), &text));
  }
  CHECK(Opens(aead, {1, 7}, "place", sealed, &text));
  CHECK(text == "a value");
}

}  // namespace
}  // namespace strata::crypto
