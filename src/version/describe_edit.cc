// An edit as text, for those who look at a manifest.

#include "base/escape.h"
#include "version/manifest_format.h"

namespace strata {

std::string DescribeEdit(const VersionEdit& edit) {
  const auto key = [](std::string_view k) {
    return EscapeShort(UserKeyOf(k)) + "@" + std::to_string(SequenceOf(k));
  };
  std::string out;
  for (const FileNumber number : edit.removed) out += "remove " + TableFileName(number) + "\n";
  for (const TableMeta& table : edit.added) {
    out += "add " + TableFileName(table.number) + " level " + std::to_string(table.position.level) +
           " run " + std::to_string(table.position.run) + ", " + key(table.smallest) + " to " +
           key(table.largest) + ", " + std::to_string(table.entries) + " entries, " +
           std::to_string(table.size_bytes) + " bytes";
    if (table.named_table != 0) out += ", of table " + std::to_string(table.named_table);
    if (table.expiring != 0) out += ", " + std::to_string(table.expiring) + " expire";
    out += "\n";
  }
  for (const NamedTable& table : edit.created) {
    const std::string options = DescribeTableOptions(table.options);
    out += "create table " + std::to_string(table.id) + " \"" + table.name + "\"" +
           (options.empty() ? "" : ": " + options) + "\n";
  }
  for (const std::uint32_t id : edit.dropped) out += "drop table " + std::to_string(id) + "\n";
  for (const auto& [table, at] : edit.applied) {
    out += "table " + std::to_string(table) + " is as of entry " + std::to_string(at.index) +
           ", clock " + std::to_string(at.now_us) + " us\n";
  }
  for (const auto& [table, sequence] : edit.truncated) {
    out += "truncate table " + std::to_string(table) + ": what was written up to " +
           std::to_string(sequence) + " is gone\n";
  }
  for (const BegunLog& log : edit.begun_logs) out += "begin " + LogFileName(log.number) + "\n";
  for (const SealedLog& log : edit.sealed_logs) {
    out += "seal " + LogFileName(log.number) + " at " + std::to_string(log.length) + " bytes\n";
  }
  for (const BlobMeta& blob : edit.blobs) {
    out += "blob " + std::to_string(blob.id) + " in " + BlobFileName(blob.file) + ", " +
           std::to_string(blob.values) + " values, " + std::to_string(blob.size_bytes) + " bytes\n";
  }
  for (const BlobId blob : edit.removed_blobs) out += "drop blob " + std::to_string(blob) + "\n";
  if (edit.oldest_log) out += "logs from " + LogFileName(*edit.oldest_log) + " on matter\n";
  if (edit.next_file) out += "next file " + std::to_string(*edit.next_file) + "\n";
  if (edit.last_sequence) out += "last sequence " + std::to_string(*edit.last_sequence) + "\n";
  return out;
}

}  // namespace strata
