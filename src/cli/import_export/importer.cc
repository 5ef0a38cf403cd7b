#include "cli/import_export/importer.h"

#include "cli/format/text.h"

namespace strata::cli {
namespace {

constexpr std::uint64_t kBatchBytesMax = 4ULL << 20;
constexpr std::uint64_t kErrorsShown = 10;

}  // namespace

Importer::Importer(Session& session, DB& db, ImportOptions options)
    : session_(session), db_(db), options_(std::move(options)) {}

Result<ImportSummary> Importer::Run() {
  STRATA_TRY(Prepare());
  STRATA_TRY_ASSIGN(const auto source, OpenSource(session_, options_.path));
  InputPosition start;
  STRATA_TRY(checkpoint_.Skip(*source, state_));
  start = state_.position;
  const auto reader = NewRecordReader(*source, options_.records, start);
  Progress progress(session_.console(), session_.clock(), "imported", session_.globals().quiet,
                    source->size());
  progress.BeginAt(start.offset);
  const Status looped = Loop(*reader, progress);
  progress.Clear();
  STRATA_TRY(looped);
  const bool is_complete = summary_.code == kExitOk || options_.skip_errors;
  STRATA_TRY(is_complete && summary_.code != kExitInterrupted
                 ? checkpoint_.Finish(db_)
                 : checkpoint_.Save(db_, state_, ImportCheckpoint::When::kNow));
  summary_.bytes = reader->position().offset - start.offset;
  summary_.seconds = progress.seconds();
  return summary_;
}

Status Importer::Prepare() {
  STRATA_TRY(checkpoint_.Init(session_, Purpose(), options_.resume_file));
  if (options_.resume) {
    STRATA_TRY_ASSIGN(state_, checkpoint_.Load(db_));
    summary_.records_before = state_.records;
    const InputPosition& start = state_.position;
    session_.Note(start.offset == 0 ? "nothing to resume: beginning at the first record"
                                    : "resuming after line " + std::to_string(start.lines));
  }
  if (options_.ack_file.empty()) return {};
  STRATA_TRY_ASSIGN(acks_, AckFile::Open(options_.ack_file));
  return {};
}

ImportPurpose Importer::Purpose() const {
  ImportPurpose purpose;
  purpose.input = options_.path;
  purpose.flags = FlagsOf(options_.records);
  purpose.store = ToHex(db_.Stats().store_id);
  // One that was dropped and made again has another number.
  if (options_.table != kDefaultTable) {
    purpose.table = session_.globals().table + " " + std::to_string(options_.table.id);
  }
  return purpose;
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
        return Annotate(added, InputName());
      }
      Complain(reader, added.error());
      if (!options_.skip_errors) return Commit();
    }
    state_ = {reader.position(), summary_.records_before + summary_.records + waiting_};
    if (waiting_ >= options_.batch || waiting_bytes_ >= kBatchBytesMax) STRATA_TRY(Commit());
    progress.Update(reader.position().offset, summary_.records);
  }
  summary_.code = kExitInterrupted;
  return Commit();
}

Status Importer::Add(const Record& record) {
  if (record.key.size() > kKeySizeMax || record.value.size() > kValueSizeMax) {
    return InvalidArgument("the key or the value is longer than a store takes; leave it out");
  }
  batch_.Put(record.key, record.value, {.table = options_.table});
  ++waiting_;
  waiting_bytes_ += record.key.size() + record.value.size();
  return {};
}

Status Importer::Commit() {
  if (waiting_ == 0) return {};
  STRATA_TRY(db_.Write(batch_, {.ttl_us = options_.ttl_us}));
  batch_.Clear();
  summary_.records += waiting_;
  waiting_ = 0;
  waiting_bytes_ = 0;
  if (acks_ != nullptr) {
    // An acknowledgement means "on the disk", whatever the sync mode.
    if (session_.globals().engine.sync != SyncMode::kAlways) STRATA_TRY(db_.Sync());
    STRATA_TRY(acks_->Append(summary_.records_before + summary_.records));
  }
  STRATA_TRY(checkpoint_.Save(db_, state_, ImportCheckpoint::When::kIfDue));
  return {};
}

void Importer::Complain(const RecordReader& reader, const Error& error) {
  summary_.code = kExitFailed;
  if (++summary_.errors <= kErrorsShown) {
    session_.Complain(InputName() + ":" + std::to_string(reader.line()) + ": " + error.message());
  }
  if (summary_.errors == kErrorsShown) session_.Note("further errors are only counted");
}

}  // namespace strata::cli
