#include "version/manifest_format.h"

#include <cstdio>

#include "base/crc32c.h"

namespace strata {
namespace {

enum PropertiesTag : std::uint64_t {
  kFormatVersion = 1,
  kStoreId = 3,
  kEmptyValueDeletes = 5,
  kFeature = 7,
};

Error BadProperty(std::uint64_t offset, std::string_view why) {
  return Corruption("store properties: field at offset " + std::to_string(offset) + ": " +
                    std::string(why));
}

Status DecodeProperty(const FieldReader::Field& field, StoreProperties* properties) {
  ByteReader contents(field.contents);
  switch (field.tag) {
    case kFormatVersion: {
      const auto version = contents.ReadVarint64();
      if (!version || *version > UINT32_MAX) return BadProperty(field.offset, "bad version");
      properties->format_version = static_cast<std::uint32_t>(*version);
      break;
    }
    case kStoreId: {
      const auto id = contents.ReadBytes(properties->store_id.size());
      if (!id) return BadProperty(field.offset, "bad store id");
      id->copy(properties->store_id.data(), id->size());
      break;
    }
    case kEmptyValueDeletes:
      properties->empty_value_deletes = true;
      break;
    case kFeature:
      properties->features.emplace_back(field.contents);
      return {};
    default:
      return CheckUnknownField(field, "store properties");
  }
  return contents.empty() ? Status() : BadProperty(field.offset, "too long");
}

}  // namespace

// --- fields --------------------------------------------------------------------------------------

void AppendField(std::string* out, std::uint64_t tag, std::string_view contents) {
  AppendVarint64(out, tag);
  AppendLengthPrefixed(out, contents);
}

Result<FieldReader::Field> FieldReader::Next() {
  const std::uint64_t offset = reader_.offset();
  if (const auto tag = reader_.ReadVarint64()) {
    if (const auto contents = reader_.ReadLengthPrefixed()) return Field{*tag, *contents, offset};
  }
  return Corruption("field at offset " + std::to_string(offset) + ": cut short");
}

Status CheckUnknownField(const FieldReader::Field& field, std::string_view record) {
  if (!field.critical()) return {};
  return Error(ErrorCode::kUnsupported, std::string(record) + ": field " +
                                            std::to_string(field.tag) + " at offset " +
                                            std::to_string(field.offset) +
                                            " is unknown: a newer version of Strata wrote it");
}

// --- properties ----------------------------------------------------------------------------------

std::string EncodeProperties(const StoreProperties& properties) {
  std::string out;
  std::string version;
  AppendVarint64(&version, properties.format_version);
  AppendField(&out, kFormatVersion, version);
  AppendField(&out, kStoreId, {properties.store_id.data(), properties.store_id.size()});
  if (properties.empty_value_deletes) AppendField(&out, kEmptyValueDeletes, "");
  for (const std::string& feature : properties.features) AppendField(&out, kFeature, feature);
  return out;
}

Result<StoreProperties> DecodeProperties(std::string_view bytes) {
  StoreProperties properties;
  properties.format_version = 0;
  bool has_id = false;
  FieldReader fields(bytes);
  while (!fields.empty()) {
    STRATA_TRY_ASSIGN(const FieldReader::Field field, fields.Next());
    STRATA_TRY(DecodeProperty(field, &properties));
    has_id = has_id || field.tag == kStoreId;
  }
  if (properties.format_version == 0 || !has_id) {
    return Corruption("store properties: no format version or store id");
  }
  return properties;
}

// --- CURRENT -------------------------------------------------------------------------------------

std::string EncodeCurrent(const CurrentManifest& current) {
  std::string text =
      ManifestFileName(current.number) + "\nsynced " + std::to_string(current.synced_bytes) + "\n";
  char line[24];
  std::snprintf(line, sizeof(line), "crc32c %08x\n", Crc32c(text));
  return text + line;
}

Result<CurrentManifest> DecodeCurrent(std::string_view text) {
  constexpr std::string_view kSynced = "\nsynced ";
  CurrentManifest current;
  const auto synced_at = text.find(kSynced);
  const auto file = ParseFileName(text.substr(0, synced_at));
  if (synced_at != text.npos && file.has_value() && file->kind == FileKind::kManifest) {
    current.number = file->number;
    for (const char c : text.substr(synced_at + kSynced.size())) {
      if (c < '0' || c > '9') break;
      current.synced_bytes = current.synced_bytes * 10 + static_cast<std::uint64_t>(c - '0');
    }
    // One text a meaning: whatever differs from what we would have written is damage.
    if (text == EncodeCurrent(current)) return current;
  }
  return Corruption("not a manifest's name, length and checksum");
}

}  // namespace strata
