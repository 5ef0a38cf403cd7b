// Tables and blobs as files of the store's directory: "000007.sst", "000008.blob".
//
// Thread safety: as TableStore, once it is started.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/random.h"
#include "io/mutex.h"
#include "sst/table_reader.h"
#include "version/table_store.h"

namespace strata {

struct LocalTableOptions {
  std::string directory;
  sst::TableReaderOptions reader;  // What it points to must outlive the store.
  ReadMode mode = ReadMode::kPread;
  std::uint64_t seed = 0;  // Of the ids: random bits that no other store was given.
};

class LocalTableStore : public TableStore {
 public:
  explicit LocalTableStore(LocalTableOptions options)
      : options_(std::move(options)), random_(options_.seed) {}

  // REQUIRES: called once, before anything else. `files` have the directory, and are kept by
  // whoever removes a file later; `new_number` never gives one twice.
  void Start(std::shared_ptr<FileSystem> files, std::function<FileNumber()> new_number) {
    files_ = std::move(files);
    new_number_ = std::move(new_number);
  }

  FileNumber NewNumber() override { return new_number_(); }
  FileId NewId() override;
  Result<std::unique_ptr<WritableFile>> Create(const FileIdentity& file) override;
  Status SyncNames() override { return files_->SyncDirectory(options_.directory); }
  Result<std::shared_ptr<const Table>> Open(const TableMeta& meta) override;
  Result<std::shared_ptr<const Blob>> Open(const BlobMeta& meta) override;
  Result<std::unique_ptr<RandomAccessFile>> OpenGrowing(const FileIdentity& file) override;
  std::function<void()> RemovalOf(const FileIdentity& file) const override;
  Result<std::vector<StoredFile>> List() override;
  std::string NameOf(const FileIdentity& file) const override;

 private:
  const LocalTableOptions options_;
  std::shared_ptr<FileSystem> files_;
  std::function<FileNumber()> new_number_;
  Mutex mutex_;
  Random random_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata
