#include "crypto/hkdf.h"

#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "testing/hex.h"

namespace strata::crypto {
namespace {

TEST_CASE("HKDF gives what RFC 5869 says", "[encryption-at-rest]") {
  const std::string key(22, '\x0b');
  std::string salt;
  for (char c = 0; c <= 0x0c; ++c) salt.push_back(c);
  std::string info;
  for (int c = 0xf0; c <= 0xf9; ++c) info.push_back(static_cast<char>(c));
  std::string out(42, '\0');
  HkdfSha256(key, salt, info, out.data(), out.size());
  CHECK(testing::Hex(out) ==
        "3c b2 5f 25 fa ac d5 7a 90 43 4f 64 d0 36 2f 2a\n"
        "2d 2d 0a 90 cf 1a 5a 4c 5d b0 2d 56 ec c4 c5 bf\n"
        "34 00 72 08 d5 b8 87 18 58 65");
}

TEST_CASE("key, salt and purpose each make another key", "[encryption-at-rest]") {
  const Secret key(std::string(32, 'k'));
  const std::set<std::string> derived = {
      std::string(DeriveKey(key, "salt", "table").bytes()),
      std::string(DeriveKey(key, "salt", "log").bytes()),
      std::string(DeriveKey(key, "Salt", "table").bytes()),
      std::string(DeriveKey(Secret(std::string(32, 'K')), "salt", "table").bytes())};
  CHECK(derived.size() == 4);
}

TEST_CASE("random secrets and salts are as random as the bits they are made of",
          "[encryption-at-rest]") {
  const Entropy entropy = SeededEntropy(7);
  std::set<std::string> drawn;
  for (int i = 0; i < 100; ++i) {
    drawn.insert(std::string(Secret::Random(entropy).bytes()));
    drawn.insert(std::string(AsBytes(NewSalt(entropy))));
  }
  CHECK(drawn.size() == 200);
}

}  // namespace
}  // namespace strata::crypto
