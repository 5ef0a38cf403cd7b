// Where the files of tables and blobs are: made, opened, removed and listed as what they are, not
// as where they lie. Whoever writes or reads them knows no path.
//
// In a directory: local_table_store.h. Durability: bytes survive a power cut once their file was
// synced; that a file is there, once SyncNames succeeded after it was made.
// Thread safety: any thread.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "version/file_names.h"
#include "version/version.h"

namespace strata {

// What tells a file from all others. The number orders the files of one store. The id, drawn at
// random, stands in the file too: no other file of any store has it.
struct FileIdentity {
  FileKind kind = FileKind::kTable;
  FileNumber number = 0;
  FileId id{};

  bool operator==(const FileIdentity&) const = default;
};
FileIdentity IdentityOf(const TableMeta& meta);
FileIdentity IdentityOf(const BlobMeta& meta);

// A file that is there, as far as one knows without opening it.
struct StoredFile {
  FileKind kind = FileKind::kTable;
  FileNumber number = 0;
  std::uint64_t size_bytes = 0;

  bool operator==(const StoredFile&) const = default;
};

class TableStore {
 public:
  TableStore() = default;
  TableStore(const TableStore&) = delete;
  TableStore& operator=(const TableStore&) = delete;
  virtual ~TableStore() = default;

  // Neither is ever given twice.
  virtual FileNumber NewNumber() = 0;
  virtual FileId NewId() = 0;
  FileIdentity NewIdentity(FileKind kind) {
    return {.kind = kind, .number = NewNumber(), .id = NewId()};
  }

  // An empty file. Errors: kIo if there is one of this kind and number.
  virtual Result<std::unique_ptr<WritableFile>> Create(const FileIdentity& file) = 0;
  // The files that were made are found from now on, whatever happens. REQUIRES: they are synced.
  virtual Status SyncNames() = 0;

  // Errors: kNotFound; kCorruption when the file isn't the one that `meta` means.
  virtual Result<std::shared_ptr<const Table>> Open(const TableMeta& meta) = 0;
  virtual Result<std::shared_ptr<const Blob>> Open(const BlobMeta& meta) = 0;
  // Of a file that is still written; see ReadMode::kGrowing.
  virtual Result<std::unique_ptr<RandomAccessFile>> OpenGrowing(const FileIdentity& file) = 0;

  // Deletes the file; readers that have it open keep it. It may be called when the store is gone.
  // What isn't there, or can't be deleted now, is no failure: whoever opens the store looks for it.
  virtual std::function<void()> RemovalOf(const FileIdentity& file) const = 0;

  // All files that are there, by kind and number.
  virtual Result<std::vector<StoredFile>> List() = 0;
  // What messages call it: "db/000007.sst".
  virtual std::string NameOf(const FileIdentity& file) const = 0;
};

}  // namespace strata
