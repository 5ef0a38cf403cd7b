// How a full memtable becomes a table: a new log and an empty memtable take over, the full one is
// written out in key order, and an edit puts the table in front of all others.

#include <utility>  //@L12

#include "base/mutant.h"
#include "compaction/flush_filter.h"  //@L14
#include "compaction/table_writer.h"
#include "db/db_impl.h"
#include "version/version_set.h"  //@L06

namespace strata {

void DbImpl::InitTableStore() {
  table_store_.files = environment_.files;
  table_store_.directory = directory_;
  //@L05..05{
  //| table_store_.new_number = [this] { return next_file_++; };
  //@}
  //@L06{
  table_store_.new_number = [this]() STRATA_NO_THREAD_SAFETY_ANALYSIS {
    return versions_->NewFileNumber();
  };
  //@}
  table_store_.new_file_id = [this] {
    MutexLock lock(file_id_mutex_);
    FileId id;
    for (std::size_t i = 0; i < id.size(); i += 8) {
      EncodeFixed(id.data() + i, file_id_random_.Next());
    }
    return id;
  };
  table_store_.open = [this](const TableMeta& meta) { return OpenTable(meta); };
  table_store_.open_blob = [this](const BlobMeta& meta) { return OpenBlob(meta); };  //@L19
}

compaction::TableWriterOptions DbImpl::MakeTableWriterOptions([[maybe_unused]] const Tree& tree,
                                                              RunPosition position) const {
  compaction::TableWriterOptions writer;
  writer.table.block_bytes = options_.block_bytes;
  writer.table.restart_interval = options_.block_restart_interval;
  writer.table.filter_bits_per_key = options_.filter_bits_per_key;  //@L07
  writer.table.compression = options_.compression;                  //@L09
  //@L17{
  writer.table.compression = tree.table.options.compression.value_or(options_.compression);
  writer.named_table = tree.table.id;
  //@}
  writer.table.zstd_level = options_.zstd_level;        //@L09
  writer.table.hash_index = options_.block_hash_index;  //@L13
  writer.position = position;
  writer.table_bytes_max = options_.table_bytes;
  writer.verify = options_.verify_outputs;
  writer.blob_threshold = BlobThreshold(tree);        //@L19
  writer.blob_file_bytes = options_.blob_file_bytes;  //@L19
  return writer;
}

Result<std::shared_ptr<const Table>> DbImpl::OpenTable(const TableMeta& meta) {
  const std::string name = TableFileName(meta.number);
  const ReadMode mode = options_.mapped_reads ? ReadMode::kMapped : ReadMode::kPread;
  STRATA_TRY_ASSIGN(auto file, environment_.files->Open(JoinPath(directory_, name), mode));
  sst::TableReaderOptions reader_options;
  reader_options.verify_checksums = options_.verify_checksums;
  reader_options.counters = &counters_;
  reader_options.cache = cache_.get();  //@L08
  STRATA_TRY_ASSIGN(auto reader, sst::TableReader::Open(std::move(file), name, reader_options));
  STRATA_TRY(CheckOpenedTable(meta, *reader));  //@L06
  return std::make_shared<const Table>(meta, std::move(reader));
}

//@L05..19{
//| Status DbImpl::WriteMemTable(const Tree& tree, const MemTable& memtable, std::uint64_t since_us,
//|                              VersionEdit* edit,
//|                              std::vector<std::shared_ptr<const Table>>* opened) {
//@}
//@L20{
Status DbImpl::WriteMemTable(const Tree& tree, const MemTable& memtable, std::uint64_t since_us,
                             VersionEdit* edit, std::vector<std::shared_ptr<const Table>>* opened,
                             const std::shared_ptr<const Version>& below) {
  //@}
  //@solve 5.4 "stream the memtable into tables"
  auto options = MakeTableWriterOptions(tree, {.level = 0, .run = table_store_.new_number()});
  options.write_time_min_us = since_us;
  options.write_time_max_us = environment_.clock->WallMicros();
  options.delete_since_us = std::max<std::uint64_t>(since_us, 1);  //@L17
  //@L20{
  options.table.learned_index =
      options_.index == IndexKind::kLearned &&
      compaction::IsAmongDeepest(0, options_.learned_levels, below != nullptr ? *below : Version());
  //@}
  compaction::TableWriter writer(table_store_, options);
  //@L14..19{
  //| compaction::FlushFilter filter(snapshots_->Sequences());
  //@}
  //@L20{
  std::unique_ptr<compaction::OlderData> older;
  if (below != nullptr) {
    compaction::CompactionJob job;
    job.output = options.position;
    older = std::make_unique<compaction::OlderData>(job, below);
  }
  compaction::FlushFilter filter(snapshots_->Sequences(), std::move(older));
  //@}
  const auto entries = memtable.NewIterator();
  for (Status moved = entries->SeekToFirst();; moved = entries->Next()) {
    STRATA_TRY(moved);
    if (!entries->Valid()) break;
    if (!filter.Keeps(entries->key())) continue;  //@L14
    STRATA_TRY(writer.Add(entries->key(), entries->value()));
    //@L14{
    if (filter.held()) {
      writer.MarkHeld(*filter.held(), UserKeyOf(entries->key()).size() + entries->value().size());
    }
    //@}
  }
  STRATA_TRY_ASSIGN(auto tables, writer.Finish());
  for (auto& table : tables) {
    edit->added.push_back(table->meta());
    opened->push_back(std::move(table));
  }
  //@L19{
  AddBlobs(writer.TakeBlobs(), edit);
  counters_.Add(Counter::kBlobBytesWritten, writer.blob_bytes_written());
  //@}
  counters_.Add(Counter::kFlushes);
  counters_.Add(Counter::kFlushBytes, writer.bytes_written());
  return {};
  //@}
}

//@L05..05{
//| Status DbImpl::InstallEdit(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened) {
//|   for (const auto& table : opened) table->MarkNamed();
//|   STRATA_TRY_ASSIGN(version_, version_->With(edit, std::move(opened)));
//|   PublishReadState();
//|   return {};
//| }
//@}
//@L12{
void DbImpl::AwaitEdits() {
  environment_.executor->WaitUntil(mutex_, [&]() STRATA_REQUIRES(mutex_) { return !editing_; });
}

Status DbImpl::NoteLogs(VersionEdit edit) {
  for (BegunLog& log : edit.begun_logs) notes_.begun_logs.push_back(log);
  for (SealedLog& log : edit.sealed_logs) notes_.sealed_logs.push_back(log);
  const bool nothing = notes_.begun_logs.empty() && notes_.sealed_logs.empty();
  return editing_ || nothing ? Status() : Remember(versions_->NoteLogs(std::exchange(notes_, {})));
}

//@}
//@L06{
Status DbImpl::InstallEdit(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened) {
  AwaitEdits();  //@L12
  const std::vector<FileNumber> removed = edit.removed;
  //@L06..16{
  //| const std::shared_ptr<const Version> before = versions_->current();
  //@}
  //@L17{
  std::vector<std::shared_ptr<const Table>> before;
  for (const FileNumber number : removed) before.push_back(versions_->FindTable(number));
  //@}
  const auto versions_before = versions_->versions();  //@L19
  versions_->SetLastSequence(last_sequence_);
  //@L06..11{
  //| STRATA_TRY(Remember(versions_->LogAndApply(std::move(edit), std::move(opened))));
  //@}
  //@L12{
  editing_ = true;
  Status logged = versions_->LogAndApply(std::move(edit), std::move(opened));
  editing_ = false;
  environment_.executor->NotifyAll();
  STRATA_TRY(Remember(std::move(logged)));
  STRATA_TRY(NoteLogs({}));
  //@}
  //@L06..16{
  //| for (const FileNumber number : removed) {
  //|   const std::string path = JoinPath(directory_, TableFileName(number));
  //|   if (versions_->current()->FindTable(number) != nullptr) continue;  // Moved, not dropped.
  //|   if (const auto table = before->FindTable(number)) {
  //|     table->MarkObsolete([files = held_directory_, path] {
  //|       (void)files->Remove(path).has_value();  // Tried again at the next open.
  //|     });
  //|   }
  //| }
  //@}
  //@L17{
  for (const auto& table : before) {
    const bool moved = table == nullptr || versions_->FindTable(table->meta().number) != nullptr;
    if (!moved) RemoveWithLastUse(*table);
  }
  //@}
  //@L19{
  for (const auto& [id, version] : versions_before) {
    const auto now = versions_->current(id);
    DropBlobFiles(*version, now != nullptr ? *now : Version());
  }
  //@}
  PublishReadState();
  return {};
}
//@}

void DbImpl::RemoveLogsBefore(FileNumber oldest) const {
  const auto names = environment_.files->List(directory_);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto parsed = ParseFileName(name);
    if (parsed && parsed->kind == FileKind::kLog && parsed->number < oldest) {
      (void)environment_.files->Remove(JoinPath(directory_, name)).has_value();
    }
  }
}

}  // namespace strata
