#include "version/manifest.h"

#include <algorithm>

#include "base/mutant.h"
#include "base/random.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

// Names of features that this program knows; later lessons add theirs.
constexpr std::initializer_list<std::string_view> kKnownFeatures = {
    kTablesFeature,
    kExpiryFeature,
    kBlobFeature,
    kReplicatedFeature,
};

Status CheckKnown(const StoreProperties& properties) {
  if (properties.format_version > kStoreFormatVersion) {
    return Error(ErrorCode::kUnsupported,
                 "the store's format is version " + std::to_string(properties.format_version) +
                     ", this program knows up to " + std::to_string(kStoreFormatVersion));
  }
  for (const std::string& feature : properties.features) {
    if (std::find(kKnownFeatures.begin(), kKnownFeatures.end(), feature) == kKnownFeatures.end()) {
      return Error(ErrorCode::kUnsupported,
                   "the store uses the feature '" + feature + "', which this program doesn't know");
    }
  }
  return {};
}

// The next record's payload. Errors: kCorruption when the manifest ends before it.
Result<std::string_view> FirstPayload(wal::LogReader* log) {
  STRATA_TRY_ASSIGN(const std::optional<wal::Record> record, log->Next());
  if (!record.has_value()) {
    return Corruption("record at offset " + std::to_string(log->valid_length()) +
                      ": the manifest ends before the store's properties");
  }
  return record->payload;
}

Status ApplyRecord(const wal::Record& record, const EditVisitor& visit, ManifestState* state) {
  if (record.type != wal::RecordType::kEdit) return Corruption("not an edit");
  STRATA_TRY_ASSIGN(const VersionEdit edit, DecodeEdit(record.payload));
  STRATA_TRY(state->Apply(edit));
  if (visit) visit(record.offset, edit);
  return {};
}

}  // namespace

// --- the state -----------------------------------------------------------------------------------

Status ManifestState::Apply(const VersionEdit& edit) {
  STRATA_TRY(ApplyNamed(edit));
  STRATA_TRY(ApplyTables(edit));
  return ApplyLogs(edit);
}

Status ManifestState::ApplyTables(const VersionEdit& edit) {
  for (const FileNumber number : edit.removed) {
    if (tables.erase(number) == 0) {
      return Corruption("it removes " + TableFileName(number) + ", which isn't there");
    }
  }
  for (const TableMeta& table : edit.added) {
    if (table.named_table != 0 && !named.contains(table.named_table)) {
      return Corruption("it adds " + TableFileName(table.number) + " to named table " +
                        std::to_string(table.named_table) + ", which isn't there");
    }
    if (!tables.emplace(table.number, table).second) {
      return Corruption("it adds " + TableFileName(table.number) + ", which is there already");
    }
  }
  for (const BlobMeta& blob : edit.blobs) blobs.insert_or_assign(blob.id, blob);
  for (const BlobId blob : edit.removed_blobs) {
    if (blobs.erase(blob) == 0) {
      return Corruption("it drops blob " + std::to_string(blob) + ", which isn't there");
    }
  }
  return {};
}

Status ManifestState::CheckNamed(const VersionEdit& edit) const {
  for (const std::uint32_t id : edit.dropped) {
    if (!named.contains(id)) {
      return Corruption("it drops named table " + std::to_string(id) + ", which isn't there");
    }
  }
  const auto is_dropped = [&](const NamedTable& table) {
    return std::any_of(edit.dropped.begin(), edit.dropped.end(),
                       [&](std::uint32_t id) { return named.at(id).name == table.name; });
  };
  for (const NamedTable& table : edit.created) {
    if (named.contains(table.id) || (names.contains(table.name) && !is_dropped(table))) {
      return Corruption("it creates table " + std::to_string(table.id) + " \"" + table.name +
                        "\", which is there already");
    }
  }
  for (const auto& [id, at] : edit.applied) {
    const auto found = named.find(id);
    if (found == named.end() || !found->second.options.replicated ||
        std::count(edit.dropped.begin(), edit.dropped.end(), id) > 0) {
      return Corruption("it has applied to table " + std::to_string(id) +
                        ", which isn't a replicated one");
    }
    if (at.index < found->second.applied.index) {
      return Corruption("it takes table " + std::to_string(id) + " back to entry " +
                        std::to_string(at.index));
    }
  }
  return CheckTruncated(edit);
}

