#include "version/local_table_store.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"

namespace strata {
namespace {

std::string FileNameOf(const FileIdentity& file) {
  if (file.kind == FileKind::kBlob) return BlobFileName(file.number);
  return TableFileName(file.number);
}

}  // namespace

FileIdentity IdentityOf(const TableMeta& meta) {
  return {.kind = FileKind::kTable, .number = meta.number, .id = meta.file_id};
}

FileIdentity IdentityOf(const BlobMeta& meta) {
  return {.kind = FileKind::kBlob, .number = meta.file, .id = meta.file_id};
}

FileId LocalTableStore::NewId() {
  MutexLock lock(mutex_);
  FileId id;
  for (std::size_t i = 0; i < id.size(); i += 8) {
    EncodeFixed(id.data() + i, random_.Next());
  }
  return id;
}

std::string LocalTableStore::NameOf(const FileIdentity& file) const {
  return JoinPath(options_.directory, FileNameOf(file));
}

Result<std::unique_ptr<WritableFile>> LocalTableStore::Create(const FileIdentity& file) {
  return files_->Create(NameOf(file));
}

Result<std::shared_ptr<const Table>> LocalTableStore::Open(const TableMeta& meta) {
  const std::string name = FileNameOf(IdentityOf(meta));
  STRATA_TRY_ASSIGN(auto file, files_->Open(JoinPath(options_.directory, name), options_.mode));
  STRATA_TRY_ASSIGN(auto reader, sst::TableReader::Open(std::move(file), name, options_.reader));
  STRATA_TRY(CheckOpenedTable(meta, *reader));
  return std::make_shared<const Table>(meta, std::move(reader));
}

Result<std::shared_ptr<const Blob>> LocalTableStore::Open(const BlobMeta& meta) {
  const std::string name = FileNameOf(IdentityOf(meta));
  STRATA_TRY_ASSIGN(auto file, files_->Open(JoinPath(options_.directory, name), options_.mode));
  STRATA_TRY_ASSIGN(auto reader,
                    blob::BlobReader::Open(std::move(file), name, *options_.reader.counters,
                                           options_.reader.load_later, options_.reader.damage));
  STRATA_TRY(CheckOpenedBlob(meta, *reader));
  return std::make_shared<const Blob>(meta, std::move(reader));
}

Result<std::unique_ptr<RandomAccessFile>> LocalTableStore::OpenGrowing(const FileIdentity& file) {
  return files_->Open(NameOf(file), ReadMode::kGrowing);
}

std::function<void()> LocalTableStore::RemovalOf(const FileIdentity& file) const {
  return [files = files_, path = NameOf(file)] { (void)files->Remove(path).has_value(); };
}

Result<std::vector<StoredFile>> LocalTableStore::List() {
  STRATA_TRY_ASSIGN(const auto names, files_->List(options_.directory));
  std::vector<StoredFile> stored;
  for (const std::string& name : names) {
    const auto parsed = ParseFileName(name);
    if (!parsed) continue;
    bool is_ours = parsed->kind == FileKind::kTable;
    is_ours = is_ours || parsed->kind == FileKind::kBlob;
    if (!is_ours) continue;
    STRATA_TRY_ASSIGN(const std::uint64_t size,
                      files_->FileSize(JoinPath(options_.directory, name)));
    stored.push_back({.kind = parsed->kind, .number = parsed->number, .size_bytes = size});
  }
  std::sort(stored.begin(), stored.end(), [](const StoredFile& a, const StoredFile& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.number < b.number;
  });
  return stored;
}

}  // namespace strata
