#include "keyring/keyring.h"

#include <catch2/catch.hpp>

#include "keyring_world.h"
#include "testing/hex.h"

namespace strata::keyring {
namespace {

using strata::testing::CodeOf;
using strata::testing::Hex;
using strata::testing::Must;
using strata::testing::Outcome;
using testing::KeyringWorld;

constexpr std::string_view kCanary = "file:/keys/a";

TEST_CASE("a keyring comes back with its keys", "[encryption-at-rest]") {
  KeyringWorld world;
  Keyring made = world.New();
  REQUIRE(made.Rotate(world.entropy, 2'000'000));
  const Keyring opened = Must(Keyring::Open(made.Encode(world.entropy), world.Reader()));
  CHECK(opened.generation() == 2);
  CHECK(opened.active() == made.active());
  REQUIRE(opened.keys().size() == 2);
  for (const DataKey& key : made.keys()) {
    REQUIRE(opened.Find(key.id) != nullptr);
    CHECK(opened.Find(key.id)->bytes() == made.Find(key.id)->bytes());
  }
  CHECK(opened.keys()[0].state == KeyState::kOld);
  CHECK(opened.keys()[1].state == KeyState::kActive);
  CHECK(opened.keys()[1].created_us == 2'000'000);
}

TEST_CASE("the bytes of a keyring are those of its format", "[encryption-at-rest]") {
  KeyringImage image;
  image.generation = 3;
  image.id.fill('i');
  image.salt.fill('s');
  Slot slot{.check = 0x1122334455667788, .source = "env:K"};
  slot.salt.fill('t');
  slot.master.fill('m');
  image.slots.push_back(slot);
  DataKey key{.id = 0x99, .state = KeyState::kActive, .created_us = 5};
  key.key.fill('d');
  image.keys.push_back(key);
  image.tag.fill('T');
  const std::string bytes = EncodeKeyring(image);
  CHECK(Hex(std::string_view(bytes).substr(0, 24)) ==
        "53 54 52 41 54 41 6b 31 01 00 00 00 00 00 00 00\n"
        "03 00 00 00 00 00 00 00");
  CHECK(bytes.substr(24, 48) == std::string(16, 'i') + std::string(32, 's'));
  CHECK(Hex(std::string_view(bytes).substr(72, 15)) ==
        "01 88 77 66 55 44 33 22 11 05 65 6e 76 3a 4b");
  CHECK(bytes.substr(87, 80) == std::string(32, 't') + std::string(48, 'm'));
  CHECK(Hex(std::string_view(bytes).substr(167, 18)) ==
        "01 99 00 00 00 00 00 00 00 01 05 00 00 00 00 00\n"
        "00 00");
  CHECK(bytes.substr(185, 64) == std::string(48, 'd') + std::string(16, 'T'));
  CHECK(bytes.size() == 185 + 64 + 4);
  CHECK(Must(DecodeKeyring(bytes)) == image);
}

TEST_CASE("every flipped bit and every cut of a keyring is noticed", "[encryption-at-rest]") {
  KeyringWorld world;
  const std::string bytes = world.New().Encode(world.entropy);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    if (Keyring::Open(changed, world.Reader())) FAIL_CHECK("bit " << bit);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (Keyring::Open(bytes.substr(0, size), world.Reader())) FAIL_CHECK("cut at " << size);
  }
  CHECK(CodeOf(Keyring::Open(bytes + "x", world.Reader())) == "corruption");
}

// A checksum is no secret: who changes the file makes a new one.
TEST_CASE("a changed keyring with a right checksum is noticed by its tag", "[encryption-at-rest]") {
  KeyringWorld world;
  Keyring made = world.New();
  REQUIRE(made.Rotate(world.entropy, 2));
  const KeyringImage image = Must(DecodeKeyring(made.Encode(world.entropy)));
  const auto opens = [&](const KeyringImage& changed) {
    return Outcome(Keyring::Open(EncodeKeyring(changed), world.Reader()));
  };
  CHECK(opens(image) == "ok");
  KeyringImage back = image;  // The old key is made the active one again.
  std::swap(back.keys[0].state, back.keys[1].state);
  CHECK(opens(back) == "corruption: somebody has changed it");
  KeyringImage older = image;
  --older.generation;
  CHECK(opens(older) == "corruption: somebody has changed it");
  KeyringImage swapped = image;
  std::swap(swapped.keys[0].key, swapped.keys[1].key);
  CHECK(opens(swapped) == "corruption: somebody has changed it");
  KeyringImage retired = image;
  retired.keys[0].state = KeyState::kRetired;
  CHECK(opens(retired) == "corruption: somebody has changed it");
}

TEST_CASE("the same keyring is written with other bytes each time", "[encryption-at-rest]") {
  KeyringWorld world;
  const Keyring keyring = world.New();
  const KeyringImage one = Must(DecodeKeyring(keyring.Encode(world.entropy)));
  const KeyringImage two = Must(DecodeKeyring(keyring.Encode(world.entropy)));
  CHECK(one.salt != two.salt);
  CHECK(one.keys[0].key != two.keys[0].key);
}

TEST_CASE("no key stands in a keyring in the clear", "[encryption-at-rest]") {
  KeyringWorld world;
  const Keyring keyring = world.New();
  const std::string bytes = keyring.Encode(world.entropy);
  CHECK(bytes.find(keyring.Find(keyring.active())->bytes()) == std::string::npos);
  CHECK(bytes.find(testing::kKeyA) == std::string::npos);
  CHECK(bytes.find(kCanary) != std::string::npos);
}

TEST_CASE("a second source opens the same keys, until it is removed", "[encryption-at-rest]") {
  KeyringWorld world;
  Keyring keyring = world.New();
  const std::string secret(keyring.Find(keyring.active())->bytes());
  REQUIRE(keyring.AddSource("file:/keys/b", crypto::Secret(testing::kKeyB), world.entropy));
  CHECK(CodeOf(keyring.AddSource("file:/keys/c", crypto::Secret(testing::kKeyB), world.entropy)) ==
        "invalid argument");
  REQUIRE(world.disk->Remove("/keys/a"));
  const Keyring opened = Must(Keyring::Open(keyring.Encode(world.entropy), world.Reader()));
  CHECK(opened.Find(opened.active())->bytes() == secret);

  world.disk->SetContents("/keys/a", testing::kKeyA);
  REQUIRE(keyring.RemoveSource("file:/keys/b", world.Reader(), world.entropy));
  const std::string without = keyring.Encode(world.entropy);
  CHECK(CodeOf(Keyring::Open(without, world.Reader())) == "ok");
  REQUIRE(world.disk->Remove("/keys/a"));
  CHECK(Outcome(Keyring::Open(without, world.Reader())) ==
        "invalid argument: no key opens it; file:/keys/a: opening /keys/a: No such file or "
        "directory");
}

TEST_CASE("the last source stays", "[encryption-at-rest]") {
  KeyringWorld world;
  Keyring keyring = world.New();
  CHECK(Outcome(keyring.RemoveSource("file:/keys/a", world.Reader(), world.entropy)) ==
        "invalid argument: no other key opens it: add one before");
  CHECK(CodeOf(keyring.RemoveSource("file:/keys/x", world.Reader(), world.entropy)) ==
        "invalid argument");
}

TEST_CASE("another key than the one that was added is told by name", "[encryption-at-rest]") {
  KeyringWorld world;
  const std::string bytes = world.New().Encode(world.entropy);
  world.disk->SetContents("/keys/a", testing::kKeyB);
  CHECK(Outcome(Keyring::Open(bytes, world.Reader())) ==
        "invalid argument: no key opens it; file:/keys/a: it gives another key than the one that "
        "was added");
}

TEST_CASE("a retired key is gone, and the active one can't be retired", "[encryption-at-rest]") {
  KeyringWorld world;
  Keyring keyring = world.New();
  const KeyId first = keyring.active();
  CHECK(CodeOf(keyring.Retire(first)) == "invalid argument");
  REQUIRE(keyring.Rotate(world.entropy, 2));
  REQUIRE(keyring.Retire(first));
  CHECK(CodeOf(keyring.Retire(first)) == "invalid argument");
  const Keyring opened = Must(Keyring::Open(keyring.Encode(world.entropy), world.Reader()));
  CHECK(opened.Find(first) == nullptr);
  CHECK(opened.keys()[0].state == KeyState::kRetired);
  CHECK(opened.keys()[0].key == SealedKey{});
}

}  // namespace
}  // namespace strata::keyring
