// How a key is found: the memtables from the newest on, then the runs of the version. The first
// that knows the key has its newest entry, so the search ends there.

#include "read/reader.h"

#include "base/escape.h"
#include "base/mutant.h"
//| #include "iter/merging_iterator.h"  //@L05..19
#include "iter/visible_iterator.h"
#include "read/blob_iterator.h"  //@L19
#include "read/read_bounds.h"    //@L16
#include "read/scan_iterator.h"  //@L20
#include "read/values.h"         //@L19
#include "stats/read_trace.h"    //@L13

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
  if (kind == EntryKind::kValue || kind == EntryKind::kExpiringValue) return true;  //@L17
  //| if (kind == EntryKind::kValue) return true;  //@L02..16
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
      clock_(context.clock),                            //@L17
      batch_reader_(NewBatchReader(context.executor)),  //@L13
      snapshots_(context.snapshots),                    //@L14
      many_hidden_(context.many_hidden),                //@L20
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

//@L20{
std::shared_ptr<const Version> Reader::VersionOf(std::uint32_t table) const {
  const auto state = state_.Get();
  if (table == 0) return state->version;
  const auto found = state->named.Find(table);
  return found == nullptr ? std::make_shared<const Version>() : found->version;
}

//@}
Result<ReadPoint> Reader::At([[maybe_unused]] const ReadOptions& options) const {
  ReadPoint point = Now();
  point.now_us = options.now_us;                 //@L20
  STRATA_TRY(MoveTo(options.snapshot, &point));  //@L14
  STRATA_TRY(MoveTo(options.table, &point));     //@L17
  return point;
}

//@L14{
std::shared_ptr<const Snapshot> Reader::GetSnapshot() {
  if (STRATA_MUTANT(snapshot_before_lock)) {
    return snapshots_->Take(std::atomic<SequenceNumber>(shown_.load()));
  }
  return snapshots_->Take(shown_);
}

Status Reader::MoveTo(const std::shared_ptr<const Snapshot>& snapshot, ReadPoint* point) const {
  if (STRATA_MUTANT(moving_snapshot)) return {};  //@L16
  return snapshot == nullptr ? Status() : MoveTo(*snapshot, point);
}

// What the state holds beyond the snapshot is newer, and not seen from there.
Status Reader::MoveTo(const Snapshot& snapshot, ReadPoint* point) const {
  //@solve 14.2 "read as of a snapshot"
  if (!snapshots_->Owns(snapshot)) {
    return InvalidArgument("the snapshot in the read options is of another store");
  }
  point->sequence = snapshot.sequence();
  return {};
  //@}
}

//@}
//@L17{
Status Reader::MoveTo(TableRef table, ReadPoint* point) {
  //@solve 17.1 "lead a read to its table" inert(return {};)
  if (table.id == 0) return {};
  auto state = point->state->named.Find(table.id);
  if (state == nullptr) return NoTable(table);
  point->state = std::move(state);
  //@L20{
  const auto& clock_us = point->state->clock_us;
  if (point->now_us == 0 && clock_us != nullptr) point->now_us = clock_us->load();
  //@}
  return {};
  //@}
}

//@}
Result<bool> Reader::Get(std::string_view key, std::string* value, const ReadOptions& options) {
  counters_.Add(Counter::kGets);
  STRATA_TRY_ASSIGN(const bool found, FindKey(key, options, value, {}));
  if (found) counters_.Add(Counter::kGetHits);
  return found;
}

Result<bool> Reader::FindKey(std::string_view key, const ReadOptions& options, std::string* value,
                             const LookupExtras& extras) {
  STRATA_TRY_ASSIGN(const ReadPoint point, At(options));
  if (options.parallel_runs) STRATA_TRY(PrefetchBlocks(point, {&key, 1}, options));  //@L13
  //| return FindKeyIn(point, key, options, value, extras);  //@L02..19
  //@L20{
  ExpiryCheck expiry(clock_, point.now_us);
  LookupExtras judged = extras;
  judged.expiry = &expiry;
  return FindKeyIn(point, key, options, value, judged);
  //@}
}

Result<bool> Reader::FindKeyIn(const ReadPoint& point, std::string_view key,
                               [[maybe_unused]] const ReadOptions& options, std::string* value,
                               const LookupExtras& extras) {
  const ReadState& state = *point.state;
  ReadTrace* const trace = extras.trace;  //@L13
  if (const auto found = state.memtable->Get(key, point.sequence)) {
    if (trace != nullptr) trace->Add("memtable", "found");  //@L13
    return Answer(state, *found, key, value, extras);
  }
  if (trace != nullptr) trace->Add("memtable", "doesn't have it");  //@L13
  //@L12{
  for (const auto& memtable : state.immutables) {
    if (const auto found = memtable->Get(key, point.sequence)) {
      if (trace != nullptr) trace->Add("full memtable", "found");  //@L13
      return Answer(state, *found, key, value, extras);
    }
    if (trace != nullptr) trace->Add("full memtable", "doesn't have it");  //@L13
  }
  //@}
  //@L05{
  sst::TableReadOptions table_options;
  table_options.fill_cache = options.fill_cache;             //@L08
  table_options.trace = trace;                               //@L13
  table_options.leave_pointers = extras.pointer != nullptr;  //@L19
  STRATA_TRY_ASSIGN(const auto hit,
                    state.version->Get(key, point.sequence, table_options, counters_, value));
  if (hit && extras.version != nullptr) *extras.version = hit->sequence;  //@L15
  //| if (hit) return IsValue(hit->kind, key);  //@L05..16
  //@L19{
  if (hit && extras.pointer != nullptr && sst::IsPointer(hit->kind)) {
    *extras.pointer = hit->kind;
    return true;
  }
  //@}
  if (hit) return IsLive(hit->kind, key, value, extras.expiry);  //@L17
  //@}
  return false;
}

