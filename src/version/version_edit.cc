// The bytes of an edit: see manifest_format.h.

#include "version/manifest_format.h"

namespace strata {
namespace {

enum EditTag : std::uint64_t {
  kTableAdded = 1,
  kTableRemoved = 3,
  kLogSealed = 5,
  kOldestLog = 7,
  kNextFile = 9,
  kLastSequence = 11,
  kLogBegun = 12,  // A program that doesn't know it doesn't notice when the log is missing.
  kBlobAdded = 13,
  kBlobRemoved = 15,
  kNamedTableCreated = 17,
  kNamedTableDropped = 19,
  kNextNamedTable = 21,
  kTableApplied = 23,
  kTableTruncated = 25,
};

// Fields of a table. A program that doesn't know them merges no worse than before.
enum TableTag : std::uint64_t {
  kHeldVersions = 2,
  kBlobsUsed = 1,   // Critical.
  kNamedTable = 3,  // Critical: its keys are of another key space.
  kExpiry = 4,
  kDeleteSince = 6,
};

// --- the way out ---------------------------------------------------------------------------------

std::string Varint(std::uint64_t value) {
  std::string out;
  AppendVarint64(&out, value);
  return out;
}

std::string EncodeHeld(const std::vector<HeldVersions>& ranges) {
  std::string out;
  for (const HeldVersions& held : ranges) {
    AppendVarint64(&out, held.range.first);
    AppendVarint64(&out, held.range.last);
    AppendVarint64(&out, held.entries);
    AppendVarint64(&out, held.bytes);
  }
  return out;
}
std::string EncodeUses(const std::vector<sst::BlobUse>& uses) {
  std::string out;
  for (const sst::BlobUse& use : uses) {
    out += Varint(use.blob) + Varint(use.values) + Varint(use.bytes);
  }
  return out;
}

std::string EncodeBlob(const BlobMeta& blob) {
  std::string out = Varint(blob.id) + Varint(blob.file) + Varint(blob.size_bytes);
  out.append(blob.file_id.data(), blob.file_id.size());
  AppendFixed32(&out, blob.footer_checksum);
  return out + Varint(blob.values) + Varint(blob.raw_bytes);
}

std::string EncodeTable(const TableMeta& table) {
  std::string out;
  AppendVarint64(&out, table.number);
  AppendVarint64(&out, table.position.level);
  AppendVarint64(&out, table.position.run);
  AppendVarint64(&out, table.size_bytes);
  out.append(table.file_id.data(), table.file_id.size());
  AppendFixed32(&out, table.footer_checksum);
  AppendLengthPrefixed(&out, table.smallest);
  AppendLengthPrefixed(&out, table.largest);
  AppendVarint64(&out, table.sequence_min);
  AppendVarint64(&out, table.sequence_max);
  AppendVarint64(&out, table.entries);
  AppendVarint64(&out, table.deletes);
  AppendVarint64(&out, table.raw_bytes);
  AppendVarint64(&out, table.write_time_min_us);
  AppendVarint64(&out, table.write_time_max_us);
  if (!table.held.empty()) AppendField(&out, kHeldVersions, EncodeHeld(table.held));
  if (!table.blobs.empty()) AppendField(&out, kBlobsUsed, EncodeUses(table.blobs));
  if (table.named_table != 0) AppendField(&out, kNamedTable, Varint(table.named_table));
  if (table.expiring != 0) {
    AppendField(&out, kExpiry,
                Varint(table.expiring) + Varint(table.expiry_min_us) + Varint(table.expiry_max_us));
  }
  if (table.delete_since_us != 0) AppendField(&out, kDeleteSince, Varint(table.delete_since_us));
  return out;
}

// --- the way back --------------------------------------------------------------------------------

// Reads values one after the other and remembers whether one was missing.
class Values {
 public:
  explicit Values(std::string_view bytes) : reader_(bytes) {}

