// What a read needs, as one immutable value: the memtables and the version of one instant, and the
// place where readers pick the current one up.
//
// Thread safety: ReadStateHolder: any thread. Readers of different slots share nothing; only a
// change of state (a new memtable or version) visits every slot.

#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "blob/value_file.h"
#include "io/mutex.h"
#include "memtable/memtable.h"
#include "strata/table_ref.h"
#include "version/version.h"

namespace strata {

struct ReadState;

// The states of named tables, by id. A copy shares all but what is set anew in it, however many
// there are.
class NamedStates {
 public:
  using State = std::shared_ptr<const ReadState>;

  // Null when it isn't there.
  State Find(std::uint32_t id) const {
    const std::size_t chunk = id / kChunk;
    if (chunks_ == nullptr || chunk >= chunks_->size() || (*chunks_)[chunk] == nullptr) return {};
    return (*(*chunks_)[chunk])[id % kChunk];
  }
  // Null takes it away.
  void Set(std::uint32_t id, State state);
  void ForEach(const std::function<void(std::uint32_t, const ReadState&)>& call) const;

 private:
  static constexpr std::size_t kChunk = 128;
  using Chunk = std::array<State, kChunk>;
  using Chunks = std::vector<std::shared_ptr<const Chunk>>;

  std::shared_ptr<const Chunks> chunks_;
};

struct ReadState {
  std::shared_ptr<MemTable> memtable;
  std::vector<std::shared_ptr<MemTable>> immutables;  // Newest first.
  std::shared_ptr<const Version> version;
  // What the memtables point to, newest first.
  std::vector<std::shared_ptr<const blob::PendingFiles>> direct;
  // Of the table.
  std::uint64_t ttl_us = 0;
  bool empty_value_deletes = false;  // Not set for the default one, whose properties say it.
  // Of a replicated table, the clock of the last entry applied; else null.
  std::shared_ptr<const std::atomic<std::uint64_t>> clock_us;
  // The table was truncated here: what was read of it before has changed. 0: it never was.
  SequenceNumber truncated_at = 0;
  // In the default table's state: those of all others, so that one look sees all tables as they
  // are at one instant.
  NamedStates named;
};

inline Error NoTable(TableRef table) {
  return {ErrorCode::kNotFound,
          "table " + std::to_string(table.id) + " isn't there (any more); nothing was done"};
}

// What a read sees: nothing newer than `sequence`, in `state`.
struct ReadPoint {
  std::shared_ptr<const ReadState> state;
  SequenceNumber sequence = 0;
  std::uint64_t now_us = 0;  // By which expiry is judged; 0: the store's clock.
};

class ReadStateHolder {
 public:
  // The current state; it stays whole for as long as the caller keeps it.
  std::shared_ptr<const ReadState> Get() const {
    Slot& slot = slots_[SlotOfThread()];
    MutexLock lock(slot.mutex);
    return slot.state;
  }

  void Set(const ReadState& state) {
    for (Slot& slot : slots_) {
      auto copy = std::make_shared<const ReadState>(state);  // A reference count of its own.
      MutexLock lock(slot.mutex);
      slot.state.swap(copy);
    }
  }

 private:
  static constexpr std::size_t kSlots = 8;
  struct alignas(64) Slot {
    Mutex mutex;
    std::shared_ptr<const ReadState> state STRATA_GUARDED_BY(mutex);
  };

  static std::size_t SlotOfThread() {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t slot = next.fetch_add(1, std::memory_order_relaxed) % kSlots;
    return slot;
  }

  mutable std::array<Slot, kSlots> slots_;
};

}  // namespace strata
