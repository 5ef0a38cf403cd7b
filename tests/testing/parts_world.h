// The parts of a store without the store: wired as DbImpl wires them, but for the queue of writers
// and the upkeep, which a test makes of them if it wants to. A test writes as the queue's front
// does, and says itself when something runs in the background.
//
// Thread safety: Parts' members as the parts say; PartsWorld: none.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/environment.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "journal/local_journal.h"
#include "read/reader.h"
#include "recovery/recovery.h"
#include "state/direct_writer.h"
#include "state/health.h"
#include "state/store_context.h"
#include "state/table_files.h"
#include "state/tree_set.h"
#include "state/versions.h"
#include "testing/watched_file_system.h"
#include "upkeep/flush_writer.h"
#include "upkeep/flusher.h"
#include "upkeep/jobs.h"

namespace strata::testing {

struct Parts {
  static constexpr const char* kDirectory = "db";

  // `environment`, but for the value itself, must outlive this. Not open yet.
  Parts(const Environment& environment, const Options& options);

  // Recovers what is in the directory, and shows it to readers.
  Status Open();

  // Calls `what` with the store's mutex held.
  template <typename What>
  auto Locked(What what) {
    MutexLock held(context.mutex);
    return what();
  }

  // --- as the queue's front ---
  // Log and memtables get a batch, and readers see it. Failures aren't remembered.
  Status Write(const WriteBatch& batch, bool sync = false);
  Status Put(std::string_view key, std::string_view value, bool sync = false);
  Status Delete(std::string_view key);
  // Puts empty memtables in front, with a log of their own that the manifest knows.
  Status Switch();

  // "value", "none", or the name of the error's code.
  std::string Get(std::string_view key);
  const std::shared_ptr<Tree>& tree() { return trees.default_tree(); }
  UpkeepParts upkeep() {
    return {context, health, reader, trees, files, versions, journal, flush_writer, jobs};
  }

  StoreContext context;
  Health health{context};
  Jobs jobs{context};
  const std::shared_ptr<SnapshotList> snapshots =
      std::make_shared<SnapshotList>([](SequenceNumber) {});
  Reader reader;
  TreeSet trees{context, reader};
  TableFiles files{context};
  Versions versions{context, trees, files, health};
  LocalJournal journal{context.environment, context.directory, context.counters};
  FlushWriter flush_writer{context, files, *snapshots};
  DirectWriter direct_writer{context, trees, files};
  std::unique_ptr<FileLock> lock;
  std::uint64_t recovered_entries = 0;
};

// Parts on a disk in memory that may fail, with a simulated clock and executor.
struct PartsWorld {
  enum class Start : std::uint8_t { kOpen, kClosed };
  // Ends the process when they can't be opened.
  explicit PartsWorld(const Options& store_options = {}, Start start = Start::kOpen);

  // Makes new parts and opens them. REQUIRES: the old ones are gone.
  Status Open();
  // The process dies, or the power goes: what survives is the disk from now on.
  void Kill();
  void PowerCut(CrashKind kind = CrashKind::kNothingUnsynced);

  Parts* operator->() { return parts.get(); }
  Parts& operator*() { return *parts; }
  // "000003.wal CURRENT ": all names in the directory that have `part` in them.
  std::string Names(std::string_view part = "") const;
  std::string PathOf(std::string_view name) const { return JoinPath(Parts::kDirectory, name); }
  // A flush of all full memtables.
  void FlushAll();
  // The index, in faults->events(), of the first such operation; past the last if there is none.
  std::uint64_t EventAt(FileOperation operation, std::string_view part_of_path) const;

  Options options;
  ManualClock clock;
  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  std::unique_ptr<FaultyFileSystem> faults;
  std::function<void(const FileEvent&)> before;  // Hears of each change of the disk.
  std::unique_ptr<FileSystem> watched;
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  Environment environment;
  std::unique_ptr<Parts> parts;

 private:
  void Use(std::unique_ptr<MemoryFileSystem> survivor);
};

}  // namespace strata::testing
