#include "version/named_table.h"

#include <algorithm>
#include <array>

#include "base/coding.h"
#include "base/escape.h"
#include "version/manifest_format.h"

namespace strata {
namespace {

enum OptionTag : std::uint64_t {
  kCompaction = 2,
  kEmptyValueDeletes = 3,
  kCompression = 4,
  kTtl = 5,
  kDeleteDeadline = 7,
  kBlobThreshold = 8,
  kReplicated = 9,
  kApplied = 11,
};

void AppendNumber(std::string* out, std::uint64_t tag, std::uint64_t value) {
  std::string contents;
  AppendVarint64(&contents, value);
  AppendField(out, tag, contents);
}

Result<std::uint64_t> Number(const FieldReader::Field& field, std::uint64_t max) {
  ByteReader contents(field.contents);
  const auto value = contents.ReadVarint64();
  if (!value || !contents.empty() || *value > max) return Corruption("an option that can't be");
  return *value;
}

std::string EncodeApplied(const Applied& applied) {
  std::string out;
  AppendVarint64(&out, applied.index);
  AppendVarint64(&out, applied.now_us);
  return out;
}

// REQUIRES: nothing follows.
Result<Applied> DecodeApplied(ByteReader reader) {
  const auto index = reader.ReadVarint64();
  const auto now_us = reader.ReadVarint64();
  if (!index || !now_us || !reader.empty()) return Corruption("an applied index that can't be");
  return Applied{.index = *index, .now_us = *now_us};
}

Status DecodeOption(const FieldReader::Field& field, TableOptions* options) {
  switch (field.tag) {
    case kCompaction: {
      STRATA_TRY_ASSIGN(const auto style,
                        Number(field, static_cast<std::uint64_t>(CompactionStyle::kNone)));
      options->compaction = static_cast<CompactionStyle>(style);
      return {};
    }
    case kCompression: {
      STRATA_TRY_ASSIGN(const auto codec,
                        Number(field, static_cast<std::uint64_t>(Compression::kZstd)));
      options->compression = static_cast<Compression>(codec);
      return {};
    }
    case kEmptyValueDeletes:
      options->empty_value_deletes = true;
      return {};
    case kTtl: {
      STRATA_TRY_ASSIGN(options->ttl_us, Number(field, UINT64_MAX));
      return {};
    }
    case kDeleteDeadline: {
      STRATA_TRY_ASSIGN(options->delete_deadline_us, Number(field, UINT64_MAX));
      return {};
    }
    case kBlobThreshold: {
      STRATA_TRY_ASSIGN(options->blob_threshold, Number(field, UINT64_MAX));
      return {};
    }
    case kReplicated:
      options->replicated = true;
      return {};
    default:
      return CheckUnknownField(field, "table options");
  }
}

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

}  // namespace

Status CheckTableName(std::string_view name) {
  const auto bad = [&](std::string_view why) {
    return InvalidArgument("table name \"" + EscapeShort(name) + "\": " + std::string(why));
  };
  if (name.empty()) return bad("a name can't be empty");
  if (name.size() > kTableNameSizeMax) {
    return bad("a name has at most " + std::to_string(kTableNameSizeMax) + " characters");
  }
  if (name.front() == '.' || name.front() == '-') return bad("a name can't begin with '.' or '-'");
  const auto wrong = std::find_if_not(name.begin(), name.end(), IsNameCharacter);
  if (wrong == name.end()) return {};
  return bad("'" + EscapeShort(std::string_view(&*wrong, 1)) +
             "' isn't allowed; letters, digits, '_', '-' and '.' are");
}

std::string EncodeNamedTable(const NamedTable& table) {
  std::string out;
  AppendVarint64(&out, table.id);
  AppendLengthPrefixed(&out, table.name);
  const TableOptions& options = table.options;
  if (options.compaction) {
    AppendNumber(&out, kCompaction, static_cast<std::uint64_t>(*options.compaction));
  }
  if (options.empty_value_deletes) AppendField(&out, kEmptyValueDeletes, "");
  if (options.compression) {
    AppendNumber(&out, kCompression, static_cast<std::uint64_t>(*options.compression));
  }
  if (options.ttl_us != 0) AppendNumber(&out, kTtl, options.ttl_us);
  if (options.delete_deadline_us != 0) {
    AppendNumber(&out, kDeleteDeadline, options.delete_deadline_us);
  }
  if (options.blob_threshold) AppendNumber(&out, kBlobThreshold, *options.blob_threshold);
  if (options.replicated) {
    AppendField(&out, kReplicated, "");
    AppendField(&out, kApplied, EncodeApplied(table.applied));
  }
  return out;
}

Result<NamedTable> DecodeNamedTable(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto id = reader.ReadVarint64();
  const auto name = reader.ReadLengthPrefixed();
  if (!id || !name) return Corruption("a named table cut short");
  if (*id == 0 || *id >= UINT32_MAX || !CheckTableName(*name)) {
    return Corruption("a named table that can't be");
  }
  NamedTable table{
      .id = static_cast<std::uint32_t>(*id), .name = std::string(*name), .options = {}};
  FieldReader options(reader.rest());
  while (!options.empty()) {
    STRATA_TRY_ASSIGN(const FieldReader::Field field, options.Next());
    if (field.tag == kApplied) {
      STRATA_TRY_ASSIGN(table.applied, DecodeApplied(ByteReader(field.contents)));
      continue;
    }
    STRATA_TRY(DecodeOption(field, &table.options));
  }
  return table;
}

std::string EncodeTableApplied(const TableApplied& applied) {
  std::string out;
  AppendVarint64(&out, applied.table);
  return out + EncodeApplied(applied.at);
}

Result<TableApplied> DecodeTableApplied(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto id = reader.ReadVarint64();
  if (!id || *id == 0 || *id >= UINT32_MAX) return Corruption("a named table that can't be");
  STRATA_TRY_ASSIGN(const Applied at, DecodeApplied(ByteReader(reader.rest())));
  return TableApplied{.table = static_cast<std::uint32_t>(*id), .at = at};
}

std::string DescribeTableOptions(const TableOptions& options) {
  static constexpr std::array<std::string_view, 6> kStyles = {"leveled", "tiered", "unified",
                                                              "window",  "fifo",   "none"};
  static constexpr std::array<std::string_view, 4> kCodecs = {"none", "snappy", "lz4", "zstd"};
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (options.compaction) {
    add("compaction " + std::string(kStyles[static_cast<std::size_t>(*options.compaction)]));
  }
  if (options.compression) {
    add("compression " + std::string(kCodecs[static_cast<std::size_t>(*options.compression)]));
  }
  if (options.ttl_us != 0) add("ttl " + std::to_string(options.ttl_us) + " us");
  if (options.delete_deadline_us != 0) {
    add("delete deadline " + std::to_string(options.delete_deadline_us) + " us");
  }
  if (options.empty_value_deletes) add("empty values delete");
  if (options.blob_threshold) add("blob threshold " + std::to_string(*options.blob_threshold));
  if (options.replicated) add("replicated");
  return out;
}

}  // namespace strata