Status ManifestState::CheckTruncated(const VersionEdit& edit) const {
  for (const auto& [id, sequence] : edit.truncated) {
    const auto is_it = [wanted = id](const NamedTable& table) { return table.id == wanted; };
    const bool there = id == 0 || named.contains(id) ||
                       std::any_of(edit.created.begin(), edit.created.end(), is_it);
    if (!there || std::count(edit.dropped.begin(), edit.dropped.end(), id) > 0) {
      return Corruption("it truncates table " + std::to_string(id) + ", which isn't there");
    }
    const auto before = truncated.find(id);
    if (before != truncated.end() && sequence <= before->second) {
      return Corruption("it truncates table " + std::to_string(id) + " at " +
                        std::to_string(sequence) + ", and it was truncated at " +
                        std::to_string(before->second) + " before");
    }
  }
  return {};
}

Status ManifestState::ApplyNamed(const VersionEdit& edit) {
  STRATA_TRY(CheckNamed(edit));
  for (const std::uint32_t id : edit.dropped) {
    names.erase(named.at(id).name);
    named.erase(id);
    truncated.erase(id);
    std::erase_if(tables, [id](const auto& table) { return table.second.named_table == id; });
  }
  for (const NamedTable& table : edit.created) {
    if (!named.emplace(table.id, table).second || !names.insert(table.name).second) {
      return Corruption("it creates a table \"" + table.name + "\" twice");
    }
    next_named_table = std::max(next_named_table, table.id + 1);
  }
  next_named_table = std::max(next_named_table, edit.next_named_table.value_or(1));
  for (const auto& [id, at] : edit.applied) named.at(id).applied = at;
  for (const auto& [id, sequence] : edit.truncated) {
    truncated[id] = sequence;
    std::erase_if(tables, [gone = id](const auto& it) { return it.second.named_table == gone; });
  }
  return {};
}

Status ManifestState::CheckLogs(const VersionEdit& edit) const {
  for (const SealedLog& log : edit.sealed_logs) {
    const auto sealed = sealed_logs.find(log.number);
    if (sealed != sealed_logs.end() && sealed->second != log.length) {
      return Corruption("it seals " + LogFileName(log.number) + " at another length");
    }
  }
  return {};
}

Status ManifestState::ApplyLogs(const VersionEdit& edit) {
  STRATA_TRY(CheckLogs(edit));
  for (const BegunLog& log : edit.begun_logs) begun_logs.emplace(log.number, log.began_us);
  for (const SealedLog& log : edit.sealed_logs) {
    if (sealed_logs.emplace(log.number, log.length).first->second != log.length) {
      return Corruption("it seals " + LogFileName(log.number) + " twice, at two lengths");
    }
  }
  oldest_log = std::max(oldest_log, edit.oldest_log.value_or(0));
  begun_logs.erase(begun_logs.begin(), begun_logs.lower_bound(oldest_log));
  sealed_logs.erase(sealed_logs.begin(), sealed_logs.lower_bound(oldest_log));
  next_file = std::max(next_file, edit.next_file.value_or(0));
  last_sequence = std::max(last_sequence, edit.last_sequence.value_or(0));
  return {};
}

