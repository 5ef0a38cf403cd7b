#include "keyring/keyring_format.h"

#include <optional>

#include "base/coding.h"
#include "base/crc32c.h"

namespace strata::keyring {
namespace {

template <std::size_t kSize>
void AppendBytes(std::string* out, const std::array<char, kSize>& bytes) {
  out->append(bytes.data(), bytes.size());
}

// False where the bytes end.
template <std::size_t kSize>
bool ReadInto(ByteReader* in, std::array<char, kSize>* out) {
  const auto bytes = in->ReadBytes(kSize);
  if (bytes) bytes->copy(out->data(), kSize);
  return bytes.has_value();
}
template <typename Integer>
bool ReadInto(ByteReader* in, Integer* out) {
  const auto value = in->ReadFixed<Integer>();
  if (value) *out = *value;
  return value.has_value();
}

bool ReadSlot(ByteReader* in, Slot* slot) {
  if (!ReadInto(in, &slot->check)) return false;
  const auto source = in->ReadLengthPrefixed();
  if (!source) return false;
  slot->source = *source;
  return ReadInto(in, &slot->salt) && ReadInto(in, &slot->master);
}

bool ReadKey(ByteReader* in, DataKey* key) {
  std::uint8_t state = 0;
  if (!ReadInto(in, &key->id) || !ReadInto(in, &state)) return false;
  key->state = static_cast<KeyState>(state);
  return state >= 1 && state <= 3 && ReadInto(in, &key->created_us) && ReadInto(in, &key->key);
}

template <typename Item>
bool ReadList(ByteReader* in, std::size_t count_max, std::vector<Item>* items,
              bool (*read)(ByteReader*, Item*)) {
  const auto count = in->ReadVarint64();
  if (!count || *count > count_max) return false;
  for (std::uint64_t i = 0; i < *count; ++i) {
    if (!read(in, &items->emplace_back())) return false;
  }
  return true;
}

bool HasOneActive(const KeyringImage& image) {
  int active = 0;
  for (const DataKey& key : image.keys) active += key.state == KeyState::kActive ? 1 : 0;
  return active == 1;
}

}  // namespace

std::string EncodeCovered(const KeyringImage& image) {
  std::string out(kKeyringMagic);
  AppendFixed32(&out, kKeyringVersion);
  AppendFixed32(&out, 0);
  AppendFixed64(&out, image.generation);
  AppendBytes(&out, image.id);
  AppendBytes(&out, image.salt);
  AppendVarint64(&out, image.slots.size());
  for (const Slot& slot : image.slots) {
    AppendFixed64(&out, slot.check);
    AppendLengthPrefixed(&out, slot.source);
    AppendBytes(&out, slot.salt);
    AppendBytes(&out, slot.master);
  }
  AppendVarint64(&out, image.keys.size());
  for (const DataKey& key : image.keys) {
    AppendFixed64(&out, key.id);
    out.push_back(static_cast<char>(key.state));
    AppendFixed64(&out, key.created_us);
    AppendBytes(&out, key.key);
  }
  return out;
}

std::string EncodeKeyring(const KeyringImage& image) {
  std::string out = EncodeCovered(image);
  AppendBytes(&out, image.tag);
  AppendFixed32(&out, Crc32c(out));
  return out;
}

Result<KeyringImage> DecodeKeyring(std::string_view bytes) {
  constexpr std::size_t kChecksumSize = 4;
  if (bytes.substr(0, kKeyringMagic.size()) != kKeyringMagic) return Corruption("no keyring");
  if (bytes.size() < kKeyringMagic.size() + kChecksumSize) return Corruption("it is cut short");
  const std::string_view covered = bytes.substr(0, bytes.size() - kChecksumSize);
  if (DecodeFixed<std::uint32_t>(bytes.data() + covered.size()) != Crc32c(covered)) {
    return Corruption("bad checksum");
  }
  ByteReader in(covered.substr(kKeyringMagic.size()));
  KeyringImage image;
  std::uint32_t version = 0;
  std::uint32_t reserved = 0;
  if (!ReadInto(&in, &version)) return Corruption("it is cut short");
  if (version != kKeyringVersion) {
    return Error(ErrorCode::kUnsupported,
                 "a newer program wrote version " + std::to_string(version) + " of the format");
  }
  const bool whole =
      ReadInto(&in, &reserved) && ReadInto(&in, &image.generation) && ReadInto(&in, &image.id) &&
      ReadInto(&in, &image.salt) && ReadList(&in, kSlotsMax, &image.slots, ReadSlot) &&
      ReadList(&in, kDataKeysMax, &image.keys, ReadKey) && ReadInto(&in, &image.tag) && in.empty();
  if (!whole || reserved != 0 || image.slots.empty() || !HasOneActive(image)) {
    return Corruption("fields that can't be");
  }
  return image;
}

}  // namespace strata::keyring
