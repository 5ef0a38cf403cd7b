#include "read/blob_iterator.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "read/values.h"

namespace strata {

// --- many values at once -------------------------------------------------------------------------

namespace {

// What is read at the same time, unless a value alone has more.
constexpr std::uint64_t kBytesAtOnce = 32ULL << 20;

}  // namespace

void BlobReads::Add(EntryKind* kind, std::string* value, Status* status) {
  Read read{.kind = kind, .value = value, .status = status, .pointer = {}, .place = {}};
  const auto pointer = DecodeBlobPointer(sst::PointerPart(*kind, *value));
  const blob::ValueFile* file = pointer ? FileOf(state_, pointer->blob) : nullptr;
  if (file != nullptr) {
    const auto place = file->Locate(pointer->ordinal);
    if (place && *kind == EntryKind::kBlobPointer) {
      read.pointer = *pointer;
      read.blob = file;
      read.place = *place;
    }
  }
  reads_.push_back(read);
}

void BlobReads::ReadAll(BatchReader& reader, Counters& counters) {
  for (std::span<const Read> rest = reads_; !rest.empty();) {
    std::size_t count = 1;
    std::uint64_t bytes = rest[0].place.size;
    while (count < rest.size() && bytes + rest[count].place.size <= kBytesAtOnce) {
      bytes += rest[count++].place.size;
    }
    ReadTogether(rest.first(count), reader, counters);
    rest = rest.subspan(count);
  }
}

void BlobReads::ReadTogether(std::span<const Read> reads, BatchReader& reader, Counters& counters) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const Read& read : reads) {
    if (read.blob == nullptr) continue;
    bytes += read.place.size;
    ++count;
  }
  // One alone, and what can't be found, goes the plain way.
  if (count < 2) {
    for (const Read& read : reads) *read.status = Resolve(state_, read.kind, read.value);
    return;
  }
  const std::unique_ptr<char[]> buffer(new char[bytes]);
  std::vector<ReadRequest> requests;
  char* scratch = buffer.get();
  for (const Read& read : reads) {
    if (read.blob == nullptr) continue;
    requests.push_back({&read.blob->file(), read.place.offset, read.place.size, scratch});
    scratch += read.place.size;
  }
  reader.ReadAll(requests);
  counters.Add(Counter::kParallelReads, count);
  counters.RaiseTo(Counter::kReadsInFlightPeak, count);
  counters.Add(Counter::kBlobReads, count);
  counters.Add(Counter::kBlobBytesRead, bytes);
  auto request = requests.begin();
  for (const Read& read : reads) {
    if (read.blob == nullptr) {
      *read.status = Resolve(state_, read.kind, read.value);
      continue;
    }
    auto& result = (request++)->result;
    *read.status = result ? read.blob->Open(read.pointer, *result, read.value)
                          : Status(std::move(result).error().WithContext(read.blob->name()));
    if (*read.status) *read.kind = EntryKind::kValue;
  }
}

// --- the cursor ----------------------------------------------------------------------------------

namespace {

constexpr std::size_t kWindowMax = 32;               // Entries.
constexpr std::size_t kWindowBytesMax = 4ULL << 20;  // Of values.

// Invariant: when Valid(), window_[at_] is the current entry, and entries_ is past the window in
// the direction of the last move.
class BlobIterator final : public Iterator {
 public:
  BlobIterator(std::unique_ptr<VisibleEntries> entries, const ReadState& state, BatchReader& reader,
               Counters& counters)
      : entries_(std::move(entries)), state_(state), reader_(reader), counters_(counters) {}

  bool Valid() const override { return at_ < window_.size(); }

  Status SeekToFirst() override { return Start(true, entries_->SeekToFirst()); }
  Status SeekToLast() override { return Start(false, entries_->SeekToLast()); }
  Status Seek(std::string_view key) override { return Start(true, entries_->Seek(key)); }
  Status SeekForPrev(std::string_view key) override {
    return Start(false, entries_->SeekForPrev(key));
  }
  Status Next() override { return Move(true); }
  Status Prev() override { return Move(false); }

  std::string_view key() const override { return window_[at_].key; }
  std::string_view value() const override { return window_[at_].value; }

 private:
  struct Entry {
    std::string key;
    std::string value;
    EntryKind kind = EntryKind::kValue;
    Status status = {};  // Whether the value could be read.
  };

  Status Start(bool forward, Status moved) {
    forward_ = forward;
    ahead_ = 1;
    pending_ = std::move(moved);
    return Fill();
  }

  Status Move(bool forward) {
    STRATA_DCHECK(Valid());
    if (forward != forward_) return Turn(forward);
    ++at_;
    return at_ < window_.size() ? Stand() : Fill();
  }

  // entries_ is beyond the window, on the wrong side.
  Status Turn(bool forward) {
    const std::string key = window_[at_].key;
    STRATA_TRY(Start(forward, forward ? entries_->Seek(key) : entries_->SeekForPrev(key)));
    return Valid() && window_[at_].key == key ? Move(forward) : Status();
  }

  // Reads the next window. A failed move is told when the entries before it are through.
  Status Fill() {
    window_.clear();
    at_ = 0;
    STRATA_TRY(std::exchange(pending_, {}));
    std::size_t bytes = 0;
    while (entries_->Valid() && window_.size() < ahead_ && bytes < kWindowBytesMax) {
      Entry& entry = window_.emplace_back(
          Entry{std::string(entries_->key()), std::string(entries_->value()), entries_->kind()});
      bytes += entry.key.size() + SizeOf(entry);
      pending_ = forward_ ? entries_->Next() : entries_->Prev();
      if (!pending_) break;
    }
    ahead_ = std::min(ahead_ * 2, kWindowMax);
    BlobReads reads(state_);
    for (Entry& entry : window_) {
      if (sst::IsPointer(entry.kind)) reads.Add(&entry.kind, &entry.value, &entry.status);
    }
    reads.ReadAll(reader_, counters_);
    return window_.empty() ? Status() : Stand();
  }

  static std::size_t SizeOf(const Entry& entry) {
    if (!sst::IsPointer(entry.kind)) return entry.value.size();
    const auto pointer = DecodeBlobPointer(sst::PointerPart(entry.kind, entry.value));
    return pointer ? pointer->length : 0;
  }

  // Not on an entry whose value couldn't be read.
  Status Stand() {
    Status status = window_[at_].status;
    if (!status) window_.clear();
    return status;
  }

  const std::unique_ptr<VisibleEntries> entries_;
  const ReadState& state_;
  BatchReader& reader_;
  Counters& counters_;
  bool forward_ = true;
  std::size_t ahead_ = 1;  // Entries in the next window.
  std::vector<Entry> window_;
  std::size_t at_ = 0;
  Status pending_;  // Of the move that ended the window.
};

}  // namespace

std::unique_ptr<Iterator> NewBlobIterator(std::unique_ptr<VisibleEntries> entries,
                                          const ReadState& state, BatchReader& reader,
                                          Counters& counters) {
  return std::make_unique<BlobIterator>(std::move(entries), state, reader, counters);
}

}  // namespace strata
