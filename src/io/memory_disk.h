// What is on the disk of a MemoryFileSystem, and what only its cache knows: files whose last writes
// weren't synced, and names whose changes weren't. AfterPowerCut draws what is left of it.
//
// The model: data persists by pages of 4 KiB, torn at sectors of 512 bytes; the size of a file
// persists with or without its data; each change of a name persists by itself, in any order.
// Synced bytes and names are never damaged, and a rename never loses both of its names.
//
// Thread safety: none; the file system locks.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "io/memory_content.h"
#include "io/memory_file_system.h"

namespace strata {

// Bytes [begin, end) of a file that aren't durable.
struct UnsyncedWrite {
  enum class Fate : std::uint8_t {
    kWaits,    // The next sync makes it durable.
    kIgnored,  // A sync of it failed: no later sync includes it, a power cut may or may not.
    kLost,     // As kIgnored, and no power cut leaves it.
  };

  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t sequence;
  Fate fate = Fate::kWaits;
};

// A file or a directory. Names are in the directory, so a file may have none.
struct MemoryNode {
  explicit MemoryNode(bool directory) : is_directory(directory) {}

  const bool is_directory;

  // Of a directory.
  using Entries = std::map<std::string, std::shared_ptr<MemoryNode>>;
  Entries entries;          // As processes see them.
  Entries durable_entries;  // As they are when no change since is left.

  // Of a file. Invariant: what is past `durable_size` is in `unsynced`.
  MemoryContent content;
  std::uint64_t durable_size = 0;
  std::vector<UnsyncedWrite> unsynced;  // By offset.

  // Of a file that was created as mapped: a power cut may leave zeros after its end.
  bool has_zeros_ahead = false;
  // What fitted of an append that didn't, and was cut off again: a power cut may leave it.
  std::string refused;

  bool is_linked = true;  // It has a name.
  bool is_locked = false;
};
using MemoryNodePtr = std::shared_ptr<MemoryNode>;

// A change of names that isn't durable: `name` in `directory` now stands for `target`, or for
// nothing. A rename also takes a name away.
struct NameChange {
  std::uint64_t sequence;
  MemoryNodePtr directory;
  std::string name;
  MemoryNodePtr target;  // Null: removed.
  MemoryNodePtr from_directory = nullptr;
  std::string from_name = {};
};

struct MemoryDisk {
  MemoryNodePtr root = std::make_shared<MemoryNode>(/*directory=*/true);
  std::vector<NameChange> journal;  // In order.
  std::uint64_t next_sequence = 0;  // Orders writes and changes of names.

  // Files share their bytes with the copy's. Nothing is locked in the copy.
  MemoryDisk Copy() const;

  MemoryDisk AfterPowerCut(CrashKind kind, Random& random) const;

  // Makes the changes in `directory` durable.
  void SyncNames(const MemoryNodePtr& directory);

  std::uint64_t SizeOfFiles() const;

  // Nothing when it has no name any more.
  std::optional<std::string> PathOf(const MemoryNodePtr& directory) const;
};

// Applies a change to `entries` of the two directories that it names.
template <typename EntriesOf>
void ApplyChange(const NameChange& change, EntriesOf entries_of) {
  if (change.from_directory != nullptr) entries_of(change.from_directory).erase(change.from_name);
  if (change.target != nullptr) {
    entries_of(change.directory)[change.name] = change.target;
  } else {
    entries_of(change.directory).erase(change.name);
  }
}

}  // namespace strata
