// How far an import has come, kept beside its input so that `import --resume` goes on after a
// crash, and the file that says which records are acknowledged.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "io/clock.h"
#include "io/file_system.h"
#include "strata/db.h"

namespace strata::cli {

struct ImportState {
  std::uint64_t offset = 0;   // Bytes of the input whose records are durable.
  std::uint64_t lines = 0;    // Lines in them.
  std::uint64_t records = 0;  // Records in them.
};

class ImportCheckpoint {
 public:
  // `state_file` empty: `input`.resume, or no state at all when the input is "-".
  void Init(FileSystem& files, Clock& clock, const std::string& input,
            const std::string& state_file);

  // Zeros when there is no state file. Errors: kCorruption; kInvalidArgument: the input isn't the
  // one that the state was written for, or there is no place for a state.
  Result<ImportState> Load();

  // Syncs the store, then replaces the state file, so that the state never promises more than the
  // store holds. Errors: of the store. A state file that can't be written is no error: the import
  // goes on without.
  enum class When : std::uint8_t { kNow, kIfDue };  // Due: a second after the last.
  Status Save(DB& db, const ImportState& state, When when);

  // Syncs the store and removes the state file.
  Status Finish(DB& db);

 private:
  Result<std::uint32_t> Fingerprint(std::uint64_t offset) const;
  Status Write(const ImportState& state);

  FileSystem* files_ = nullptr;
  Clock* clock_ = nullptr;
  std::string input_;
  std::string path_;
  std::uint64_t next_us_ = 0;
};

// One line a batch: the number of records acknowledged so far. A line is there only once its
// records are durable, so a test that kills the import knows what must have survived.
class AckFile {
 public:
  static Result<std::unique_ptr<AckFile>> Open(const std::string& path);
  // Owns the descriptor; use Open.
  AckFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~AckFile();
  AckFile(const AckFile&) = delete;
  AckFile& operator=(const AckFile&) = delete;

  Status Append(std::uint64_t records);

 private:
  const int descriptor_;
  const std::string path_;
};

}  // namespace strata::cli
