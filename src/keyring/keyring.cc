#include "keyring/keyring.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "crypto/aead.h"
#include "crypto/hkdf.h"

namespace strata::keyring {
namespace {

using crypto::Aead;
using crypto::Nonce;
using crypto::Secret;

constexpr Nonce kMasterNonce{1, 0};
constexpr std::uint32_t kDataKeyDomain = 2;
constexpr Nonce kTagNonce{3, 0};

std::string_view AsBytes(const KeyringId& id) {
  return {id.data(), id.size()};
}
std::string_view AsBytes(const SealedKey& key) {
  return {key.data(), key.size()};
}

Aead SlotCipher(const Secret& key, const Slot& slot) {
  return Aead(crypto::DeriveKey(key, crypto::AsBytes(slot.salt), "strata|slot").bytes());
}

Aead KeyringCipher(const Secret& master, const KeyringImage& image) {
  return Aead(crypto::DeriveKey(master, crypto::AsBytes(image.salt), "strata|keyring").bytes());
}

std::string IdBytes(KeyId id) {
  std::string bytes;
  AppendFixed64(&bytes, id);
  return bytes;
}

}  // namespace

std::string KeyIdText(KeyId id) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) text[15 - i] = kDigits[id >> (4 * i) & 15];
  return text;
}

// --- out and back --------------------------------------------------------------------------------

Keyring Keyring::Create(const std::string& source, const Secret& key, const Entropy& entropy,
                        std::uint64_t now_us) {
  Keyring made;
  made.image_.generation = 1;
  for (std::size_t i = 0; i < made.image_.id.size(); i += 8) {
    EncodeFixed(made.image_.id.data() + i, entropy());
  }
  made.master_ = Secret::Random(entropy);
  made.image_.slots.push_back(made.MakeSlot(source, key, entropy));
  made.AddKey(entropy, now_us);
  return made;
}

std::string Keyring::Encode(const Entropy& entropy) const {
  KeyringImage image = image_;
  image.salt = crypto::NewSalt(entropy);
  const Aead cipher = KeyringCipher(master_, image);
  for (std::size_t i = 0; i < image.keys.size(); ++i) {
    DataKey& key = image.keys[i];
    key.key = {};
    if (key.state == KeyState::kRetired) continue;
    const auto secret = secrets_.find(key.id);
    STRATA_CHECK(secret != secrets_.end());
    cipher.Seal({kDataKeyDomain, i}, {IdBytes(key.id)}, secret->second.bytes(), key.key.data());
  }
  cipher.Seal(kTagNonce, {EncodeCovered(image)}, {}, image.tag.data());
  return EncodeKeyring(image);
}

Result<Keyring> Keyring::Open(std::string_view bytes, const KeyReader& read) {
  Keyring opened;
  STRATA_TRY_ASSIGN(opened.image_, DecodeKeyring(bytes));
  STRATA_TRY(opened.OpenSlots(read));
  STRATA_TRY(opened.OpenKeys());
  return opened;
}

// Each slot says which key it is for: none is tried on what another has sealed.
Status Keyring::OpenSlots(const KeyReader& read) {
  std::string said;
  for (const Slot& slot : image_.slots) {
    auto key = read(slot.source);
    if (!key) {
      said += "; " + slot.source + ": " + key.error().message();
      continue;
    }
    if (CheckOf(*key) != slot.check) {
      said += "; " + slot.source + ": it gives another key than the one that was added";
      continue;
    }
    const bool opens = SlotCipher(*key, slot)
                           .Open(kMasterNonce, {AsBytes(image_.id), slot.source},
                                 AsBytes(slot.master), master_.data());
    return opens ? Status() : Corruption("somebody has changed it: " + slot.source);
  }
  return InvalidArgument("no key opens it" + said);
}

Status Keyring::OpenKeys() {
  const Aead cipher = KeyringCipher(master_, image_);
  if (!cipher.Open(kTagNonce, {EncodeCovered(image_)}, {image_.tag.data(), image_.tag.size()},
                   nullptr)) {
    return Corruption("somebody has changed it");
  }
  for (std::size_t i = 0; i < image_.keys.size(); ++i) {
    const DataKey& key = image_.keys[i];
    if (key.state == KeyState::kRetired) continue;
    const bool opens = cipher.Open({kDataKeyDomain, i}, {IdBytes(key.id)}, AsBytes(key.key),
                                   secrets_[key.id].data());
    if (!opens) return Corruption("somebody has changed it: data key " + KeyIdText(key.id));
  }
  return {};
}

