// Time as a reason to compact: tables that have expired as a whole go without being read, and what
// was deleted or has expired leaves the disk before its deadline.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <optional>

#include "compaction/drop_rules.h"
#include "compaction/policy.h"
#include "version/version.h"

namespace strata::compaction {

struct ExpiryInput {
  const Version& version;
  const TableSet& busy;  // Inputs of jobs that run now.
  std::uint64_t now_us;  // Wall clock.
  // For the deadline: how long what is gone may stay, and who may still read under a delete.
  std::uint64_t deadline_us = 0;  // 0: as long as it likes.
  Snapshots live = {};
  bool purge = false;  // Tables of which deletes are half are overdue, deadline or not.
};

// Tables to drop unread: all of their entries have expired or are deletes, and no older table under
// them holds anything that would come to light (unless it goes along).
std::optional<CompactionJob> PickExpired(const ExpiryInput& input);

// A step that brings what is overdue nearer to the bottom, or rewrites it there. Work begins at
// half the deadline, so that the other half is left for doing it. A delete waits for snapshots that
// may see what it hides.
std::optional<CompactionJob> PickOverdue(const ExpiryInput& input, const Options& options);

// When PickExpired or PickOverdue next has a reason to be asked, after `now_us`; nothing if only a
// write can bring one.
std::optional<std::uint64_t> NextDue(const ExpiryInput& input);

}  // namespace strata::compaction