Result<bool> Reader::Answer([[maybe_unused]] const ReadState& state, const FoundEntry& found,
                            std::string_view key, std::string* value,
                            [[maybe_unused]] const LookupExtras& extras) const {
  value->assign(found.value);
  if (extras.version != nullptr) *extras.version = found.sequence;  //@L15
  EntryKind kind = found.kind;
  STRATA_TRY(Resolve(state, &kind, value));  //@L19
  //| return IsValue(kind, key);  //@L02..16
  return IsLive(kind, key, value, extras.expiry);  //@L17
}

//@L17{
Result<bool> Reader::IsLive(EntryKind kind, std::string_view key, std::string* value,
                            ExpiryCheck* expiry) const {
  STRATA_TRY_ASSIGN(const bool is_value, IsValue(kind, key));
  //@L17..19{
  //| ExpiryCheck own(clock_);
  //| return is_value && (expiry != nullptr ? expiry : &own)->Admit(kind, value);
  //@}
  return is_value && expiry->Admit(kind, value);  //@L20
}

//@}
//@L15{
Result<std::optional<Entry>> Reader::FindEntry(const ReadPoint& point, std::string_view key,
                                               const ReadOptions& options) {
  Entry entry;
  LookupExtras extras;
  extras.version = &entry.version;
  //@L17{
  //| ExpiryCheck expiry(clock_);  //@L17..19
  ExpiryCheck expiry(clock_, point.now_us);  //@L20
  extras.expiry = &expiry;
  //@}
  STRATA_TRY_ASSIGN(const bool found, FindKeyIn(point, key, options, &entry.value, extras));
  entry.expires_at_us = expiry.expires_at_us();  //@L17
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

//@}
Result<std::unique_ptr<Iterator>> Reader::NewIterator(const ReadOptions& options) {
  VisibleIteratorOptions bounds = BoundsOf(options);
  STRATA_TRY_ASSIGN(ReadPoint point, At(options));
  //| bounds.now_us = clock_.WallMicros();  //@L17..19
  bounds.many_hidden = &many_hidden_;  //@L20
  bounds.table = options.table.id;     //@L20
  //| auto& [state, sequence] = point;  //@L02..19
  //@L20{
  auto& [state, sequence, now_us] = point;
  bounds.now_us = now_us != 0 ? now_us : clock_.WallMicros();
  //@}
  bounds.sequence = sequence;
  //@L02..04{
  //| auto entries = state->memtable->NewIterator();
  //@}
  //@L05{
  std::vector<std::unique_ptr<InternalIterator>> sources;
  // What comes in later has larger sequences. One source less, and often only one is left.
  if (!state->memtable->empty()) sources.push_back(state->memtable->NewIterator());
  for (const auto& memtable : state->immutables) sources.push_back(memtable->NewIterator());  //@L12
  sst::TableReadOptions table_options;
  table_options.fill_cache = options.fill_cache;  //@L08
  table_options.readahead = true;                 //@L13
  state->version->AddIterators(table_options, &sources);
  //| auto entries = NewMergingIterator(std::move(sources));  //@L05..19
  //@}
  //| auto visible = NewVisibleIterator(std::move(entries), std::move(bounds));  //@L02..18
  //@L19..19{
  //| auto with_pointers = NewVisibleIterator(std::move(entries), std::move(bounds));
  //| std::unique_ptr<Iterator> visible;
  //| if (HasBlobs(*state)) {
  //|   visible = NewBlobIterator(std::move(with_pointers), *state, *batch_reader_, counters_);
  //| } else {
  //|   visible = std::move(with_pointers);
  //| }
  //@}
  //@L20{
  if (!HasBlobs(*state)) {
    return std::unique_ptr<Iterator>(
        NewScanIterator(std::move(sources), std::move(bounds), std::move(state), &counters_));
  }
  auto visible = NewBlobIterator(NewScanIterator(std::move(sources), std::move(bounds)), *state,
                                 *batch_reader_, counters_);
  //@}
  return std::unique_ptr<Iterator>(
      std::make_unique<PinnedIterator>(std::move(state), std::move(visible), counters_));
}

//@L13{
Result<bool> Reader::TraceGet(std::string_view key, std::string* value, ReadTrace* trace) {
  return FindKey(key, ReadOptions{}, value, {.trace = trace});
}
//@}

}  // namespace strata
