// How a key is found: the memtables from the newest on, then the runs of the version. The first
// that knows the key has its newest entry, so the search ends there.

#include "read/reader.h"

#include "base/escape.h"
#include "base/mutant.h"
#include "iter/visible_iterator.h"
#include "read/blob_iterator.h"
#include "read/read_bounds.h"
#include "read/scan_iterator.h"
#include "read/values.h"
#include "sst/file_at_once.h"
#include "stats/read_trace.h"

namespace strata {
namespace {

// The first key after all that start with `prefix`, or nothing when there is none.
std::optional<std::string> AfterPrefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  ++prefix.back();
  return prefix;
}

// Turns what a table or memtable knows of a key into the answer.
Result<bool> IsValue(EntryKind kind, std::string_view key) {
  if (kind == EntryKind::kValue || kind == EntryKind::kExpiringValue) return true;
  if (kind == EntryKind::kDelete) return false;
  return Error(ErrorCode::kUnsupported, "key \"" + EscapeShort(key) + "\": entries of kind " +
                                            std::to_string(static_cast<int>(kind)) +
                                            " need a newer program");
}

// An iterator and the state that its memtables and tables belong to.
class PinnedIterator final : public Iterator {
 public:
  PinnedIterator(std::shared_ptr<const ReadState> state, std::unique_ptr<Iterator> below,
                 Counters& counters)
      : state_(std::move(state)), below_(std::move(below)), counters_(counters) {}
  ~PinnedIterator() override { counters_.Add(Counter::kIteratorSteps, steps_); }

  bool Valid() const override { return below_->Valid(); }
  Status SeekToFirst() override { return Seeked(below_->SeekToFirst()); }
  Status SeekToLast() override { return Seeked(below_->SeekToLast()); }
  Status Seek(std::string_view key) override { return Seeked(below_->Seek(key)); }
  Status SeekForPrev(std::string_view key) override { return Seeked(below_->SeekForPrev(key)); }
  Status Next() override {
    ++steps_;
    return below_->Next();
  }
  Status Prev() override {
    ++steps_;
    return below_->Prev();
  }
  std::string_view key() const override { return below_->key(); }
  std::string_view value() const override { return below_->value(); }

 private:
  Status Seeked(Status status) {
    counters_.Add(Counter::kSeeks);
    return status;
  }

  const std::shared_ptr<const ReadState> state_;
  const std::unique_ptr<Iterator> below_;
  Counters& counters_;
  std::uint64_t steps_ = 0;  // Counted when it goes: a step is too short to count each.
};

}  // namespace

VisibleIteratorOptions BoundsOf(const ReadOptions& options) {
  VisibleIteratorOptions bounds{.lower = options.lower, .upper = options.upper};
  if (!options.prefix.empty()) {
    if (!bounds.lower || *bounds.lower < options.prefix) bounds.lower = options.prefix;
    const auto after = AfterPrefix(options.prefix);
    if (after && (!bounds.upper || *bounds.upper > *after)) bounds.upper = after;
  }
  return bounds;
}

Reader::Reader(const ReaderContext& context)
    : counters_(context.counters),
      clock_(context.clock),
      batch_reader_(NewBatchReader(context.executor)),
      snapshots_(context.snapshots),
      many_hidden_(context.many_hidden),
      shown_(0) {}

// The state first, then the sequence: the other way round, what the sequence promises may already
// have been merged away in the state.
ReadPoint Reader::Now() const {
  ReadPoint point;
  if (STRATA_MUTANT(seqno_before_superversion)) {
    point.sequence = shown_.load(std::memory_order_acquire);
    STRATA_PAUSE_POINT(taking_read_point);
    point.state = state_.Get();
    return point;
  }
  point.state = state_.Get();
  STRATA_PAUSE_POINT(taking_read_point);
  point.sequence = shown_.load(std::memory_order_acquire);
  return point;
}

