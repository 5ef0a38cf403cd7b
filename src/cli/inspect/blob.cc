#include "blob/blob_reader.h"
#include "cli/inspect/field_dump.h"
#include "cli/inspect/inspect.h"
#include "sst/compression.h"
#include "stats/counters.h"

namespace strata::cli {
namespace {

Section DumpFooter(std::string_view bytes, const blob::Footer& footer, std::uint64_t offset) {
  FieldDump dump("footer");
  FieldCursor cursor(dump, bytes, offset);
  cursor.Take(16, "file_id", "random, also in every value's checksum");
  cursor.TakeNumber<std::uint64_t>("blob");
  cursor.Take(16, "index",
              "offset " + std::to_string(footer.index.offset) + ", " +
                  std::to_string(footer.index.size) + " bytes");
  cursor.TakeNumber<std::uint64_t>("raw_bytes");
  cursor.TakeNumber<std::uint32_t>("values");
  cursor.TakeNumber<std::uint32_t>("offset_width");
  cursor.TakeHex(8, "reserved");
  cursor.TakeNumber<std::uint32_t>("version");
  cursor.Take(4, "features", footer.features == 0 ? "none" : sst::FeatureNames(footer.features));
  cursor.TakeNumber<std::uint64_t>("file_size");
  cursor.TakeHex(4, "checksum");
  cursor.TakeHex(4, "reserved");
  cursor.Take(8, "magic", Quoted(bytes.substr(bytes.size() - 8)));
  return dump.Take();
}

Status DumpBlob(std::unique_ptr<RandomAccessFile> file, const std::string& name,
                std::uint64_t limit, Report* report) {
  const std::uint64_t size = file->size();
  if (size < blob::kFooterSize) return Corruption("too short for a blob file");
  std::string scratch(blob::kFooterSize, '\0');
  STRATA_TRY_ASSIGN(const std::string_view bytes,
                    file->Read(size - scratch.size(), scratch.size(), scratch.data()));
  STRATA_TRY_ASSIGN(const blob::Footer footer, blob::DecodeFooter(bytes, size));
  report->push_back(DumpFooter(bytes, footer, size - blob::kFooterSize));
  Counters counters;
  STRATA_TRY_ASSIGN(const auto reader, blob::BlobReader::Open(std::move(file), name, counters));
  Section section{.name = "values",
                  .columns = {"ordinal", "offset", "stored", "stored_size", "size", "value"},
                  .rows = {},
                  .is_map = false};
  // Every value is read, so that damage shows; those past the limit are left out.
  const Status status = reader->VerifyAll([&](std::uint32_t ordinal, const sst::BlockHandle& place,
                                              const blob::StoredValue& stored) {
    if (section.rows.size() >= limit) return;
    const auto codec = static_cast<Compression>(stored.compression);
    const auto raw_size = blob::RawSizeOf(stored);
    section.rows.push_back(
        {Cell::Number(ordinal), Cell::Number(place.offset),
         Cell::Text(stored.compression == 0 ? "plain" : std::string(sst::CompressionName(codec))),
         Cell::Number(stored.contents.size()), Cell::Number(raw_size ? *raw_size : 0),
         stored.compression == 0 ? Cell::Text(Quoted(stored.contents)) : Cell::None()});
  });
  report->push_back(std::move(section));
  return status;
}

}  // namespace

Inspection InspectBlob(std::unique_ptr<RandomAccessFile> file, std::uint64_t limit) {
  Inspection inspection;
  inspection.status = DumpBlob(std::move(file), "blob", limit, &inspection.report);
  return inspection;
}

}  // namespace strata::cli
