#include "state/table_files.h"

#include <utility>

namespace strata {

namespace {

LocalTableOptions StoreOptionsOf(StoreContext& context) {
  LocalTableOptions options;
  options.directory = context.directory;
  options.mode = context.options.mapped_reads ? ReadMode::kMapped : ReadMode::kPread;
  options.seed = context.environment.entropy();
  options.reader.verify_checksums = context.options.verify_checksums;
  options.reader.counters = &context.counters;
  options.reader.cache = context.cache.get();
  options.reader.load_later =
      true;  // Opening a store takes as long with large tables as with small.
  options.reader.damage = &context.damage;
  return options;
}

}  // namespace

TableFiles::TableFiles(StoreContext& context)
    : context_(context), store_(StoreOptionsOf(context)) {}

void TableFiles::Start(std::function<FileNumber()> new_number) {
  store_.Start(context_.held_directory, std::move(new_number));
}

compaction::TableWriterOptions TableFiles::WriterOptionsFor([[maybe_unused]] const Tree& tree,
                                                            RunPosition position) const {
  compaction::TableWriterOptions writer;
  writer.table.block_bytes = context_.options.block_bytes;
  writer.table.restart_interval = context_.options.block_restart_interval;
  writer.table.filter_bits_per_key = context_.options.filter_bits_per_key;
  writer.table.compression = context_.options.compression;
  writer.table.compression = tree.table.options.compression.value_or(context_.options.compression);
  writer.named_table = tree.table.id;
  writer.table.zstd_level = context_.options.zstd_level;
  writer.table.hash_index = context_.options.block_hash_index;
  writer.position = position;
  writer.table_bytes_max = context_.options.table_bytes;
  writer.verify = context_.options.verify_outputs;
  writer.blob_threshold = BlobThreshold(tree);
  writer.blob_file_bytes = context_.options.blob_file_bytes;
  return writer;
}

std::uint64_t TableFiles::BlobThreshold(const Tree& tree) const {
  return tree.table.options.blob_threshold.value_or(context_.options.blob_threshold);
}
}  // namespace strata
