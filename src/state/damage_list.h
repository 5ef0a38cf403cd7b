// What is known to be damaged: readers, merges and the scrubber add to it, whoever picks files asks
// it, and a file that the scrubber has found whole leaves it. It begins empty at each opening:
// damage is found again where it is.
//
// Thread safety: any thread; nothing else is locked while it is.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "io/mutex.h"
#include "sst/damage_listener.h"
#include "stats/counters.h"
#include "stats/event_trace.h"
#include "version/file_names.h"

namespace strata {

// Stands for CURRENT and the manifest, where others have their number.
inline constexpr FileNumber kManifestDamage = 0;

class DamageList final : public sst::DamageListener {
 public:
  // Both must outlive it. `events` may be null, and may be made later.
  DamageList(Counters& counters, const std::unique_ptr<EventTrace>& events)
      : counters_(counters), events_(events) {}

  // The first time that it hears of a piece it counts it, and emits an event.
  void OnDamage(Damage damage) override;
  // The file was read to its end, and is whole; or it isn't the store's any more.
  void Clear(FileNumber file);

  std::vector<Damage> All() const;  // By file and offset.
  std::set<FileNumber> Files() const;
  bool empty() const;

  // Grows with each piece that is new.
  std::uint64_t found() const;
  // Whether a piece of one of these files has become known since found() was `before`.
  bool FoundSince(std::uint64_t before, const std::vector<FileNumber>& files) const;

 private:
  struct Noted {
    Damage damage;
    std::uint64_t number = 0;  // What found() was then.
  };
  using Place = std::pair<FileNumber, std::uint64_t>;

  Counters& counters_;
  const std::unique_ptr<EventTrace>& events_;
  mutable Mutex mutex_;
  std::map<Place, Noted> pieces_ STRATA_GUARDED_BY(mutex_);
  std::uint64_t found_ STRATA_GUARDED_BY(mutex_) = 0;
};

}  // namespace strata
