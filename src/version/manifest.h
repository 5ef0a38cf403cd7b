// The manifest: the log of all edits that made a store what it is. See manifest_format.h for its
// bytes, version_set.h for when one is written.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/environment.h"
#include "io/file_cipher.h"
#include "stats/counters.h"
#include "version/manifest_format.h"
#include "wal/log_writer.h"

namespace strata {

// In the properties of a store that has, or had, values in blob files.
inline constexpr std::string_view kBlobFeature = "blob files";

// What a manifest says, all its edits together.
struct ManifestState {
  StoreProperties properties;
  std::map<FileNumber, TableMeta> tables;
  std::map<BlobId, BlobMeta> blobs;
  // Of logs, none of them below oldest_log: when each was begun, and at what length it was sealed.
  std::map<FileNumber, std::uint64_t> begun_logs;
  std::map<FileNumber, std::uint64_t> sealed_logs;
  FileNumber oldest_log = 0;
  FileNumber next_file = 1;
  SequenceNumber last_sequence = 0;
  std::map<std::uint32_t, NamedTable> named;  // By id.
  std::set<std::string, std::less<>> names;   // Of these.
  std::uint32_t next_named_table = 1;
  std::map<std::uint32_t, SequenceNumber> truncated;  // By id: all up to here is gone.

  // Errors: kCorruption when `edit` can't follow what is there.
  Status Apply(const VersionEdit& edit);
  Status ApplyTables(const VersionEdit& edit);  // Apply's two halves.
  Status ApplyLogs(const VersionEdit& edit);
  Status CheckLogs(const VersionEdit& edit) const;  // What ApplyLogs would return; so below.
  Status ApplyNamed(const VersionEdit& edit);       // What it says of named tables.
  Status CheckNamed(const VersionEdit& edit) const;
  Status CheckTruncated(const VersionEdit& edit) const;

  // Edits that make an empty state this one; at least one.
  std::vector<VersionEdit> Snapshot() const;
};

// Told each edit and the offset of its record, for inspection.
using EditVisitor = std::function<void(std::uint64_t offset, const VersionEdit& edit)>;

// Reads a whole manifest, of which the first `synced_bytes` are known to have been on the disk.
// Errors: kCorruption with the offset, when a record doesn't check that had been synced;
// kUnsupported naming the feature when a newer program wrote it. Without a cipher the manifest is
// in the clear.
Result<ManifestState> ReadManifest(std::string_view contents, std::uint64_t synced_bytes,
                                   const EditVisitor& visit = {},
                                   const FileCipher* cipher = nullptr);

// Appends records to a new manifest. After an error the tail of the file is unknown, so the writer
// stays failed; where there was no room (kNoSpace) it is as it was.
class ManifestWriter {
 public:
  // Creates the file at `path` and starts its log. `counters` may be null.
  static Result<std::unique_ptr<ManifestWriter>> Create(const Environment& environment,
                                                        const std::string& path, FileNumber number,
                                                        Counters* counters);

  // Create's: the log isn't started.
  ManifestWriter(std::unique_ptr<WritableFile> file, FileNumber number, std::uint64_t log_id,
                 Counters* counters);

  Status Append(std::string_view payload);
  // Makes what was appended durable.
  Status Sync();
  // Ends the log, so that a reader can tell that nothing is missing, and closes the file.
  Status Close();

  FileNumber number() const { return number_; }
  std::uint64_t size() const { return log_->size(); }

 private:
  void Count(Counter counter, std::uint64_t amount);

  const std::unique_ptr<WritableFile> file_;
  std::unique_ptr<wal::LogWriter> log_;
  const FileNumber number_;
  Counters* const counters_;
  std::uint64_t records_ = 0;
};

}  // namespace strata
