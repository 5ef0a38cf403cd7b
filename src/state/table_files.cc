#include "state/table_files.h"

#include <utility>

#include "base/coding.h"

namespace strata {

TableFiles::TableFiles(StoreContext& context)
    : context_(context), random_(context.environment.entropy()) {}

void TableFiles::Start(std::function<FileNumber()> new_number) {
  store_.files = context_.environment.files;
  store_.directory = context_.directory;
  store_.new_number = std::move(new_number);
  store_.new_file_id = [this] {
    MutexLock lock(mutex_);
    FileId id;
    for (std::size_t i = 0; i < id.size(); i += 8) {
      EncodeFixed(id.data() + i, random_.Next());
    }
    return id;
  };
  store_.open = [this](const TableMeta& meta) { return Open(meta); };
  store_.open_blob = [this](const BlobMeta& meta) { return Open(meta); };  //@L19
}

compaction::TableWriterOptions TableFiles::WriterOptionsFor([[maybe_unused]] const Tree& tree,
                                                            RunPosition position) const {
  compaction::TableWriterOptions writer;
  writer.table.block_bytes = context_.options.block_bytes;
  writer.table.restart_interval = context_.options.block_restart_interval;
  writer.table.filter_bits_per_key = context_.options.filter_bits_per_key;  //@L07
  writer.table.compression = context_.options.compression;                  //@L09
  //@L17{
  writer.table.compression = tree.table.options.compression.value_or(context_.options.compression);
  writer.named_table = tree.table.id;
  //@}
  writer.table.zstd_level = context_.options.zstd_level;        //@L09
  writer.table.hash_index = context_.options.block_hash_index;  //@L13
  writer.position = position;
  writer.table_bytes_max = context_.options.table_bytes;
  writer.verify = context_.options.verify_outputs;
  writer.blob_threshold = BlobThreshold(tree);                //@L19
  writer.blob_file_bytes = context_.options.blob_file_bytes;  //@L19
  return writer;
}

Result<std::shared_ptr<const Table>> TableFiles::Open(const TableMeta& meta) {
  const std::string name = TableFileName(meta.number);
  const ReadMode mode = context_.options.mapped_reads ? ReadMode::kMapped : ReadMode::kPread;
  STRATA_TRY_ASSIGN(auto file,
                    context_.environment.files->Open(JoinPath(context_.directory, name), mode));
  sst::TableReaderOptions reader_options;
  reader_options.verify_checksums = context_.options.verify_checksums;
  reader_options.counters = &context_.counters;
  reader_options.cache = context_.cache.get();  //@L08
  STRATA_TRY_ASSIGN(auto reader, sst::TableReader::Open(std::move(file), name, reader_options));
  STRATA_TRY(CheckOpenedTable(meta, *reader));  //@L06
  return std::make_shared<const Table>(meta, std::move(reader));
}

std::function<void()> TableFiles::RemovalOf(const std::string& name) const {
  return [files = context_.held_directory, path = JoinPath(context_.directory, name)] {
    (void)files->Remove(path).has_value();
  };
}

std::function<void()> TableFiles::RemovalOf(const Table& table) const {
  return RemovalOf(TableFileName(table.meta().number));
}

//@L19{
std::function<void()> TableFiles::RemovalOf(const Blob& blob) const {
  return RemovalOf(BlobFileName(blob.meta().file));
}

std::uint64_t TableFiles::BlobThreshold(const Tree& tree) const {
  return tree.table.options.blob_threshold.value_or(context_.options.blob_threshold);
}

Result<std::shared_ptr<const Blob>> TableFiles::Open(const BlobMeta& meta) {
  const std::string name = BlobFileName(meta.file);
  const ReadMode mode = context_.options.mapped_reads ? ReadMode::kMapped : ReadMode::kPread;
  STRATA_TRY_ASSIGN(auto file,
                    context_.environment.files->Open(JoinPath(context_.directory, name), mode));
  STRATA_TRY_ASSIGN(auto reader, blob::BlobReader::Open(std::move(file), name, context_.counters));
  STRATA_TRY(CheckOpenedBlob(meta, *reader));
  return std::make_shared<const Blob>(meta, std::move(reader));
}

//@}
}  // namespace strata
