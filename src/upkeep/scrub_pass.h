// One pass over the files that a store has now: each is read to its end, in small steps. A file
// that the store gives up before its turn is left out; what comes meanwhile is for the next pass.
//
// Thread safety: none but as said. The store's mutex is taken to look which files there are, never
// while one is read: a step holds on to the file that it reads, and to no other.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scrub/file_scrub.h"
#include "strata/damage.h"
#include "upkeep/flusher.h"

namespace strata {

class ScrubPass {
 public:
  // Begins with the file number `first`, counted round: a store that is never open for long enough
  // to read all of it reads another part each time. REQUIRES: the mutex is held.
  ScrubPass(const UpkeepParts& parts, std::uint64_t first);

  // Reads about so much, one piece of a file at least. True: everything was read. What isn't whole
  // is noted in the store's list. REQUIRES: the mutex isn't held.
  bool Step(std::uint64_t bytes);

  std::uint64_t files() const { return items_.size(); }     // That there were.
  std::uint64_t files_done() const { return files_done_; }  // Read, or left out.
  const std::string& file() const { return file_; }         // That is being read.
  const ScrubReport& report() const { return report_; }

 private:
  struct Item {
    FileKind kind;
    FileNumber number = 0;
  };
  // Keeps the file of a table or a blob for as long as it is read, and says what is known of it.
  struct Pinned {
    std::shared_ptr<const Table> table;
    std::shared_ptr<const Blob> blob;
    std::string table_name;
    std::optional<std::uint64_t> sealed_length;  // Of a log.
    CurrentManifest manifest;                    // As it is written now.
  };

  void AddFilesOf(const Version& version);
  Status AddLogs();
  bool Pin(const Item& item);
  bool Open(const Item& item);
  void Finish(const Item& item);

  const UpkeepParts parts_;
  std::vector<Item> items_;
  std::uint64_t first_;
  std::uint64_t files_done_ = 0;
  std::string file_;
  std::unique_ptr<scrub::FileScrub> scrub_;  // Of the file that is being read.
  std::uint64_t counted_ = 0;                // Of what it has read.
  Pinned pinned_;
  std::vector<Damage> found_;  // In it.
  ScrubReport report_;
};

}  // namespace strata
