#include "blob/pending_blob.h"

#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "base/mutant.h"
#include "io/os_error.h"

namespace strata::blob {

void AppendPlace(std::string* out, const Place& place) {
  AppendBlobPointer(out, place.pointer);
  AppendVarint64(out, place.offset);
  AppendVarint64(out, place.stored_bytes);
  out->append(place.file_id.data(), place.file_id.size());
}

std::optional<Place> DecodePlace(std::string_view bytes) {
  Place place;
  if (bytes.size() <= place.file_id.size()) return std::nullopt;
  const std::string_view id = bytes.substr(bytes.size() - place.file_id.size());
  id.copy(place.file_id.data(), id.size());
  ByteReader in(bytes.substr(0, bytes.size() - id.size()));
  for (int i = 0; i < 3; ++i) {
    if (!in.ReadVarint64()) return std::nullopt;
  }
  const auto pointer = DecodeBlobPointer(bytes.substr(0, in.offset()));
  const auto offset = in.ReadVarint64();
  const auto stored = in.ReadVarint64();
  // A value that doesn't shrink is stored as it is, and a sealed one takes a little more.
  if (!pointer || !stored || !in.empty()) return std::nullopt;
  if (*stored > pointer->length + FileCipher::kOverhead) return std::nullopt;
  place.pointer = *pointer;
  place.offset = *offset;
  place.stored_bytes = *stored;
  return place;
}

Status ReadPlace(const RandomAccessFile& file, const Place& place, std::string* value) {
  value->resize(place.stored_bytes + kTrailerSize);
  STRATA_TRY_ASSIGN(const std::string_view record,
                    file.Read(place.offset, value->size(), value->data()));
  const RecordPlace from{place.file_id, place.offset, CipherOf(file)};
  return OpenValue(record, from, place.pointer.length, value);
}

// --- writing -------------------------------------------------------------------------------------

PendingBlob::PendingBlob(NewBlobFile file, const WriterOptions& options, Counters& counters)
    : name_(std::move(file.name)),
      file_id_(file.file_id),
      blob_(file.blob),
      counters_(counters),
      reader_(std::move(file.reader)),
      file_(std::move(file.writer)),
      writer_(options, *file_, file_id_, blob_) {}

Result<Place> PendingBlob::Append(std::string_view value) {
  MutexLock lock(writing_);
  STRATA_CHECK(!finished_);
  STRATA_TRY(first_error_);
  Place place{.pointer = {}, .offset = writer_.size(), .stored_bytes = 0, .file_id = file_id_};
  auto added = Annotate(writer_.Add(value), "writing " + name_);
  if (!added) return Remember(std::move(added).error()).error();
  place.pointer = *added;
  place.stored_bytes = writer_.size() - place.offset - kTrailerSize;
  MutexLock places_lock(places_mutex_);
  ends_.push_back(writer_.size());
  return place;
}

Status PendingBlob::HandOver() {
  MutexLock lock(writing_);
  return Remember(HandOverLocked());
}

Status PendingBlob::HandOverLocked() {
  STRATA_TRY(first_error_);
  if (handed_over_ == writer_.size()) return {};
  STRATA_TRY(Annotate(writer_.WriteOut(), "writing " + name_));
  counters_.Add(Counter::kBlobBytesWritten, writer_.size() - handed_over_);
  handed_over_ = writer_.size();
  return {};
}

Status PendingBlob::Sync() {
  MutexLock lock(writing_);
  return Remember(SyncLocked());
}

Status PendingBlob::SyncLocked() {
  STRATA_TRY(first_error_);
  if (finished_ || synced_ == writer_.size()) return {};
  Status handed_over = HandOverLocked();  // What had no room nobody was promised.
  if (!handed_over && handed_over.error().code() != ErrorCode::kNoSpace) return handed_over;
  STRATA_TRY(AsFinal(file_->Sync()));
  synced_ = handed_over_;
  return {};
}

Result<BlobSummary> PendingBlob::Finish() {
  MutexLock lock(writing_);
  STRATA_TRY(Remember(FinishLocked()));
  return *finished_;
}

Status PendingBlob::FinishLocked() {
  STRATA_TRY(HandOverLocked());
  if (finished_) return {};
  STRATA_TRY_ASSIGN(const BlobSummary summary, Annotate(writer_.Finish(), "writing " + name_));
  counters_.Add(Counter::kBlobBytesWritten, summary.size_bytes - handed_over_);
  handed_over_ = summary.size_bytes;
  if (!STRATA_MUTANT(blob_not_synced_before_edit)) {
    STRATA_TRY(AsFinal(file_->Sync()));
  }
  finished_ = summary;
  return AsFinal(file_->Close());
}

Status PendingBlob::Remember(Status status) {
  if (!status && first_error_ && status.error().code() != ErrorCode::kNoSpace) {
    first_error_ = status;
  }
  return status;
}

bool PendingBlob::full(std::uint64_t bytes_max) const {
  MutexLock lock(writing_);
  return writer_.full() || writer_.size() >= bytes_max;
}

// --- reading -------------------------------------------------------------------------------------

Result<sst::BlockHandle> PendingBlob::Locate(std::uint32_t ordinal) const {
  MutexLock lock(places_mutex_);
  if (ordinal >= ends_.size()) {
    return Corruption(name_ + ": the file doesn't hold value " + std::to_string(ordinal));
  }
  const std::uint64_t offset = ordinal == 0 ? 0 : ends_[ordinal - 1];
  return sst::BlockHandle{offset, ends_[ordinal] - offset};
}

Status PendingBlob::Read(const BlobPointer& pointer, std::string* value) const {
  STRATA_TRY_ASSIGN(const sst::BlockHandle place, Locate(pointer.ordinal));
  value->resize(place.size);
  counters_.Add(Counter::kBlobReads);
  counters_.Add(Counter::kBlobBytesRead, place.size);
  STRATA_TRY_ASSIGN(const std::string_view record,
                    reader_->Read(place.offset, place.size, value->data()));
  return Open(pointer, record, value);
}

Status PendingBlob::Open(const BlobPointer& pointer, std::string_view record,
                         std::string* value) const {
  STRATA_TRY_ASSIGN(const sst::BlockHandle place, Locate(pointer.ordinal));
  return Annotate(
      OpenValue(record, {file_id_, place.offset, CipherOf(*reader_)}, pointer.length, value),
      name_ + ": value at offset " + std::to_string(place.offset));
}

}  // namespace strata::blob