std::shared_ptr<const Version> Reader::VersionOf(std::uint32_t table) const {
  const auto state = state_.Get();
  if (table == 0) return state->version;
  const auto found = state->named.Find(table);
  return found == nullptr ? std::make_shared<const Version>() : found->version;
}

Result<ReadPoint> Reader::At([[maybe_unused]] const ReadOptions& options) const {
  ReadPoint point = Now();
  point.now_us = options.now_us;
  STRATA_TRY(MoveTo(options.snapshot, &point));
  STRATA_TRY(MoveTo(options.table, &point));
  return point;
}

std::shared_ptr<const Snapshot> Reader::GetSnapshot() {
  if (STRATA_MUTANT(snapshot_before_lock)) {
    return snapshots_->Take(std::atomic<SequenceNumber>(shown_.load()));
  }
  return snapshots_->Take(shown_);
}

Status Reader::MoveTo(const std::shared_ptr<const Snapshot>& snapshot, ReadPoint* point) const {
  if (STRATA_MUTANT(moving_snapshot)) return {};
  return snapshot == nullptr ? Status() : MoveTo(*snapshot, point);
}

// What the state holds beyond the snapshot is newer, and not seen from there.
Status Reader::MoveTo(const Snapshot& snapshot, ReadPoint* point) const {
  if (!snapshots_->Owns(snapshot)) {
    return InvalidArgument("the snapshot in the read options is of another store");
  }
  point->sequence = snapshot.sequence();
  return {};
}

Status Reader::MoveTo(TableRef table, ReadPoint* point) {
  if (table.id == 0) return {};
  auto state = point->state->named.Find(table.id);
  if (state == nullptr) return NoTable(table);
  point->state = std::move(state);
  const auto& clock_us = point->state->clock_us;
  if (point->now_us == 0 && clock_us != nullptr) point->now_us = clock_us->load();
  return {};
}

Result<bool> Reader::Get(std::string_view key, std::string* value, const ReadOptions& options) {
  counters_.Add(Counter::kGets);
  STRATA_TRY_ASSIGN(const bool found, FindKey(key, options, value, {}));
  if (found) counters_.Add(Counter::kGetHits);
  return found;
}

Result<bool> Reader::FindKey(std::string_view key, const ReadOptions& options, std::string* value,
                             const LookupExtras& extras) {
  STRATA_TRY_ASSIGN(const ReadPoint point, At(options));
  if (options.parallel_runs) STRATA_TRY(PrefetchBlocks(point, {&key, 1}, options));
  ExpiryCheck expiry(clock_, point.now_us);
  LookupExtras judged = extras;
  judged.expiry = &expiry;
  return FindKeyIn(point, key, options, value, judged);
}

Result<bool> Reader::FindKeyIn(const ReadPoint& point, std::string_view key,
                               [[maybe_unused]] const ReadOptions& options, std::string* value,
                               const LookupExtras& extras) {
  const ReadState& state = *point.state;
  ReadTrace* const trace = extras.trace;
  if (const auto found = state.memtable->Get(key, point.sequence)) {
    if (trace != nullptr) trace->Add("memtable", "found");
    if (!options.may_wait && sst::IsPointer(found->kind)) return sst::WouldWait();
    return Answer(state, *found, key, value, extras);
  }
  if (trace != nullptr) trace->Add("memtable", "doesn't have it");
  for (const auto& memtable : state.immutables) {
    if (const auto found = memtable->Get(key, point.sequence)) {
      if (trace != nullptr) trace->Add("full memtable", "found");
      if (!options.may_wait && sst::IsPointer(found->kind)) return sst::WouldWait();
      return Answer(state, *found, key, value, extras);
    }
    if (trace != nullptr) trace->Add("full memtable", "doesn't have it");
  }
  sst::TableReadOptions table_options;
  table_options.fill_cache = options.fill_cache;
  table_options.trace = trace;
  table_options.may_wait = options.may_wait;
  table_options.leave_pointers = extras.pointer != nullptr || !options.may_wait;
  STRATA_TRY_ASSIGN(const auto hit,
                    state.version->Get(key, point.sequence, table_options, counters_, value));
  if (hit && extras.version != nullptr) *extras.version = hit->sequence;
  if (hit && !options.may_wait && sst::IsPointer(hit->kind)) return sst::WouldWait();
  if (hit && extras.pointer != nullptr && sst::IsPointer(hit->kind)) {
    *extras.pointer = hit->kind;
    return true;
  }
  if (hit) return IsLive(hit->kind, key, value, extras.expiry);
  return false;
}

