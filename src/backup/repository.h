// All backups of one place: which there are, whether they are whole, and which can go.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backup/format.h"
#include "backup/target.h"

namespace strata::backup {

// A backup's list may be damaged: then only its number is known.
struct FoundBackup {
  std::uint64_t number = 0;
  Result<Manifest> manifest;
};
Result<std::vector<FoundBackup>> ReadBackups(Target& target);  // Numbers ascending.

// The logs that were shipped of a store, by their first sequence; of all stores.
Result<std::vector<LogsName>> ListLogs(Target& target, const FileId& store);
Result<std::vector<LogsName>> ListLogs(Target& target);
Result<Logs> ReadLogs(Target& target, const LogsName& name);

// Whether a backup's files are all there, byte for byte. Errors: kCorruption naming the first that
// isn't; the file is read once, however many backups ask, with the same `checked`.
using Checked = std::map<std::string, Status>;  // By object.
Status CheckBackup(Target& target, const Manifest& manifest, Checked* checked);

struct Pruned {
  std::vector<std::uint64_t> backups;  // Numbers.
  std::uint64_t objects = 0;           // Files and logs that no backup needs.
  std::uint64_t bytes = 0;             // Of these.
};
// Keeps the `keep` newest backups, all that they need, and the logs from the oldest of them on.
// REQUIRES: keep > 0. Errors: kCorruption when the list of one that stays is damaged: it isn't
// known then what it needs. After a crash the same call finishes what was begun.
Result<Pruned> Prune(Target& target, std::uint64_t keep);

}  // namespace strata::backup
