// A moment of a store to which reads can go back, however much is written afterwards.
//
//   const auto before = db->GetSnapshot();
//   STRATA_TRY(db->Put("key", "new"));
//   STRATA_TRY(db->Get("key", &value, {.snapshot = before}));  // What it was.
//
// The store keeps what a snapshot can see until its last reference goes; see StoreStats.
// Thread safety: any thread. It may outlive the store (and is good for nothing then).

#pragma once

#include <cstdint>

namespace strata {

class Snapshot {
 public:
  Snapshot() = default;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  virtual ~Snapshot() = default;

  // Of the last entry written before: reads see entries up to this one.
  virtual std::uint64_t sequence() const = 0;
};

}  // namespace strata
