#include "cli/import_export/table_export.h"

#include "base/random.h"
#include "cli/import_export/file_sink.h"
#include "sst/table_builder.h"

namespace strata::cli {
namespace {

// A sink as the builder wants it.
class SinkFile final : public WritableFile {
 public:
  explicit SinkFile(Sink& sink) : sink_(sink) {}
  Status Append(std::string_view data) override {
    size_ += data.size();
    return sink_.Append(data);
  }
  Status Sync() override { return {}; }
  Status Close() override { return {}; }
  std::uint64_t size() const override { return size_; }

 private:
  Sink& sink_;
  std::uint64_t size_ = 0;
};

sst::TableOptions TableOptionsOf(const Options& engine) {
  sst::TableOptions options;
  options.block_bytes = engine.block_bytes;
  options.restart_interval = engine.block_restart_interval;
  options.filter_bits_per_key = engine.filter_bits_per_key;
  options.compression = engine.compression;
  options.zstd_level = engine.zstd_level;
  options.hash_index = engine.block_hash_index;
  options.learned_index = engine.index == IndexKind::kLearned;
  return options;
}

}  // namespace

Result<std::uint64_t> ExportTable(Session& session, const std::string& path, Iterator& cursor) {
  if (path == "-") return InvalidArgument("a table needs a file: its end is written last");
  if (!cursor.Valid()) return InvalidArgument("nothing to export: a table has at least one entry");
  STRATA_TRY_ASSIGN(const auto sink, OpenSink(session, path));
  SinkFile file(*sink);
  const std::string id = Random(session.environment().entropy()).Bytes(sizeof(sst::FileId));
  sst::FileId file_id{};
  id.copy(file_id.data(), file_id.size());
  sst::TableBuilder builder(TableOptionsOf(session.globals().engine), file, file_id);
  // A cursor shows no sequence numbers; 0 is older than any that a store gives.
  constexpr SequenceNumber kSequence = 0;
  for (; cursor.Valid() && !Interrupted();) {
    STRATA_TRY(
        builder.Add(MakeInternalKey(cursor.key(), kSequence, EntryKind::kValue), cursor.value()));
    STRATA_TRY(cursor.Next());
  }
  if (Interrupted()) return Error(ErrorCode::kAborted, "interrupted");
  const std::uint64_t entries = builder.entries();
  STRATA_TRY(builder.Finish());
  STRATA_TRY(sink->Finish());
  return entries;
}

}  // namespace strata::cli
