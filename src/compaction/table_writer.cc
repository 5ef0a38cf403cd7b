#include "compaction/table_writer.h"

#include <algorithm>
#include <utility>

#include "compaction/held_versions.h"
#include "compaction/value_separator.h"
#include "iter/expiry.h"
#include "iter/internal_key.h"

namespace strata::compaction {

// The table being written.
struct TableWriter::Open {
  Open(const TableWriterOptions& options, const FileIdentity& file_identity,
       std::unique_ptr<WritableFile> writable)
      : identity(file_identity),
        file(std::move(writable)),
        builder(BuilderOptions(options), *file, identity.id) {}

  static sst::TableOptions BuilderOptions(const TableWriterOptions& options) {
    sst::TableOptions table = options.table;
    table.named_table = options.named_table;
    return table;
  }

  const FileIdentity identity;
  const std::unique_ptr<WritableFile> file;
  sst::TableBuilder builder;
  bool full = false;
  std::string last_user_key;  // Set once it is full: this key's other versions still go in.
  std::vector<HeldVersions> held;
  std::uint64_t expiring = 0;
  std::uint64_t expiry_min_us = ~std::uint64_t{0};
  std::uint64_t expiry_max_us = 0;

  void CountExpiry(std::uint64_t expiry) {
    if (expiry == 0) return;
    ++expiring;
    expiry_min_us = std::min(expiry_min_us, expiry);
    expiry_max_us = std::max(expiry_max_us, expiry);
  }
};

namespace {

SeparatorOptions SeparatorOptionsOf(const TableWriterOptions& options) {
  return {.threshold = options.blob_threshold,
          .file_bytes_max = options.blob_file_bytes,
          .blob = {options.table.compression, options.table.zstd_level},
          .verify = options.verify,
          .rewrite = options.rewrite_blobs,
          .version = options.version};
}

}  // namespace

TableWriter::TableWriter(TableStore& store, const TableWriterOptions& options)
    : store_(store),
      options_(options),
      values_(std::make_unique<ValueSeparator>(store, SeparatorOptionsOf(options))) {}

std::vector<std::shared_ptr<const Blob>> TableWriter::TakeBlobs() {
  return values_->TakeBlobs();
}

std::uint64_t TableWriter::blob_bytes_written() const {
  return values_->bytes_written();
}
TableWriter::~TableWriter() {
  Abandon();
}

Status TableWriter::Add(std::string_view key, std::string_view value) {
  if (open_ != nullptr && open_->full && open_->last_user_key != UserKeyOf(key)) {
    STRATA_TRY(FinishTable());
  }
  if (open_ == nullptr) STRATA_TRY(OpenTable());
  STRATA_TRY(values_->Separate(&key, &value));
  Status added = open_->builder.Add(key, value);
  if (!added) return Annotate(std::move(added), "writing " + store_.NameOf(open_->identity));
  open_->CountExpiry(ExpiryOf(KindOf(key), value));
  if (!open_->full && open_->builder.size_estimate() >= options_.table_bytes_max) {
    open_->full = true;
    open_->last_user_key = UserKeyOf(key);
  }
  return {};
}

void TableWriter::MarkHeld(const SnapshotRange& range, std::uint64_t bytes) {
  CountHeld(range, bytes, &open_->held);
}

Result<std::vector<std::shared_ptr<const Table>>> TableWriter::Finish() {
  if (open_ != nullptr) STRATA_TRY(FinishTable());
  STRATA_TRY(values_->Finish());
  return std::move(done_);
}

// A file that can't be removed now goes when the store is opened next: no version names it.
void TableWriter::Abandon() {
  open_ = nullptr;
  done_.clear();  // Tables that nobody else has go with their files.
  values_->Abandon();
  if (unfinished_) store_.RemovalOf (*unfinished_)();
  unfinished_.reset();
}

Status TableWriter::OpenTable() {
  const FileIdentity identity = store_.NewIdentity(FileKind::kTable);
  STRATA_TRY_ASSIGN(auto file, store_.Create(identity));
  unfinished_ = identity;
  open_ = std::make_unique<Open>(options_, identity, std::move(file));
  return {};
}

Status TableWriter::FinishTable() {
  STRATA_TRY(CutTable());
  if (done_.empty()) return {};
  done_.back()->MarkObsolete(store_.RemovalOf(*unfinished_));
  unfinished_.reset();
  return {};
}

Status TableWriter::CutTable() {
  const std::unique_ptr<Open> open = std::move(open_);
  auto summary = Annotate(open->builder.Finish(), "writing " + store_.NameOf(open->identity));
  if (!summary) return std::move(summary).error();
  STRATA_TRY(open->file->Sync());
  STRATA_TRY(open->file->Close());
  bytes_written_ += summary->size_bytes;

  TableMeta meta =
      MakeTableMeta(open->identity.number, options_.position, open->identity.id, *summary);
  meta.write_time_min_us = options_.write_time_min_us;
  meta.write_time_max_us = options_.write_time_max_us;
  meta.held = open->held;
  meta.named_table = options_.named_table;
  meta.expiring = open->expiring;
  meta.expiry_min_us = open->expiring == 0 ? 0 : open->expiry_min_us;
  meta.expiry_max_us = open->expiry_max_us;
  meta.delete_since_us = summary->deletes == 0 ? 0 : options_.delete_since_us;
  STRATA_TRY_ASSIGN(std::shared_ptr<const Table> table, store_.Open(meta));
  STRATA_TRY(options_.verify ? Verify(*table) : table->reader().Load());
  done_.push_back(std::move(table));
  return {};
}

Status TableWriter::Verify(const Table& table) {
  constexpr std::uint64_t kLookUpEvery = 16;  // Twice a block; each would cost as much as the rest.
  STRATA_TRY(table.reader().VerifyAll(kLookUpEvery));
  const sst::TableSummary& read = table.reader().summary();
  const TableMeta& wrote = table.meta();
  if (read.entries != wrote.entries || read.deletes != wrote.deletes ||
      read.smallest != wrote.smallest || read.largest != wrote.largest) {
    return Corruption(table.reader().name() + ": reads back other entries than were written");
  }
  return {};
}

}  // namespace strata::compaction
