#include "compaction/value_separator.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/mutant.h"

namespace strata::compaction {

// The file being written.
struct ValueSeparator::Open {
  Open(const blob::WriterOptions& options, const FileIdentity& file_identity,
       std::unique_ptr<WritableFile> writable)
      : identity(file_identity),
        file(std::move(writable)),
        writer(options, *file, identity.id, identity.number) {}

  const FileIdentity identity;
  const std::unique_ptr<WritableFile> file;
  blob::BlobWriter writer;
};

ValueSeparator::ValueSeparator(TableStore& store, SeparatorOptions options)
    : store_(store), options_(std::move(options)) {}
ValueSeparator::~ValueSeparator() {
  Abandon();
}

bool ValueSeparator::Wants(EntryKind kind, std::string_view value) const {
  if (sst::IsPointer(kind)) {
    const auto pointer = DecodeBlobPointer(sst::PointerPart(kind, value));
    return pointer && options_.rewrite.count(pointer->blob) != 0;
  }
  const std::uint64_t least =
      options_.threshold == 0 ? kInlineValueMax : std::min(options_.threshold, kInlineValueMax);
  if (kind == EntryKind::kValue) return value.size() >= least;
  return kind == EntryKind::kExpiringValue && value.size() >= least + sizeof(std::uint64_t);
}

Status ValueSeparator::Separate(std::string_view* key, std::string_view* value) {
  EntryKind kind = KindOf(*key);
  if (!Wants(kind, *value)) return {};
  if (sst::IsPointer(kind)) {
    moved_.assign(*value);
    STRATA_TRY(options_.version->Resolve(&kind, &moved_));
    *value = moved_;
  }
  const bool expires = kind == EntryKind::kExpiringValue;
  const std::size_t expiry_size = expires ? sizeof(std::uint64_t) : 0;
  STRATA_TRY_ASSIGN(const BlobPointer pointer, Write(value->substr(expiry_size)));
  pointer_.assign(value->substr(0, expiry_size));
  AppendBlobPointer(&pointer_, pointer);
  key_.clear();
  AppendInternalKey(&key_, UserKeyOf(*key), SequenceOf(*key),
                    expires ? EntryKind::kExpiringBlobPointer : EntryKind::kBlobPointer);
  *key = key_;
  *value = pointer_;
  return {};
}

Result<BlobPointer> ValueSeparator::Write(std::string_view value) {
  if (open_ != nullptr &&
      (open_->writer.full() || open_->writer.size() >= options_.file_bytes_max)) {
    STRATA_TRY(CutFile());
  }
  if (open_ == nullptr) STRATA_TRY(OpenFile());
  auto added = open_->writer.Add(value);
  if (added) return added;
  return std::move(added).error().WithContext("writing " + store_.NameOf(open_->identity));
}

Status ValueSeparator::OpenFile() {
  const FileIdentity identity = store_.NewIdentity(FileKind::kBlob);
  STRATA_TRY_ASSIGN(auto file, store_.Create(identity));
  unfinished_ = identity;
  open_ = std::make_unique<Open>(options_.blob, identity, std::move(file));
  return {};
}

Status ValueSeparator::CutFile() {
  const std::unique_ptr<Open> open = std::move(open_);
  auto summary = Annotate(open->writer.Finish(), "writing " + store_.NameOf(open->identity));
  if (!summary) return std::move(summary).error();
  if (!STRATA_MUTANT(blob_not_synced_before_edit)) STRATA_TRY(open->file->Sync());
  STRATA_TRY(open->file->Close());
  bytes_written_ += summary->size_bytes;
  STRATA_TRY_ASSIGN(std::shared_ptr<const Blob> blob,
                    store_.Open(MakeBlobMeta(open->identity.number, open->identity.id, *summary)));
  STRATA_TRY(options_.verify ? blob->reader().VerifyAll() : blob->reader().Load());
  blob->MarkObsolete(store_.RemovalOf(*unfinished_));
  unfinished_.reset();
  done_.push_back(std::move(blob));
  return {};
}

Status ValueSeparator::Finish() {
  return open_ == nullptr ? Status() : CutFile();
}

void ValueSeparator::Abandon() {
  open_ = nullptr;
  done_.clear();
  if (unfinished_) store_.RemovalOf (*unfinished_)();
  unfinished_.reset();
}

// --- locality ------------------------------------------------------------------------------------

namespace {

struct Span {
  std::string_view smallest;  // User keys of the tables that use the blob.
  std::string_view largest;
  std::uint64_t bytes = 0;    // In use by these tables.
  std::uint64_t entries = 0;  // Of all tables that lie in its range: how wide that is.

  // The larger, the closer together its values lie.
  double density() const { return static_cast<double>(bytes) / static_cast<double>(entries); }
};

std::map<BlobId, Span> SpansOf(const std::vector<std::shared_ptr<const Table>>& inputs) {
  std::map<BlobId, Span> spans;
  for (const auto& table : inputs) {
    const std::string_view smallest = UserKeyOf(table->meta().smallest);
    const std::string_view largest = UserKeyOf(table->meta().largest);
    for (const sst::BlobUse& use : table->meta().blobs) {
      const auto [at, is_new] = spans.try_emplace(use.blob, Span{smallest, largest, 0, 0});
      at->second.smallest = std::min(at->second.smallest, smallest);
      at->second.largest = std::max(at->second.largest, largest);
      at->second.bytes += use.bytes;
    }
  }
  for (auto& [_, span] : spans) {
    for (const auto& table : inputs) {
      const TableMeta& meta = table->meta();
      const bool apart =
          UserKeyOf(meta.largest) < span.smallest || span.largest < UserKeyOf(meta.smallest);
      if (!apart) span.entries += meta.entries;
    }
  }
  return spans;
}

}  // namespace

std::set<BlobId> BlobsToRewrite(const std::vector<std::shared_ptr<const Table>>& inputs,
                                const Version& version, std::size_t overlap_max) {
  std::set<BlobId> rewrite;
  if (overlap_max == 0) return rewrite;
  const auto spans = SpansOf(inputs);
  for (const auto& [_, at] : spans) {  // Overlaps are deepest where one of them begins.
    std::vector<std::pair<double, BlobId>> over;
    for (const auto& [blob, span] : spans) {
      if (version.blobs().count(blob) == 0) continue;
      if (span.smallest <= at.smallest && at.smallest <= span.largest) {
        over.emplace_back(span.density(), blob);
      }
    }
    if (over.size() <= overlap_max) continue;
    std::sort(over.rbegin(), over.rend());
    for (std::size_t i = (overlap_max + 1) / 2; i < over.size(); ++i)
      rewrite.insert(over[i].second);
  }
  return rewrite;
}

}  // namespace strata::compaction