// --- keys ----------------------------------------------------------------------------------------

KeyId Keyring::active() const {
  const auto found = std::find_if(image_.keys.begin(), image_.keys.end(), [](const DataKey& key) {
    return key.state == KeyState::kActive;
  });
  STRATA_CHECK(found != image_.keys.end());
  return found->id;
}

const Secret* Keyring::Find(KeyId id) const {
  const auto found = secrets_.find(id);
  return found == secrets_.end() ? nullptr : &found->second;
}

bool Keyring::is_locked() const {
  return master_.is_locked() &&
         std::all_of(secrets_.begin(), secrets_.end(),
                     [](const auto& secret) { return secret.second.is_locked(); });
}

// --- changes -------------------------------------------------------------------------------------

std::uint64_t Keyring::CheckOf(const Secret& key) const {
  char check[sizeof(std::uint64_t)];
  crypto::HkdfSha256(key.bytes(), AsBytes(image_.id), "strata|check", check, sizeof(check));
  return DecodeFixed<std::uint64_t>(check);
}

Slot Keyring::MakeSlot(const std::string& source, const Secret& key, const Entropy& entropy) const {
  Slot slot{.check = CheckOf(key), .source = source, .salt = crypto::NewSalt(entropy)};
  SlotCipher(key, slot).Seal(kMasterNonce, {AsBytes(image_.id), slot.source}, master_.bytes(),
                             slot.master.data());
  return slot;
}

Status Keyring::AddSource(const std::string& source, const Secret& key, const Entropy& entropy) {
  if (image_.slots.size() >= kSlotsMax) return InvalidArgument("it has as many keys as it can");
  Slot slot = MakeSlot(source, key, entropy);
  for (const Slot& other : image_.slots) {
    if (other.source == source || other.check == slot.check) {
      return InvalidArgument("the key of " + other.source + " opens it already");
    }
  }
  image_.slots.push_back(std::move(slot));
  ++image_.generation;
  return {};
}

// The others are given another master key: the old one may be known to who had the key.
Status Keyring::RemoveSource(const std::string& source, const KeyReader& read,
                             const Entropy& entropy) {
  std::vector<Secret> kept;
  std::vector<std::string> sources;
  for (const Slot& slot : image_.slots) {
    if (slot.source == source) continue;
    STRATA_TRY_ASSIGN(Secret key, Annotate(read(slot.source), slot.source));
    if (CheckOf(key) != slot.check) {
      return InvalidArgument(slot.source + ": it gives another key than the one that was added");
    }
    kept.push_back(std::move(key));
    sources.push_back(slot.source);
  }
  if (kept.size() == image_.slots.size())
    return InvalidArgument("no key of " + source + " is in it");
  if (kept.empty()) return InvalidArgument("no other key opens it: add one before");
  master_ = Secret::Random(entropy);
  image_.slots.clear();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    image_.slots.push_back(MakeSlot(sources[i], kept[i], entropy));
  }
  ++image_.generation;
  return {};
}

void Keyring::AddKey(const Entropy& entropy, std::uint64_t now_us) {
  DataKey key{.id = entropy(), .created_us = now_us};
  while (key.id == 0 || secrets_.count(key.id) != 0) key.id = entropy();
  secrets_[key.id] = Secret::Random(entropy);
  image_.keys.push_back(key);
}

Status Keyring::Rotate(const Entropy& entropy, std::uint64_t now_us) {
  if (image_.keys.size() >= kDataKeysMax) return InvalidArgument("it has as many keys as it can");
  for (DataKey& key : image_.keys) {
    if (key.state == KeyState::kActive) key.state = KeyState::kOld;
  }
  AddKey(entropy, now_us);
  ++image_.generation;
  return {};
}

Status Keyring::Retire(KeyId id) {
  for (DataKey& key : image_.keys) {
    if (key.id != id || key.state == KeyState::kRetired) continue;
    if (key.state == KeyState::kActive) {
      return InvalidArgument("data key " + KeyIdText(id) +
                             " is the active one: rotate, and seal anew what it has sealed");
    }
    key.state = KeyState::kRetired;
    secrets_.erase(id);
    ++image_.generation;
    return {};
  }
  return InvalidArgument("there is no data key " + KeyIdText(id));
}

}  // namespace strata::keyring