Result<bool> Reader::Answer([[maybe_unused]] const ReadState& state, const FoundEntry& found,
                            std::string_view key, std::string* value,
                            [[maybe_unused]] const LookupExtras& extras) const {
  value->assign(found.value);
  if (extras.version != nullptr) *extras.version = found.sequence;
  EntryKind kind = found.kind;
  STRATA_TRY(Resolve(state, &kind, value));
  return IsLive(kind, key, value, extras.expiry);
}

Result<bool> Reader::IsLive(EntryKind kind, std::string_view key, std::string* value,
                            ExpiryCheck* expiry) const {
  STRATA_TRY_ASSIGN(const bool is_value, IsValue(kind, key));
  return is_value && expiry->Admit(kind, value);
}

Result<std::optional<Entry>> Reader::FindEntry(const ReadPoint& point, std::string_view key,
                                               const ReadOptions& options) {
  Entry entry;
  LookupExtras extras;
  extras.version = &entry.version;
  ExpiryCheck expiry(clock_, point.now_us);
  extras.expiry = &expiry;
  STRATA_TRY_ASSIGN(const bool found, FindKeyIn(point, key, options, &entry.value, extras));
  entry.expires_at_us = expiry.expires_at_us();
  if (!found) return std::optional<Entry>();
  return std::optional<Entry>(std::move(entry));
}

Result<std::optional<Entry>> Reader::GetEntry(std::string_view key, const ReadOptions& options) {
  counters_.Add(Counter::kGets);
  STRATA_TRY_ASSIGN(const ReadPoint point, At(options));
  STRATA_TRY_ASSIGN(auto entry, FindEntry(point, key, options));
  if (entry) counters_.Add(Counter::kGetHits);
  return entry;
}

Result<std::unique_ptr<Iterator>> Reader::NewIterator(const ReadOptions& options) {
  VisibleIteratorOptions bounds = BoundsOf(options);
  STRATA_TRY_ASSIGN(ReadPoint point, At(options));
  bounds.many_hidden = &many_hidden_;
  bounds.table = options.table.id;
  auto& [state, sequence, now_us] = point;
  bounds.now_us = now_us != 0 ? now_us : clock_.WallMicros();
  bounds.sequence = sequence;
  std::vector<std::unique_ptr<InternalIterator>> sources;
  // What comes in later has larger sequences. One source less, and often only one is left.
  if (!state->memtable->empty()) sources.push_back(state->memtable->NewIterator());
  for (const auto& memtable : state->immutables) sources.push_back(memtable->NewIterator());
  sst::TableReadOptions table_options;
  table_options.fill_cache = options.fill_cache;
  table_options.readahead = true;
  state->version->AddIterators(table_options, &sources);
  if (!HasBlobs(*state)) {
    return std::unique_ptr<Iterator>(
        NewScanIterator(std::move(sources), std::move(bounds), std::move(state), &counters_));
  }
  auto visible = NewBlobIterator(NewScanIterator(std::move(sources), std::move(bounds)), *state,
                                 *batch_reader_, counters_);
  return std::unique_ptr<Iterator>(
      std::make_unique<PinnedIterator>(std::move(state), std::move(visible), counters_));
}

Result<bool> Reader::TraceGet(std::string_view key, std::string* value, ReadTrace* trace) {
  return FindKey(key, ReadOptions{}, value, {.trace = trace});
}

}  // namespace strata
