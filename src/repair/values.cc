#include "repair/values.h"

#include <utility>

#include "blob/pending_blob.h"
#include "sst/blob_uses.h"

namespace strata::repair {

Status Values::Resolve(EntryKind* kind, std::string* value) {
  if (!sst::IsPointer(*kind)) return {};
  const bool expires = *kind == EntryKind::kExpiringBlobPointer;
  const std::string expiry = expires ? value->substr(0, sizeof(std::uint64_t)) : std::string();
  const std::string pointer(sst::PointerPart(*kind, *value));
  STRATA_TRY(Read(pointer, value));
  value->insert(0, expiry);
  *kind = expires ? EntryKind::kExpiringValue : EntryKind::kValue;
  return {};
}

// A log says where in the file a value is, as the file may have no index yet.
Status Values::Read(std::string_view pointer, std::string* value) {
  if (const auto place = blob::DecodePlace(pointer)) {
    const std::string name = BlobFileName(place->pointer.blob);
    STRATA_TRY_ASSIGN(const auto file, source_.files.Open(source_.PathOf(name)));
    return Annotate(blob::ReadPlace(*file, *place, value),
                    name + ": value at offset " + std::to_string(place->offset));
  }
  const auto decoded = DecodeBlobPointer(pointer);
  if (!decoded) return Corruption("a pointer to a blob that can't be");
  return ReadFromBlob(*decoded, value);
}

// Several files may hold it: one that values were moved out of, and the one that has them now.
Status Values::ReadFromBlob(const BlobPointer& pointer, std::string* value) {
  Status last = Corruption("blob " + std::to_string(pointer.blob) + " isn't there");
  const auto files = inventory_.blobs.find(pointer.blob);
  if (files == inventory_.blobs.end()) return last;
  for (const FileNumber number : files->second) {
    const File& file = FileOf(number);
    last = file.reader == nullptr ? file.status : file.reader->Read(pointer, value);
    if (last) break;
  }
  return last;
}

const Values::File& Values::FileOf(FileNumber number) {
  const auto [at, is_new] = files_.try_emplace(number);
  if (!is_new) return at->second;
  const std::string name = BlobFileName(number);
  auto opened = source_.files.Open(source_.PathOf(name));
  if (!opened) {
    at->second.status = std::move(opened).error();
    return at->second;
  }
  auto reader = blob::BlobReader::Open(*std::move(opened), name, source_.counters);
  if (reader) {
    at->second.reader = *std::move(reader);
  } else {
    at->second.status = std::move(reader).error();
  }
  return at->second;
}

}  // namespace strata::repair
