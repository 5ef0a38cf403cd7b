// How far an import has come, kept beside its input so that `import --resume` goes on after a
// crash, and the file that says which records are acknowledged.
//
//   strata-import 2          the first line: a file without it is somebody else's, and left alone
//   store 5f0c...            what the state is of use for
//   table default
//   flags --format csv --key-format escaped --value-format escaped
//   input cities.csv         for people: it is the checksum that tells one input from another
//   offset 48000             bytes of the input whose records are durable
//   lines 3000
//   checksum 1234567         CRC-32C of these bytes
//   records 3000             in them
//   sequence 3000            the store's last write: one that has seen fewer has lost some
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/import_export/records.h"
#include "cli/session.h"
#include "strata/db.h"

namespace strata::cli {

struct ImportState {
  InputPosition position;     // What is before it is durable.
  std::uint64_t records = 0;  // In it.
};

// For any other store, table, or way to read the input, a state would skip what was never written.
struct ImportPurpose {
  std::string input;  // "-" for standard input.
  std::string store;
  std::string table = "default";
  std::string flags;  // As FlagsOf has them.
};

// The file of the state, links followed: `state_file`, or without one the input's name and .resume,
// or "" when that is "-". Errors: kInvalidArgument: what is there isn't the state of an import.
Result<std::string> PlaceOfState(FileSystem& files, const std::string& input,
                                 const std::string& state_file);

// The flags that have an input read so.
std::string FlagsOf(const RecordOptions& options);

class ImportCheckpoint {
 public:
  // `state_file` may be empty. Errors: as PlaceOfState.
  Status Init(Session& session, ImportPurpose purpose, const std::string& state_file);

  // Zeros when there is no state file. Errors: kCorruption; kInvalidArgument: the state was written
  // for another purpose, or there is no place for one.
  Result<ImportState> Load(DB& db) const;

  // Reads up to where `state` goes on. Errors: kInvalidArgument: the input isn't the one that the
  // state was written for.
  Status Skip(ByteSource& source, const ImportState& state) const;

  // Syncs the store, then replaces the state file, so that the state never promises more than the
  // store holds. Errors: of the store. A state file that can't be written is no error: the import
  // says so and goes on without.
  enum class When : std::uint8_t { kNow, kIfDue };  // Due: a second after the last.
  Status Save(DB& db, const ImportState& state, When when);

  // Syncs the store and removes the state file.
  Status Finish(DB& db);

 private:
  Status CheckPurpose(const ImportPurpose& found) const;
  Status Write(DB& db, const ImportState& state) const;

  Session* session_ = nullptr;
  ImportPurpose purpose_;
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
