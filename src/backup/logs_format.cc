#include <algorithm>
#include <charconv>
#include <ranges>

#include "backup/format.h"
#include "backup/sealed.h"
#include "base/crc32c.h"
#include "wal/batch_format.h"

namespace strata::backup {
namespace {

constexpr std::string_view kMagic = "STRATLGS";
constexpr std::size_t kDigits = 20;

enum Tag : std::uint8_t { kStore = 1, kTime = 3, kRange = 5, kRecord = 7, kTables = 9 };

std::string Padded(SequenceNumber sequence) {
  const std::string digits = std::to_string(sequence);
  return std::string(kDigits - digits.size(), '0') + digits;
}

int HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

Status ReadRecord(std::string_view contents, Logs* logs) {
  ByteReader reader(contents);
  const auto first = reader.ReadVarint64();
  if (!first) return Corruption("a record is cut short");
  logs->records.push_back({*first, std::string(reader.rest())});
  return {};
}

Result<bool> ReadField(const FieldReader::Field& field, Logs* logs) {
  FileId& id = logs->name.store_id;
  Status read;
  if (field.tag == kStore) {
    if (field.contents.size() != id.size()) return Corruption("a store's id that can't be");
    std::copy(field.contents.begin(), field.contents.end(), id.begin());
  } else if (field.tag == kTime) {
    read = ReadVarints(field.contents, {&logs->time_us});
  } else if (field.tag == kRange) {
    read = ReadVarints(field.contents, {&logs->name.first, &logs->name.last});
  } else if (field.tag == kTables) {
    std::uint64_t tables = 0;
    read = ReadVarints(field.contents, {&tables});
    logs->tables = static_cast<std::uint32_t>(tables);
  } else if (field.tag == kRecord) {
    read = ReadRecord(field.contents, logs);
  } else {
    return false;
  }
  STRATA_TRY(std::move(read));
  return true;
}

Status CheckRecords(const Logs& logs) {
  SequenceNumber next = logs.name.first;
  for (const LoggedRecord& record : logs.records) {
    if (record.first != next)
      return Corruption("writes are missing before " + std::to_string(record.first));
    STRATA_TRY_ASSIGN(const std::uint64_t count, CountEntries(record.payload));
    next += count;
  }
  if (next != logs.name.last + 1) return Corruption("it ends at " + std::to_string(next - 1));
  return {};
}

}  // namespace

Result<std::uint64_t> CountEntries(std::string_view payload) {
  std::uint64_t count = 0;
  STRATA_TRY(wal::ForEachEntry(payload, 1, [&](const wal::BatchEntry&) -> Status {
    ++count;
    return {};
  }));
  return count;
}

std::uint32_t ChecksumOfTables(const ManifestState& state) {
  std::uint32_t crc = 0;
  for (NamedTable table : std::views::values(state.named)) {
    table.applied = {};
    crc = ExtendCrc32c(crc, EncodeNamedTable(table));
  }
  for (const auto& [id, sequence] : state.truncated) {
    crc = ExtendCrc32c(crc, Varints({id, sequence}));
  }
  return crc;
}

std::string LogsName::ObjectName() const {
  return std::string(kLogsPrefix) + ToHex({store_id.data(), store_id.size()}) + "-" +
         Padded(first) + "-" + Padded(last);
}

std::optional<LogsName> LogsName::Parse(std::string_view name) {
  LogsName parsed;
  const std::size_t id_end = kLogsPrefix.size() + 2 * parsed.store_id.size();
  if (name.size() != id_end + 2 * (1 + kDigits) || !name.starts_with(kLogsPrefix)) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < parsed.store_id.size(); ++i) {
    const std::string_view pair = name.substr(kLogsPrefix.size() + 2 * i, 2);
    parsed.store_id[i] = static_cast<char>(HexDigit(pair[0]) * 16 + HexDigit(pair[1]));
  }
  const auto read = [&](std::size_t at, SequenceNumber* sequence) {
    std::from_chars(name.data() + at, name.data() + at + kDigits, *sequence);
  };
  read(id_end + 1, &parsed.first);
  read(id_end + 1 + kDigits + 1, &parsed.last);
  if (parsed.ObjectName() != name) return std::nullopt;
  return parsed;
}

std::string EncodeLogs(const Logs& logs) {
  std::string fields;
  AppendField(&fields, kStore, {logs.name.store_id.data(), logs.name.store_id.size()});
  AppendField(&fields, kTime, Varints({logs.time_us}));
  AppendField(&fields, kRange, Varints({logs.name.first, logs.name.last}));
  AppendField(&fields, kTables, Varints({logs.tables}));
  for (const LoggedRecord& record : logs.records) {
    AppendField(&fields, kRecord, Varints({record.first}) + record.payload);
  }
  return Seal(kMagic, fields);
}

Result<Logs> DecodeLogs(std::string_view bytes) {
  Logs logs;
  STRATA_TRY(Unseal(kMagic, bytes,
                    [&](const FieldReader::Field& field) { return ReadField(field, &logs); }));
  STRATA_TRY(CheckRecords(logs));
  return logs;
}

}  // namespace strata::backup
