#include "sst/table_properties.h"

#include <algorithm>
#include <charconv>

#include "base/coding.h"
#include "sst/compression.h"

namespace strata::sst {
namespace {

// Null when the name isn't there.
const std::string* FindProperty(const TableProperties& properties, std::string_view name) {
  for (const auto& [key, value] : properties) {
    if (key == name) return &value;
  }
  return nullptr;
}

Status ReadNumber(const TableProperties& properties, std::string_view name, std::uint64_t* out) {
  const std::string* text = FindProperty(properties, name);
  if (text != nullptr) {
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, *out);
    if (error == std::errc() && stop == end) return {};
  }
  return Corruption("property '" + std::string(name) + "' is missing or no number");
}

Status ReadKey(const TableProperties& properties, std::string_view name, std::string* out) {
  const std::string* bytes = FindProperty(properties, name);
  if (bytes == nullptr || !IsWellFormedInternalKey(*bytes)) {
    return Corruption("property '" + std::string(name) + "' is missing or no key");
  }
  *out = *bytes;
  return {};
}

}  // namespace

TableProperties MakeProperties(const TableSummary& summary, const TableOptions& options) {
  TableProperties properties = {
      {"block_bytes", std::to_string(options.block_bytes)},
      {"data_blocks", std::to_string(summary.data_blocks)},
      {"data_bytes", std::to_string(summary.data_bytes)},
      {"deletes", std::to_string(summary.deletes)},
      {"entries", std::to_string(summary.entries)},
      {"largest", summary.largest},
      {"raw_bytes", std::to_string(summary.raw_bytes)},
      {"restart_interval", std::to_string(options.restart_interval)},
      {"sequence_max", std::to_string(summary.sequence_max)},
      {"sequence_min", std::to_string(summary.sequence_min)},
      {"smallest", summary.smallest},
  };
  if (options.filter_bits_per_key > 0) {
    properties.emplace_back("filter_bits_per_key", std::to_string(options.filter_bits_per_key));
  }
  if (options.compression != Compression::kNone) {
    properties.emplace_back("compression", CompressionName(options.compression));
  }
  if (options.hash_index) properties.emplace_back("hash_index", "yes");
  if (options.named_table != 0) {
    properties.emplace_back("named_table", std::to_string(options.named_table));
  }
  std::sort(properties.begin(), properties.end());
  return properties;
}

Result<BlobUses> BlobUsesOf(const TableProperties& properties) {
  const std::string* bytes = FindProperty(properties, "blobs");
  return BlobUses::Decode(bytes == nullptr ? std::string_view() : *bytes);
}

Result<std::uint32_t> NamedTableOf(const TableProperties& properties) {
  if (FindProperty(properties, "named_table") == nullptr) return std::uint32_t{0};
  std::uint64_t id = 0;
  STRATA_TRY(ReadNumber(properties, "named_table", &id));
  if (id > UINT32_MAX) return Corruption("property 'named_table' is no table's id");
  return static_cast<std::uint32_t>(id);
}

std::string EncodeProperties(const TableProperties& properties) {
  std::string out;
  for (const auto& [name, value] : properties) {
    AppendLengthPrefixed(&out, name);
    AppendLengthPrefixed(&out, value);
  }
  return out;
}

Result<TableProperties> DecodeProperties(std::string_view bytes) {
  TableProperties properties;
  ByteReader reader(bytes);
  while (!reader.empty()) {
    const auto name = reader.ReadLengthPrefixed();
    const auto value = reader.ReadLengthPrefixed();
    if (!name || !value || (!properties.empty() && properties.back().first >= *name)) {
      return Corruption("the properties are damaged at byte " + std::to_string(reader.offset()));
    }
    properties.emplace_back(*name, *value);
  }
  return properties;
}

Result<TableSummary> SummaryOf(const TableProperties& properties) {
  TableSummary summary;
  STRATA_TRY(ReadKey(properties, "smallest", &summary.smallest));
  STRATA_TRY(ReadKey(properties, "largest", &summary.largest));
  STRATA_TRY(ReadNumber(properties, "sequence_min", &summary.sequence_min));
  STRATA_TRY(ReadNumber(properties, "sequence_max", &summary.sequence_max));
  STRATA_TRY(ReadNumber(properties, "entries", &summary.entries));
  STRATA_TRY(ReadNumber(properties, "deletes", &summary.deletes));
  STRATA_TRY(ReadNumber(properties, "raw_bytes", &summary.raw_bytes));
  STRATA_TRY(ReadNumber(properties, "data_blocks", &summary.data_blocks));
  STRATA_TRY(ReadNumber(properties, "data_bytes", &summary.data_bytes));
  STRATA_TRY_ASSIGN(const BlobUses uses, BlobUsesOf(properties));
  summary.blobs = uses.Summary();
  return summary;
}

}  // namespace strata::sst
