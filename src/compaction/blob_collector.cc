#include "compaction/blob_collector.h"

#include <utility>

#include "base/check.h"
#include "base/mutant.h"

namespace strata::compaction {

// --- what to collect -----------------------------------------------------------------------------

BlobSpace& BlobSpace::operator+=(const BlobSpace& other) {
  bytes += other.bytes;
  live_bytes += other.live_bytes;
  return *this;
}

BlobSpace SpaceOf(const BlobMap& blobs) {
  BlobSpace space;
  for (const auto& [_, state] : blobs) space += {state.size_bytes(), state.live_bytes()};
  return space;
}

std::uint64_t BytesOverBound(const BlobSpace& space, double space_bound) {
  const auto allowed =
      static_cast<std::uint64_t>(space_bound * static_cast<double>(space.live_bytes));
  return space.bytes > allowed ? space.bytes - allowed : 0;
}

std::optional<PickedBlob> PickBlob(const BlobMap& blobs, const BlobSpace& space,
                                   const CollectionRules& rules) {
  PickedBlob best;
  for (const auto& [id, state] : blobs) {
    const auto garbage = static_cast<double>(state.size_bytes() - state.live_bytes());
    const double ratio = garbage / static_cast<double>(state.size_bytes());
    if (ratio > best.garbage_ratio) best = {id, ratio};
  }
  const bool is_due =
      best.garbage_ratio >= rules.garbage_ratio || BytesOverBound(space, rules.space_bound) > 0;
  return is_due && best.blob != 0 ? std::optional(best) : std::nullopt;
}

// --- collecting ----------------------------------------------------------------------------------

BlobCollection::BlobCollection(TableStore& store, std::shared_ptr<const Version> version,
                               BlobId blob, bool verify)
    : store_(store),
      version_(std::move(version)),
      old_(version_->blobs().at(blob).blob),
      verify_(verify) {}

BlobCollection::~BlobCollection() {
  Abandon();
}

Status BlobCollection::Begin() {
  STRATA_TRY_ASSIGN(live_, version_->LiveIn(blob()));
  if (STRATA_MUTANT(collect_from_one_table)) {
    live_ = Bitmap();
    STRATA_TRY(version_->runs().front().tables.front()->reader().AddLiveIn(blob(), &live_));
  }
  if (live_.size() == 0) return Corruption("no table uses blob " + std::to_string(blob()));
  const FileIdentity identity = store_.NewIdentity(FileKind::kBlob);
  STRATA_TRY_ASSIGN(file_, store_.Create(identity));
  unfinished_ = identity;
  name_ = store_.NameOf(identity);
  // Values keep the codec that they have.
  writer_ = std::make_unique<blob::BlobWriter>(blob::WriterOptions{}, *file_, identity.id, blob());
  return {};
}

Result<bool> BlobCollection::Step(std::uint64_t step_bytes) {
  if (writer_ == nullptr) STRATA_TRY(Begin());
  std::string scratch;
  const std::uint64_t end = bytes_copied_ + step_bytes;
  for (next_ = live_.Next(next_); next_ < live_.size() && bytes_copied_ < end;
       next_ = live_.Next(next_ + 1)) {
    auto ordinal = static_cast<std::uint32_t>(next_);
    STRATA_TRY_ASSIGN(const blob::StoredValue value, old_->reader().ReadStored(ordinal, &scratch));
    STRATA_TRY(Annotate(writer_->Copy(ordinal, value), "writing " + name_));
    bytes_copied_ += value.contents.size() + blob::kTrailerSize;
  }
  return next_ >= live_.size();
}

Result<std::shared_ptr<const Blob>> BlobCollection::Finish() {
  auto summary = Annotate(writer_->Finish(), "writing " + name_);
  if (!summary) return std::move(summary).error();
  STRATA_TRY(file_->Sync());
  STRATA_TRY(file_->Close());
  STRATA_TRY(store_.SyncNames());
  STRATA_TRY_ASSIGN(std::shared_ptr<const Blob> blob,
                    store_.Open(MakeBlobMeta(unfinished_->number, unfinished_->id, *summary)));
  STRATA_TRY(verify_ ? blob->reader().VerifyAll() : blob->reader().Load());
  if (!(blob->reader().held() == live_)) {
    return Corruption(blob->reader().name() + ": holds other values than were copied");
  }
  blob->MarkObsolete(store_.RemovalOf(*unfinished_));
  unfinished_.reset();
  return blob;
}

void BlobCollection::Abandon() {
  writer_.reset();
  file_.reset();
  if (unfinished_) store_.RemovalOf (*unfinished_)();
  unfinished_.reset();
}

}  // namespace strata::compaction
