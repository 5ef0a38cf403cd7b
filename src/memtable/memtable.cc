#include "memtable/memtable.h"

#include <atomic>
#include <limits>

#include "base/arena.h"
#include "base/check.h"
#include "memtable/prefix_tree.h"
#include "memtable/skiplist.h"

namespace strata {

struct MemTable::Rep {
  Rep(std::uint64_t seed, Counters* the_counters) : list(arena, seed), counters(the_counters) {}

  void Count(Counter counter, std::uint64_t amount) const {
    if (counters != nullptr) counters->Add(counter, amount);
  }

  void CountEntry() {
    entries.store(entries.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    Count(Counter::kMemtableAllocations, 1);
  }

  void CountDelete() {
    deletes.store(deletes.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  void CountEntryConcurrently() {
    entries.fetch_add(1, std::memory_order_relaxed);
    Count(Counter::kMemtableAllocations, 1);
  }

  // One inserter at a time; the others sleep until it is their turn.
  void InsertIntoTree(std::string_view key, std::uint64_t tag, std::string_view value) {
    while (inserting.test_and_set(std::memory_order_acquire)) inserting.wait(true);
    tree->Insert(key, tag, value);
    inserting.clear(std::memory_order_release);
    inserting.notify_one();
  }

  Arena arena;
  SkipList list;
  std::unique_ptr<PrefixTree> tree;  // Null: the list has the entries.
  std::atomic_flag inserting;
  Counters* const counters;
  std::atomic<std::uint64_t> entries{0};
  std::atomic<std::uint64_t> deletes{0};
};

namespace {

// Nodes have links forward only: a move back is a search, as in LevelDB. Scans are mostly forward,
// and a second set of links would cost every entry memory.
class MemTableIterator final : public InternalIterator {
 public:
  explicit MemTableIterator(const SkipList& list) : list_(list) {}

  bool Valid() const override { return node_ != nullptr; }

  Status SeekToFirst() override { return MoveTo(list_.First()); }
  Status SeekToLast() override { return MoveTo(list_.Last()); }
  Status Seek(std::string_view target) override {
    return MoveTo(list_.FindFirstAtOrAfter(SearchKey(target), &comparisons_));
  }
  Status SeekForPrev(std::string_view target) override {
    const SearchKey key(target);
    node_ = list_.FindFirstAtOrAfter(key, &comparisons_);
    if (node_ != nullptr && node_->internal_key() == target) return {};
    return MoveTo(list_.FindLastBefore(key, &comparisons_));
  }

  Status Next() override {
    STRATA_DCHECK(Valid());
    return MoveTo(node_->next(0));
  }
  Status Prev() override {
    STRATA_DCHECK(Valid());
    return MoveTo(list_.FindLastBefore(SearchKey(node_->internal_key()), &comparisons_));
  }

  std::string_view key() const override {
    STRATA_DCHECK(Valid());
    return node_->internal_key();
  }
  std::string_view value() const override {
    STRATA_DCHECK(Valid());
    return node_->value();
  }

 private:
  Status MoveTo(const SkipList::Node* node) {
    node_ = node;
    return {};
  }

  const SkipList& list_;
  const SkipList::Node* node_ = nullptr;
  std::uint64_t comparisons_ = 0;
};

void CheckSizes(std::string_view key, std::string_view value) {
  STRATA_CHECK(key.size() <= kUserKeySizeMax);
  STRATA_CHECK(value.size() <= std::numeric_limits<std::uint32_t>::max());
}

}  // namespace

MemTable::MemTable(std::uint64_t seed, Counters* counters, MemtableKind kind)
    : rep_(std::make_unique<Rep>(seed, counters)) {
  if (kind == MemtableKind::kPrefixTree) rep_->tree = std::make_unique<PrefixTree>(rep_->arena);
}

MemTable::~MemTable() = default;

void MemTable::Add(SequenceNumber sequence, EntryKind kind, std::string_view key,
                   std::string_view value) {
  CheckSizes(key, value);
  if (rep_->tree != nullptr) {
    rep_->tree->Insert(key, PackTag(sequence, kind), value);
  } else {
    rep_->list.Insert(key, PackTag(sequence, kind), value);
  }
  rep_->CountEntry();
  if (kind == EntryKind::kDelete) rep_->CountDelete();
}

void MemTable::AddConcurrently(SequenceNumber sequence, EntryKind kind, std::string_view key,
                               std::string_view value) {
  CheckSizes(key, value);
  if (rep_->tree != nullptr) {
    rep_->InsertIntoTree(key, PackTag(sequence, kind), value);
  } else {
    rep_->list.InsertConcurrently(key, PackTag(sequence, kind), value);
  }
  rep_->CountEntryConcurrently();
  if (kind == EntryKind::kDelete) rep_->deletes.fetch_add(1, std::memory_order_relaxed);
}

std::optional<FoundEntry> MemTable::Get(std::string_view key, SequenceNumber sequence) const {
  std::uint64_t comparisons = 0;
  if (empty()) return std::nullopt;  // As when a store is read that was written out.
  if (rep_->tree != nullptr) {
    const PrefixTree::Entry* entry =
        rep_->tree->Seek(SearchKey(key, PackTag(sequence, kEntryKindForSeek)), &comparisons)
            .entry();
    rep_->Count(Counter::kKeyComparisons, comparisons);
    if (entry == nullptr || entry->user_key() != key) return std::nullopt;
    return FoundEntry{.kind = KindOf(entry->internal_key()),
                      .sequence = SequenceOf(entry->internal_key()),
                      .value = entry->value()};
  }
  const SkipList::Node* node = rep_->list.FindFirstAtOrAfter(
      SearchKey(key, PackTag(sequence, kEntryKindForSeek)), &comparisons);
  rep_->Count(Counter::kKeyComparisons, comparisons);
  if (node == nullptr || node->user_key() != key) return std::nullopt;
  const std::string_view found = node->internal_key();
  return FoundEntry{.kind = KindOf(found), .sequence = SequenceOf(found), .value = node->value()};
}

std::unique_ptr<InternalIterator> MemTable::NewIterator() const {
  if (rep_->tree != nullptr) return NewPrefixTreeIterator(*rep_->tree);
  return std::make_unique<MemTableIterator>(rep_->list);
}

std::uint64_t MemTable::entries() const {
  return rep_->entries.load(std::memory_order_relaxed);
}

std::uint64_t MemTable::deletes() const {
  return rep_->deletes.load(std::memory_order_relaxed);
}

std::size_t MemTable::bytes_used() const {
  return rep_->arena.bytes_reserved();
}

std::uint64_t MemTable::allocations() const {
  return rep_->arena.allocations();
}

}  // namespace strata
