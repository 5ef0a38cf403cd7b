#include "state/direct_writer.h"

#include <algorithm>

#include "base/check.h"
#include "compaction/value_separator.h"

namespace strata {
namespace {

bool IsPlainValue(EntryKind kind) {
  return kind == EntryKind::kValue || kind == EntryKind::kExpiringValue;
}

}  // namespace

std::uint64_t DirectWriter::From(std::uint64_t table) const {
  const std::uint64_t apart = files_.BlobThreshold(trees_.AtFront(table));
  const std::uint64_t least = context_.options.direct_value_bytes;
  if (least == 0 || apart == 0) return compaction::kInlineValueMax;
  return std::min(std::max(least, apart), compaction::kInlineValueMax);
}

bool DirectWriter::MayHave(const WriteBatch& batch) const {
  const std::uint64_t least = context_.options.direct_value_bytes;
  return batch.value_size_max() >= (least == 0 ? compaction::kInlineValueMax : least);
}

std::uint64_t DirectWriter::BytesIn(const WriteBatch& batch) const {
  if (!MayHave(batch)) return 0;
  std::uint64_t bytes = 0;
  const auto count = [&](const wal::BatchEntry& entry) {
    const std::uint64_t size = entry.value.size();
    if (size >= From(entry.table)) bytes += size;
    return Status();
  };
  // A batch of our own making can always be taken apart.
  STRATA_CHECK(wal::ForEachEntry(batch.encoded(), 1, count).has_value());
  return bytes;
}

Status DirectWriter::Write(const WriteBatch& batch, bool only_huge, std::string* with_pointers) {
  return wal::ForEachEntry(batch.encoded(), 1, [&](const wal::BatchEntry& entry) -> Status {
    const std::uint64_t from = only_huge ? compaction::kInlineValueMax : From(entry.table);
    if (IsPlainValue(entry.kind) && entry.value.size() >= from) return Append(entry, with_pointers);
    AppendSame(entry, with_pointers);
    return {};
  });
}

Status DirectWriter::Append(const wal::BatchEntry& entry, std::string* batch) {
  const Tree& tree = trees_.AtFront(entry.table);
  const Options& store = context_.options;
  const blob::WriterOptions options{
      .compression = tree.table.options.compression.value_or(store.compression),
      .zstd_level = store.zstd_level};
  STRATA_TRY_ASSIGN(const blob::Place place,
                    trees_.direct()->Append(tree.table.id, entry.value, options));
  std::string bytes;
  blob::AppendPlace(&bytes, place);
  wal::AppendPointer(batch, entry.key, bytes, tree.table.id, entry.expires_at_us);
  return {};
}

void DirectWriter::AppendSame(const wal::BatchEntry& entry, std::string* batch) {
  const auto table = static_cast<std::uint32_t>(entry.table);
  if (entry.kind == EntryKind::kDelete) {
    wal::AppendDelete(batch, entry.key, table);
  } else {
    wal::AppendPut(batch, entry.key, entry.value, table, entry.expires_at_us);
  }
}

Status ReadDirect(const StoreContext& context, const blob::Place& place, std::string* value) {
  const std::string name = BlobFileName(place.pointer.blob);
  STRATA_TRY_ASSIGN(const auto file,
                    context.environment.files->Open(JoinPath(context.directory, name)));
  return Annotate(blob::ReadPlace(*file, place, value),
                  name + ": value at offset " + std::to_string(place.offset));
}

}  // namespace strata
