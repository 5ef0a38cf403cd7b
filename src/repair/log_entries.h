// What the logs of a damaged store hold, in memory, table by table.
//
// Known limit: all of it is in memory at once, as it was in the memtables that it is the log of;
// values that live apart stay in their files.
// Thread safety: none.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "memtable/memtable.h"
#include "repair/inventory.h"

namespace strata::repair {

struct LogEntries {
  // Of each named table, 0 is the default one: one memtable a log, the newest log first.
  std::map<std::uint32_t, std::vector<std::unique_ptr<MemTable>>> tables;
  SequenceNumber last_sequence = 0;
  std::uint64_t logs_read = 0;
};

// Every record that is whole, in front of damage and behind it. `lost` gets where there are none.
LogEntries ReadLogs(const Source& source, const Inventory& inventory, std::vector<LostRange>* lost);

}  // namespace strata::repair