std::vector<VersionEdit> ManifestState::Snapshot() const {
  std::vector<VersionEdit> edits(1);
  edits.front().oldest_log = oldest_log;
  edits.front().next_file = next_file;
  edits.front().last_sequence = last_sequence;
  for (const auto& [number, began_us] : begun_logs) {
    edits.front().begun_logs.push_back({number, began_us});
  }
  for (const auto& [number, length] : sealed_logs) {
    edits.front().sealed_logs.push_back({number, length});
  }
  if (next_named_table > 1) edits.front().next_named_table = next_named_table;
  for (const auto& [id, table] : named) edits.front().created.push_back(table);
  for (const auto& [id, sequence] : truncated) edits.front().truncated.push_back({id, sequence});
  for (const auto& [number, table] : tables) {
    if (edits.back().added.size() == kSnapshotTablesMax) edits.emplace_back();
    edits.back().added.push_back(table);
  }
  for (const auto& [id, blob] : blobs) {
    if (edits.back().blobs.size() == kSnapshotTablesMax) edits.emplace_back();
    edits.back().blobs.push_back(blob);
  }
  return edits;
}

// --- reading -------------------------------------------------------------------------------------

Result<ManifestState> ReadManifest(std::string_view contents, std::uint64_t synced_bytes,
                                   const EditVisitor& visit, const FileCipher* cipher) {
  wal::LogReader log(contents, {.cipher = cipher});
  ManifestState state;
  STRATA_TRY_ASSIGN(const std::string_view properties, FirstPayload(&log));
  STRATA_TRY_ASSIGN(state.properties, DecodeProperties(properties));
  STRATA_TRY(CheckKnown(state.properties));
  while (true) {
    STRATA_TRY_ASSIGN(const std::optional<wal::Record> record, log.Next());
    if (!record.has_value()) break;
    STRATA_TRY(Annotate(ApplyRecord(*record, visit, &state),
                        "edit at offset " + std::to_string(record->offset)));
  }
  // Past what was synced a torn record is an edit that nobody was told of. Before, it is damage.
  if (log.valid_length() < synced_bytes) {
    return Corruption("record at offset " + std::to_string(log.valid_length()) +
                      ": damaged or missing, and had been synced");
  }
  return state;
}

// --- writing -------------------------------------------------------------------------------------

ManifestWriter::ManifestWriter(std::unique_ptr<WritableFile> file, FileNumber number,
                               std::uint64_t log_id, Counters* counters)
    : file_(std::move(file)),
      log_(std::make_unique<wal::LogWriter>(*file_, log_id, nullptr)),
      number_(number),
      counters_(counters) {}

Result<std::unique_ptr<ManifestWriter>> ManifestWriter::Create(const Environment& environment,
                                                               const std::string& path,
                                                               FileNumber number,
                                                               Counters* counters) {
  STRATA_TRY_ASSIGN(std::unique_ptr<WritableFile> file, environment.files->Create(path));
  // Differs from every other log's of this store, so that no log's records pass for another's.
  const std::uint64_t log_id = environment.entropy() | 1;
  auto writer = std::make_unique<ManifestWriter>(std::move(file), number, log_id, counters);
  STRATA_TRY(writer->log_->Start());
  return writer;
}

Status ManifestWriter::Append(std::string_view payload) {
  STRATA_TRY(log_->Append(wal::RecordType::kEdit, records_ + 1, {&payload, 1}));
  ++records_;
  Count(Counter::kManifestBytes, wal::kHeaderSize + payload.size());
  return {};
}

Status ManifestWriter::Sync() {
  STRATA_TRY(STRATA_MUTANT(reuse_manifest_after_write_error) ? file_->Sync() : log_->Sync());
  Count(Counter::kManifestSyncs, 1);
  return {};
}

Status ManifestWriter::Close() {
  STRATA_TRY(log_->End());
  Count(Counter::kManifestSyncs, 1);
  return file_->Close();
}

void ManifestWriter::Count(Counter counter, std::uint64_t amount) {
  if (counters_ != nullptr) counters_->Add(counter, amount);
}

}  // namespace strata
