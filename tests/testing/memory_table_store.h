// Tables and blobs in memory, as objects in a bucket would be: a file is found by its whole
// identity, and there is no directory.
//
// Thread safety: none; its files as RandomAccessFile says.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "stats/counters.h"
#include "version/table_store.h"

namespace strata::testing {

class MemoryTableStore final : public TableStore {
 public:
  FileNumber NewNumber() override { return next_number_++; }
  FileId NewId() override;
  Result<std::unique_ptr<WritableFile>> Create(const FileIdentity& file) override;
  Status SyncNames() override { return {}; }
  Result<std::shared_ptr<const Table>> Open(const TableMeta& meta) override;
  Result<std::shared_ptr<const Blob>> Open(const BlobMeta& meta) override;
  Result<std::unique_ptr<RandomAccessFile>> OpenGrowing(const FileIdentity& file) override;
  std::function<void()> RemovalOf(const FileIdentity& file) const override;
  Result<std::vector<StoredFile>> List() override;
  std::string NameOf(const FileIdentity& file) const override;

 private:
  // By kind, number and id.
  using Name = std::pair<std::pair<FileKind, FileNumber>, FileId>;
  using Objects = std::map<Name, std::shared_ptr<std::string>>;
  static Name KeyOf(const FileIdentity& file) { return {{file.kind, file.number}, file.id}; }
  Result<std::unique_ptr<RandomAccessFile>> Find(const FileIdentity& file) const;

  const std::shared_ptr<Objects> objects_ = std::make_shared<Objects>();
  Counters counters_;
  Random random_{1};
  FileNumber next_number_ = 1;
};

}  // namespace strata::testing
