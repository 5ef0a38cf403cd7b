#include "testing/memory_table_store.h"

namespace strata::testing {
namespace {

class Writer final : public WritableFile {
 public:
  explicit Writer(std::shared_ptr<std::string> bytes) : bytes_(std::move(bytes)) {}
  Status Append(std::string_view data) override {
    bytes_->append(data);
    return {};
  }
  Status Sync() override { return {}; }
  Status Close() override { return {}; }
  std::uint64_t size() const override { return bytes_->size(); }

 private:
  const std::shared_ptr<std::string> bytes_;
};

class Reader final : public RandomAccessFile {
 public:
  explicit Reader(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    if (offset > bytes_->size() || size > bytes_->size() - offset) {
      return Corruption("a read past the end");
    }
    bytes_->copy(scratch, size, offset);
    return std::string_view(scratch, size);
  }
  std::uint64_t size() const override { return bytes_->size(); }

 private:
  const std::shared_ptr<const std::string> bytes_;
};

}  // namespace

FileId MemoryTableStore::NewId() {
  FileId id;
  random_.Bytes(id.size()).copy(id.data(), id.size());
  return id;
}

std::string MemoryTableStore::NameOf(const FileIdentity& file) const {
  return "object " + std::to_string(file.number);
}

Result<std::unique_ptr<WritableFile>> MemoryTableStore::Create(const FileIdentity& file) {
  const auto [object, is_new] = objects_->try_emplace(KeyOf(file), nullptr);
  if (!is_new) return Error(ErrorCode::kIo, NameOf(file) + " is there already");
  object->second = std::make_shared<std::string>();
  return std::unique_ptr<WritableFile>(std::make_unique<Writer>(object->second));
}

Result<std::unique_ptr<RandomAccessFile>> MemoryTableStore::Find(const FileIdentity& file) const {
  const auto found = objects_->find(KeyOf(file));
  if (found == objects_->end()) {
    return Error(ErrorCode::kNotFound, NameOf(file) + " isn't there");
  }
  return std::unique_ptr<RandomAccessFile>(std::make_unique<Reader>(found->second));
}

Result<std::shared_ptr<const Table>> MemoryTableStore::Open(const TableMeta& meta) {
  const FileIdentity identity = IdentityOf(meta);
  STRATA_TRY_ASSIGN(auto file, Find(identity));
  STRATA_TRY_ASSIGN(auto reader, sst::TableReader::Open(std::move(file), NameOf(identity),
                                                        {.counters = &counters_}));
  STRATA_TRY(CheckOpenedTable(meta, *reader));
  return std::make_shared<const Table>(meta, std::move(reader));
}

Result<std::shared_ptr<const Blob>> MemoryTableStore::Open(const BlobMeta& meta) {
  const FileIdentity identity = IdentityOf(meta);
  STRATA_TRY_ASSIGN(auto file, Find(identity));
  STRATA_TRY_ASSIGN(auto reader,
                    blob::BlobReader::Open(std::move(file), NameOf(identity), counters_));
  STRATA_TRY(CheckOpenedBlob(meta, *reader));
  return std::make_shared<const Blob>(meta, std::move(reader));
}

Result<std::unique_ptr<RandomAccessFile>> MemoryTableStore::OpenGrowing(const FileIdentity& file) {
  return Find(file);
}

std::function<void()> MemoryTableStore::RemovalOf(const FileIdentity& file) const {
  return [objects = objects_, name = KeyOf(file)] { objects->erase(name); };
}

Result<std::vector<StoredFile>> MemoryTableStore::List() {
  std::vector<StoredFile> stored;
  for (const auto& [name, bytes] : *objects_) {
    const auto& [kind, number] = name.first;
    stored.push_back({.kind = kind, .number = number, .size_bytes = bytes->size()});
  }
  return stored;
}

}  // namespace strata::testing
