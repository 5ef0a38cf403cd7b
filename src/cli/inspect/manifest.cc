#include "version/manifest.h"

#include "cli/inspect/inspect.h"
#include "cli/inspect/log.h"

namespace strata::cli {
namespace {

// What one field of the properties record says; see version/manifest_format.h.
std::string PropertyMeaning(const FieldReader::Field& field) {
  switch (field.tag) {
    case 1:
      return "format version " +
             std::to_string(ByteReader(field.contents).ReadVarint64().value_or(0));
    case 3:
      return "the store's id";
    case 5:
      return "an empty value is a delete";
    case 7:
      return "feature " + Quoted(field.contents);
    default:
      return "unknown";
  }
}

// An edit of this field alone, in words.
std::string EditMeaning(std::string_view field) {
  const Result<VersionEdit> edit = DecodeEdit(field);
  if (!edit) return edit.error().message();
  std::string text = DescribeEdit(*edit);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

Status DumpFields(const wal::Record& record, bool is_properties, FieldDump& dump) {
  FieldReader reader(record.payload);
  std::uint64_t offset = 0;
  while (!reader.empty()) {
    STRATA_TRY_ASSIGN(const FieldReader::Field field, reader.Next());
    const auto end = static_cast<std::uint64_t>(field.contents.data() + field.contents.size() -
                                                record.payload.data());
    const std::string_view bytes = record.payload.substr(offset, end - offset);
    dump.Add(record.offset + wal::kHeaderSize + offset, bytes, "tag " + std::to_string(field.tag),
             is_properties ? PropertyMeaning(field) : EditMeaning(bytes));
    offset = end;
  }
  return {};
}

}  // namespace

Inspection InspectManifest(std::string_view contents, std::uint64_t limit) {
  bool properties_due = true;  // The first record after the start.
  return InspectLog(contents, limit,
                    [&properties_due](const wal::Record& record, FieldDump& dump) -> Status {
                      if (record.type != wal::RecordType::kEdit) return {};
                      const bool is_properties = properties_due;
                      properties_due = false;
                      return DumpFields(record, is_properties, dump);
                    });
}

}  // namespace strata::cli
