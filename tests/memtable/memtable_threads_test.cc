// Real threads, for ThreadSanitizer as much as for the assertions. Catch's macros aren't safe on
// threads, so each thread counts what is wrong and the test looks at the sum.

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "memtable/memtable.h"

namespace strata {
namespace {

constexpr SequenceNumber kWrites = 20'000;
constexpr std::uint64_t kKeys = 1'000;

// Sequence s writes its own number to the key s % kKeys.
std::string KeyFor(SequenceNumber sequence) {
  return "key" + std::to_string(sequence % kKeys);
}

// What was published must be found, whole, and nothing of a later reader's future.
int WrongReads(const MemTable& memtable, SequenceNumber visible) {
  int wrong = 0;
  for (SequenceNumber s = visible > kKeys ? visible - kKeys + 1 : 1; s <= visible; s += 37) {
    const auto found = memtable.Get(KeyFor(s), visible);
    if (!found || found->sequence > visible || found->sequence < s) ++wrong;
    if (found && found->value != std::to_string(found->sequence)) ++wrong;
  }
  return wrong;
}

// In order, no key twice at one sequence, and never fewer entries than were published before.
int WrongScans(const MemTable& memtable, SequenceNumber visible) {
  const auto it = memtable.NewIterator();
  std::uint64_t count = 0;
  int wrong = it->SeekToFirst() ? 0 : 1;
  std::string last;
  while (it->Valid()) {
    if (count > 0 && CompareInternalKeys(last, it->key()) >= 0) ++wrong;
    last = it->key();
    if (SequenceOf(last) <= visible) ++count;
    if (!it->Next()) ++wrong;
  }
  return wrong + (count == visible ? 0 : 1);
}

TEST_CASE("readers beside a writer see whole entries in order", "[memtable]") {
  MemTable memtable(1);
  std::atomic<SequenceNumber> visible{0};
  std::atomic<int> wrong{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, i] {
      for (int round = 0; visible.load() < kWrites; ++round) {
        const SequenceNumber at = visible.load(std::memory_order_acquire);
        wrong += (round + i) % 8 == 0 ? WrongScans(memtable, at) : WrongReads(memtable, at);
      }
    });
  }
  for (SequenceNumber s = 1; s <= kWrites; ++s) {
    memtable.Add(s, EntryKind::kValue, KeyFor(s), std::to_string(s));
    visible.store(s, std::memory_order_release);
  }
  readers.clear();
  CHECK(wrong == 0);
  CHECK(WrongScans(memtable, kWrites) == 0);
}

}  // namespace
}  // namespace strata
