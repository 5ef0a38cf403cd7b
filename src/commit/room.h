// Room for what is to be written: memtables that are full give way to empty ones, with a new log,
// and writers are slowed while those who write them out can't keep up.
//
// Thread safety: the store's mutex is held in every call, and given away where it waits. Only the
// commit queue's front calls.

#pragma once

#include <cstdint>

#include "commit/background_work.h"
#include "commit/write_controller.h"
#include "journal/journal.h"
#include "state/health.h"
#include "state/store_context.h"
#include "state/tree_set.h"
#include "state/versions.h"

namespace strata {

class Room {
 public:
  // What these point to must outlive it.
  Room(StoreContext& context, Health& health, TreeSet& trees, Versions& versions, Journal& journal,
       BackgroundWork& background)
      : context_(context),
        mutex_(context.mutex),
        health_(health),
        trees_(trees),
        versions_(versions),
        journal_(journal),
        background_(background) {}

  // Makes sure that the memtables have room for a batch. Errors: the store takes no writes, for
  // good or, with kNoSpace or kNoDescriptors, until a flush succeeds.
  Status Make();
  // Ends the log, begins a new one, and puts empty memtables in front. Errors: as Make; it doesn't
  // wait.
  Status SwitchMemTables();
  // Ends logs that gave way to a new one before they were on the disk. Called before anything newer
  // is synced.
  Status SealRetiredLogs();
  void WantSwitch() { switch_wanted_ = true; }  // Make is to switch.
  // The log is about to get a record of the entries from `first` on. If it is the log's first, and
  // entries without a record came before, these are accounted for. Needs no mutex.
  Status BeforeRecord(SequenceNumber first);
  // It has got it: of those before `next`.
  void NoteRecord(SequenceNumber next) { logged_next_ = next; }
  // What has had no record since the last one is accounted for: no hole before what comes next. The
  // same for a log without a record, `if_empty`: it tells one that has lost all from one that had
  // none.
  Status AccountForUnlogged(bool if_empty);
  // A log has begun; its first entry will be this.
  void NoteBegun(SequenceNumber first) { logged_next_ = 0, log_first_ = first; }

 private:
  Stall StallNow() const;
  void HoldBack() STRATA_REQUIRES(mutex_);
  Status AwaitFlushes(std::size_t full_max) STRATA_REQUIRES(mutex_);
  Status CheckFlushes() const;
  std::size_t waiting_max() const;  // So many full memtables may wait.

  StoreContext& context_;
  Mutex& mutex_;  // The store's.
  Health& health_;
  TreeSet& trees_;
  Versions& versions_;
  Journal& journal_;
  BackgroundWork& background_;
  std::int64_t stall_owed_us_ = 0;  // Below 0 when a sleep took longer than it should.
  bool switch_wanted_ = false;
  SequenceNumber logged_next_ = 0;  // After the last record of the log; 0: it has none.
  SequenceNumber log_first_ = 0;    // The log accounts for entries from here on.
};

}  // namespace strata