  std::uint64_t Varint() { return Keep(reader_.ReadVarint64()); }
  std::uint32_t Fixed32() { return Keep(reader_.ReadFixed<std::uint32_t>()); }
  std::string_view Bytes(std::size_t count) { return Keep(reader_.ReadBytes(count)); }
  std::string_view LengthPrefixed() { return Keep(reader_.ReadLengthPrefixed()); }

  bool complete() const { return complete_; }
  std::string_view rest() const { return reader_.rest(); }

 private:
  template <typename T>
  T Keep(std::optional<T> value) {
    complete_ = complete_ && value.has_value();
    return value.value_or(T());
  }

  ByteReader reader_;
  bool complete_ = true;
};

bool IsPossible(const TableMeta& table) {
  return table.number != 0 && table.number <= kFileNumberMax &&
         IsWellFormedInternalKey(table.smallest) && IsWellFormedInternalKey(table.largest) &&
         CompareInternalKeys(table.smallest, table.largest) <= 0 &&
         table.sequence_min <= table.sequence_max && table.sequence_max <= kSequenceMax &&
         table.entries != 0 && table.deletes <= table.entries;
}

Status DecodeHeld(std::string_view bytes, TableMeta* table) {
  if (!table->held.empty()) return Corruption("its held versions are there twice");
  while (!bytes.empty()) {
    Values values(bytes);
    HeldVersions held;
    held.range.first = values.Varint();
    held.range.last = values.Varint();
    held.entries = values.Varint();
    held.bytes = values.Varint();
    if (!values.complete()) return Corruption("its held versions are cut short");
    if (held.range.first > held.range.last || held.range.last > kSequenceMax ||
        held.entries > table->entries) {
      return Corruption("held versions that can't be");
    }
    table->held.push_back(held);
    bytes = values.rest();
  }
  return {};
}
Status DecodeUses(std::string_view bytes, std::vector<sst::BlobUse>* uses) {
  Values values(bytes);
  BlobId last = 0;
  while (values.complete() && !values.rest().empty()) {
    sst::BlobUse& use = uses->emplace_back();
    use.blob = values.Varint();
    use.values = values.Varint();
    use.bytes = values.Varint();
    if (use.blob <= last || use.blob > kFileNumberMax || use.values == 0) {
      return Corruption("blobs in use that can't be");
    }
    last = use.blob;
  }
  return values.complete() ? Status() : Corruption("blobs in use cut short");
}

Result<BlobMeta> DecodeBlob(std::string_view bytes) {
  Values values(bytes);
  BlobMeta blob;
  blob.id = values.Varint();
  blob.file = values.Varint();
  blob.size_bytes = values.Varint();
  values.Bytes(blob.file_id.size()).copy(blob.file_id.data(), blob.file_id.size());
  blob.footer_checksum = values.Fixed32();
  blob.values = values.Varint();
  blob.raw_bytes = values.Varint();
  if (!values.complete()) return Corruption("a blob cut short");
  if (blob.id == 0 || blob.file < blob.id || blob.file > kFileNumberMax || blob.values == 0) {
    return Corruption("a blob that can't be");
  }
  FieldReader more(values.rest());
  while (!more.empty()) {
    STRATA_TRY_ASSIGN(const FieldReader::Field field, more.Next());
    STRATA_TRY(CheckUnknownField(field, "blob"));
  }
  return blob;
}

Status DecodeNumbers(std::string_view bytes, std::initializer_list<std::uint64_t*> numbers);

// A field of a table that a lesson after the manifest brought; false when it is another.
Result<bool> DecodeTableField(const FieldReader::Field& field, TableMeta* table) {
  std::uint64_t id = 0;
  switch (field.tag) {
    case kNamedTable:
      STRATA_TRY(DecodeNumbers(field.contents, {&id}));
      if (id == 0 || id >= UINT32_MAX) return Corruption("a named table that can't be");
      table->named_table = static_cast<std::uint32_t>(id);
      return true;
    case kExpiry:
      STRATA_TRY(DecodeNumbers(field.contents,
                               {&table->expiring, &table->expiry_min_us, &table->expiry_max_us}));
      if (table->expiring == 0 || table->expiring > table->entries ||
          table->expiry_min_us > table->expiry_max_us) {
        return Corruption("expiries that can't be");
      }
      return true;
    case kDeleteSince:
      STRATA_TRY(DecodeNumbers(field.contents, {&table->delete_since_us}));
      return true;
    default:
      return false;
  }
}

// Errors: kCorruption ("a table cut short"; "a table that can't be", by IsPossible or its level),
// and those of CheckUnknownField, which calls it "table".
Result<TableMeta> DecodeTable(std::string_view bytes) {
  Values values(bytes);
  TableMeta table;
  table.number = values.Varint();
  const std::uint64_t level = values.Varint();
  table.position.level = static_cast<std::uint32_t>(level);
  table.position.run = values.Varint();
  table.size_bytes = values.Varint();
  values.Bytes(table.file_id.size()).copy(table.file_id.data(), table.file_id.size());
  table.footer_checksum = values.Fixed32();
  table.smallest = values.LengthPrefixed();
  table.largest = values.LengthPrefixed();
  table.sequence_min = values.Varint();
  table.sequence_max = values.Varint();
  table.entries = values.Varint();
  table.deletes = values.Varint();
  table.raw_bytes = values.Varint();
  table.write_time_min_us = values.Varint();
  table.write_time_max_us = values.Varint();
  if (!values.complete()) return Corruption("a table cut short");
  if (level > kLevelMax || !IsPossible(table)) return Corruption("a table that can't be");
  FieldReader more(values.rest());
  while (!more.empty()) {
    STRATA_TRY_ASSIGN(const FieldReader::Field field, more.Next());
    if (field.tag == kHeldVersions) {
      STRATA_TRY(DecodeHeld(field.contents, &table));
      continue;
    }
    if (field.tag == kBlobsUsed && table.blobs.empty()) {
      STRATA_TRY(DecodeUses(field.contents, &table.blobs));
      continue;
    }
    STRATA_TRY_ASSIGN(const bool known, DecodeTableField(field, &table));
    if (known) continue;
    STRATA_TRY(CheckUnknownField(field, "table"));
  }
  return table;
}

Status DecodeNumbers(std::string_view bytes, std::initializer_list<std::uint64_t*> numbers) {
  Values values(bytes);
  for (std::uint64_t* number : numbers) *number = values.Varint();
  if (!values.complete() || !values.rest().empty()) return Corruption("not the right length");
  return {};
}

Status DecodeNumber(std::string_view bytes, std::optional<std::uint64_t>* number) {
  if (number->has_value()) return Corruption("it is there twice");
  STRATA_TRY(DecodeNumbers(bytes, {&number->emplace()}));
  if (*number > kFileNumberMax) return Corruption("a number that can't be");
  return {};
}

Status DecodeField(const FieldReader::Field& field, VersionEdit* edit) {
  switch (field.tag) {
    case kTableAdded: {
      STRATA_TRY_ASSIGN(TableMeta table, DecodeTable(field.contents));
      edit->added.push_back(std::move(table));
      return {};
    }
    case kTableRemoved:
      return DecodeNumbers(field.contents, {&edit->removed.emplace_back()});
    case kLogSealed: {
      SealedLog& log = edit->sealed_logs.emplace_back();
      return DecodeNumbers(field.contents, {&log.number, &log.length});
    }
    case kLogBegun: {
      BegunLog& log = edit->begun_logs.emplace_back();
      return DecodeNumbers(field.contents, {&log.number, &log.began_us});
    }
    case kOldestLog:
      return DecodeNumber(field.contents, &edit->oldest_log);
    case kNextFile:
      return DecodeNumber(field.contents, &edit->next_file);
    case kLastSequence:
      return DecodeNumber(field.contents, &edit->last_sequence);
    case kBlobAdded: {
      STRATA_TRY_ASSIGN(edit->blobs.emplace_back(), DecodeBlob(field.contents));
      return {};
    }
    case kBlobRemoved:
      return DecodeNumbers(field.contents, {&edit->removed_blobs.emplace_back()});
    case kNamedTableCreated: {
      STRATA_TRY_ASSIGN(NamedTable table, DecodeNamedTable(field.contents));
      edit->created.push_back(std::move(table));
      return {};
    }
    case kNamedTableDropped:
    case kNextNamedTable: {
      std::uint64_t id = 0;
      STRATA_TRY(DecodeNumbers(field.contents, {&id}));
      if (id == 0 || id > UINT32_MAX) return Corruption("a named table that can't be");
      if (field.tag == kNamedTableDropped) {
        edit->dropped.push_back(static_cast<std::uint32_t>(id));
      } else {
        edit->next_named_table = static_cast<std::uint32_t>(id);
      }
      return {};
    }
    case kTableApplied: {
      STRATA_TRY_ASSIGN(edit->applied.emplace_back(), DecodeTableApplied(field.contents));
      return {};
    }
    case kTableTruncated: {
      std::uint64_t id = 0;
      TableTruncated& truncated = edit->truncated.emplace_back();
      STRATA_TRY(DecodeNumbers(field.contents, {&id, &truncated.sequence}));
      if (id >= UINT32_MAX || truncated.sequence > kSequenceMax) {
        return Corruption("a truncation that can't be");
      }
      truncated.table = static_cast<std::uint32_t>(id);
      return {};
    }
    default:
      return CheckUnknownField(field, "edit");
  }
}

}  // namespace

std::string EncodeEdit(const VersionEdit& edit) {
  std::string out;
  for (const TableMeta& table : edit.added) AppendField(&out, kTableAdded, EncodeTable(table));
  for (const FileNumber number : edit.removed) AppendField(&out, kTableRemoved, Varint(number));
  for (const BegunLog& log : edit.begun_logs) {
    AppendField(&out, kLogBegun, Varint(log.number) + Varint(log.began_us));
  }
  for (const SealedLog& log : edit.sealed_logs) {
    AppendField(&out, kLogSealed, Varint(log.number) + Varint(log.length));
  }
  if (edit.oldest_log) AppendField(&out, kOldestLog, Varint(*edit.oldest_log));
  if (edit.next_file) AppendField(&out, kNextFile, Varint(*edit.next_file));
  if (edit.last_sequence) AppendField(&out, kLastSequence, Varint(*edit.last_sequence));
  for (const BlobMeta& blob : edit.blobs) AppendField(&out, kBlobAdded, EncodeBlob(blob));
  for (const BlobId blob : edit.removed_blobs) AppendField(&out, kBlobRemoved, Varint(blob));
  for (const NamedTable& table : edit.created) {
    AppendField(&out, kNamedTableCreated, EncodeNamedTable(table));
  }
  for (const std::uint32_t id : edit.dropped) AppendField(&out, kNamedTableDropped, Varint(id));
  if (edit.next_named_table) AppendField(&out, kNextNamedTable, Varint(*edit.next_named_table));
  for (const auto& it : edit.applied) AppendField(&out, kTableApplied, EncodeTableApplied(it));
  for (const auto& [table, sequence] : edit.truncated) {
    AppendField(&out, kTableTruncated, Varint(table) + Varint(sequence));
  }
  return out;
}

Result<VersionEdit> DecodeEdit(std::string_view bytes) {
  VersionEdit edit;
  FieldReader fields(bytes);
  while (!fields.empty()) {
    STRATA_TRY_ASSIGN(const FieldReader::Field field, fields.Next());
    STRATA_TRY(Annotate(
        DecodeField(field, &edit),
        "field " + std::to_string(field.tag) + " at offset " + std::to_string(field.offset)));
  }
  return edit;
}

}  // namespace strata
