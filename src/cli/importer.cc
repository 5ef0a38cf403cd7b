#include "cli/importer.h"

namespace strata::cli {
namespace {

constexpr std::uint64_t kBatchBytesMax = 4ULL << 20;
constexpr std::uint64_t kErrorsShown = 10;

}  // namespace

Importer::Importer(Session& session, DB& db, ImportOptions options)
    : session_(session), db_(db), options_(std::move(options)) {
  checkpoint_.Init(session.files(), session.clock(), options_.path, options_.resume_file);  //@L03
}

Result<ImportSummary> Importer::Run() {
  std::uint64_t offset = 0;
  std::uint64_t lines = 0;
  //@L03{
  if (!options_.ack_file.empty()) {
    STRATA_TRY_ASSIGN(acks_, AckFile::Open(options_.ack_file));
  }
  if (options_.resume) {
    STRATA_TRY_ASSIGN(position_, checkpoint_.Load());
    offset = position_.offset;
    lines = position_.lines;
    summary_.records = position_.records;
    session_.Note(offset == 0 ? "nothing to resume: beginning at the first record"
                              : "resuming after line " + std::to_string(lines));
  }
  //@}
  STRATA_TRY_ASSIGN(const auto source, OpenSource(session_, options_.path, offset));
  const auto reader = NewRecordReader(*source, options_.records, offset, lines);
  Progress progress(session_.console(), session_.clock(), "imported", session_.globals().quiet,
                    source->size());
  const Status looped = Loop(*reader, progress);
  progress.Clear();
  STRATA_TRY(looped);
  //@L03{
  const bool is_complete = summary_.code == kExitOk || options_.skip_errors;
  STRATA_TRY(is_complete && summary_.code != kExitInterrupted
                 ? checkpoint_.Finish(db_)
                 : checkpoint_.Save(db_, position_, ImportCheckpoint::When::kNow));
  //@}
  summary_.bytes = reader->offset() - offset;
  summary_.seconds = progress.seconds();
  return summary_;
}

Status Importer::Loop(RecordReader& reader, Progress& progress) {
  Record record;
  while (!Interrupted()) {
    const Result<bool> more = reader.Next(&record);
    if (more && !*more) return Commit();
    if (const Status added = more ? Add(record) : Status(more.error()); !added) {
      if (Interrupted()) break;
      if (added.error().code() != ErrorCode::kInvalidArgument) {
        STRATA_TRY(Commit());
        return Annotate(added, options_.path);
      }
      Complain(reader, added.error());
      if (!options_.skip_errors) return Commit();
    }
    position_ = {reader.offset(), reader.lines(), summary_.records + waiting_};  //@L03
    if (waiting_ >= options_.batch || waiting_bytes_ >= kBatchBytesMax) STRATA_TRY(Commit());
    progress.Update(reader.offset(), summary_.records);
  }
  summary_.code = kExitInterrupted;
  return Commit();
}

Status Importer::Add(const Record& record) {
  if (record.key.size() > kKeySizeMax || record.value.size() > kValueSizeMax) {
    return InvalidArgument("the key or the value is longer than a store takes; leave it out");
  }
  //| STRATA_TRY(db_.Put(record.key, record.value));  //@L01..01
  //| batch_.Put(record.key, record.value);  //@L02..16
  batch_.Put(record.key, record.value, {.table = options_.table});  //@L17
  ++waiting_;
  waiting_bytes_ += record.key.size() + record.value.size();
  return {};
}

Status Importer::Commit() {
  if (waiting_ == 0) return {};
  //| STRATA_TRY(db_.Write(batch_));  //@L02..16
  STRATA_TRY(db_.Write(batch_, {.ttl_us = options_.ttl_us}));  //@L17
  batch_.Clear();                                              //@L02
  summary_.records += waiting_;
  waiting_ = 0;
  waiting_bytes_ = 0;
  //@L03{
  if (acks_ != nullptr) {
    // An acknowledgement means "on the disk", whatever the sync mode.
    if (session_.globals().engine.sync != SyncMode::kAlways) STRATA_TRY(db_.Sync());
    STRATA_TRY(acks_->Append(summary_.records));
  }
  STRATA_TRY(checkpoint_.Save(db_, position_, ImportCheckpoint::When::kIfDue));
  //@}
  return {};
}

void Importer::Complain(const RecordReader& reader, const Error& error) {
  summary_.code = kExitFailed;
  if (++summary_.errors <= kErrorsShown) {
    const std::string name = options_.path == "-" ? "stdin" : options_.path;
    session_.Complain(name + ":" + std::to_string(reader.line()) + ": " + error.message());
  }
  if (summary_.errors == kErrorsShown) session_.Note("further errors are only counted");
}

}  // namespace strata::cli
