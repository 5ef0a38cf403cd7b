// A reader at one sequence beside a writer of newer versions of the same keys.

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "memtable/memtable.h"

namespace strata {
namespace {

TEST_CASE("a get never sees past its sequence, however many newer versions come in meanwhile",
          "[concurrent-inserts][concurrency]") {
  constexpr SequenceNumber kVersions = 20'000;
  MemTable memtable(7);
  memtable.Add(1, EntryKind::kValue, "key", "old");
  std::atomic<bool> done{false};
  std::atomic<SequenceNumber> visible{1};
  std::thread writer([&] {
    for (SequenceNumber sequence = 2; sequence <= kVersions; ++sequence) {
      memtable.Add(sequence, EntryKind::kValue, "key", "new");
      visible.store(sequence, std::memory_order_release);
    }
    done = true;
  });
  SequenceNumber too_new = 0;
  while (!done) {
    const SequenceNumber sequence = visible.load(std::memory_order_acquire);
    const auto found = memtable.Get("key", sequence);
    if (!found || found->sequence != sequence) too_new = found ? found->sequence : 1;
  }
  writer.join();
  CHECK(too_new == 0);
}

}  // namespace
}  // namespace strata
