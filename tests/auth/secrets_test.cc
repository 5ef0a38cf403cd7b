// Passwords, tokens, and what holds back those who guess them.

#include <catch2/catch.hpp>

#include "auth/attempts.h"
#include "auth/digest.h"
#include "auth/hash_gate.h"
#include "auth/password.h"
#include "auth/token.h"

namespace strata::auth {
namespace {

constexpr HashCost kCheap{.log_n = 4, .r = 8, .p = 1};
const std::string kSalt = "0123456789abcdef";

}  // namespace

TEST_CASE("digests are those of the standard", "[roles-and-audit]") {
  CHECK(Hex(Sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(EqualInConstantTime("abc", "abc"));
  CHECK_FALSE(EqualInConstantTime("abc", "abd"));
  CHECK_FALSE(EqualInConstantTime("abc", "abcd"));
}

// The second test vector of RFC 7914, with a hash of half its size, as ours are.
TEST_CASE("a password's hash is scrypt's, with its parameters in front", "[roles-and-audit]") {
  const auto hash = HashPassword("password", "NaCl", {.log_n = 10, .r = 8, .p = 16});
  CHECK(hash->starts_with("$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp"));
}

TEST_CASE("the right password is right, and no other", "[roles-and-audit]") {
  const auto hash = HashPassword("open sesame", kSalt, kCheap);
  CHECK(*IsPassword("open sesame", *hash));
  for (const char* wrong : {"open sesam", "open sesame ", "Open sesame", ""}) {
    CHECK_FALSE(*IsPassword(wrong, *hash));
  }
  CHECK(*HashPassword("open sesame", "fedcba9876543210", kCheap) != *hash);
  CHECK_FALSE(HashPassword("", kSalt, kCheap));
  CHECK_FALSE(HashPassword(std::string(kPasswordBytesMax + 1, 'x'), kSalt, kCheap));
  CHECK_FALSE(*IsPassword(std::string(kPasswordBytesMax + 1, 'x'), *hash));
  CHECK_FALSE(*IsPassword("", HashOfNobody()));
}

TEST_CASE("what is no hash, or one that costs too much, is refused at once", "[roles-and-audit]") {
  const std::string hash = *HashPassword("x", kSalt, kCheap);
  for (std::size_t cut = 0; cut < hash.size(); ++cut) {
    CAPTURE(cut);
    CHECK_FALSE(IsPassword("x", hash.substr(0, cut)).has_value());
  }
  const std::string tail = hash.substr(hash.find('$', 8));
  for (const char* cost : {"ln=17,r=8,p=1", "ln=63,r=1,p=1", "ln=-1,r=8,p=1", "ln=4,r=0,p=1",
                           "ln=4,r=8,p=9999999999", "ln=4,r=8"}) {
    CHECK_FALSE(IsPassword("x", "$scrypt$" + std::string(cost) + tail).has_value());
  }
  CHECK(IsPassword("x", "$scrypt$ln=4,r=8,p=1" + tail).has_value());
}

TEST_CASE("a token is its user's until it expires, and its secret isn't kept",
          "[roles-and-audit]") {
  const Entropy entropy = SeededEntropy(1);
  const NewToken made = MakeToken("ada", 1'000, entropy);
  const NewToken other = MakeToken("ada", 1'000, entropy);
  CHECK(made.text != other.text);
  Accounts accounts;
  accounts.tokens[made.id] = made.token;
  accounts.tokens[other.id] = other.token;
  CHECK(FindToken(accounts, made.text, 999)->user == "ada");
  CHECK(FindToken(accounts, made.text, 1'000) == nullptr);
  CHECK(made.text.find(made.token.digest) == std::string::npos);
  for (std::size_t i = 0; i < made.text.size(); ++i) {
    std::string wrong = made.text;
    wrong[i] = wrong[i] == '0' ? '1' : '0';
    CAPTURE(i);
    CHECK(FindToken(accounts, wrong, 0) == nullptr);
    CHECK(FindToken(accounts, made.text.substr(0, i), 0) == nullptr);
  }
  CHECK(FindToken(accounts, made.text.substr(0, 24) + other.text.substr(24), 0) == nullptr);
}

TEST_CASE("after some failures attempts wait, twice as long each time", "[roles-and-audit]") {
  Attempts attempts({.free = 2, .wait_us = 100, .wait_max_us = 300});
  std::uint64_t now = 1'000;
  attempts.Failed("a", now);
  attempts.Failed("a", now);
  CHECK(attempts.RefusedUntil("a", now) == 0);
  attempts.Failed("a", now);
  CHECK(attempts.RefusedUntil("a", now) == 1'100);
  CHECK(attempts.RefusedUntil("b", now) == 0);
  CHECK(attempts.RefusedUntil("a", 1'100) == 0);
  attempts.Failed("a", now);
  CHECK(attempts.RefusedUntil("a", now) == 1'200);
  for (int i = 0; i < 100; ++i) attempts.Failed("a", now);
  CHECK(attempts.RefusedUntil("a", now) == 1'300);
  attempts.Succeeded("a");
  CHECK(attempts.RefusedUntil("a", now) == 0);
  CHECK(attempts.size() == 0);
}

TEST_CASE("of those who failed only so many are remembered", "[roles-and-audit]") {
  Attempts attempts({.free = 0, .wait_us = 100, .wait_max_us = 100, .kept_max = 3});
  for (int i = 0; i < 10; ++i) attempts.Failed(std::to_string(i), 1'000);
  CHECK(attempts.size() == 3);
  CHECK(attempts.RefusedUntil("9", 1'000) != 0);
  CHECK(attempts.RefusedUntil("6", 1'000) == 0);
}

TEST_CASE("who finds too many before the gate is turned away", "[roles-and-audit]") {
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  HashGate gate(*executor, {.at_once = 1, .waiting = 0});
  {
    const auto inside = gate.Enter();
    CHECK(inside.has_value());
    CHECK(gate.Enter().error().code() == ErrorCode::kBusy);
  }
  CHECK(gate.Enter().has_value());
}

}  // namespace strata::auth
