#include <array>

#include "cli/inspect/field_dump.h"
#include "cli/inspect/inspect.h"
#include "sst/block_io.h"
#include "sst/table_index.h"
#include "sst/table_properties.h"
#include "stats/counters.h"

namespace strata::cli {
namespace {

std::string HandleName(const sst::BlockHandle& handle) {
  if (handle.IsNone()) return "none";
  return "offset " + std::to_string(handle.offset) + ", " + std::to_string(handle.size) + " bytes";
}

Section DumpFooter(std::string_view bytes, const sst::Footer& footer, std::uint64_t offset) {
  FieldDump dump("footer");
  FieldCursor cursor(dump, bytes, offset);
  cursor.Take(16, "file_id", "random, also in every block's checksum");
  cursor.Take(16, "index", HandleName(footer.index));
  cursor.Take(16, "filter", HandleName(footer.filter));
  cursor.Take(16, "properties", HandleName(footer.properties));
  cursor.TakeNumber<std::uint32_t>("version");
  cursor.Take(4, "features", footer.features == 0 ? "none" : sst::FeatureNames(footer.features));
  cursor.TakeNumber<std::uint64_t>("file_size");
  cursor.TakeHex(4, "checksum");
  cursor.TakeHex(4, "reserved");
  cursor.Take(8, "magic", Quoted(bytes.substr(bytes.size() - 8)));
  return dump.Take();
}

class TableInspector {
 public:
  TableInspector(const RandomAccessFile& file, std::uint64_t limit) : file_(file), limit_(limit) {}

  Inspection Inspect() {
    Inspection inspection;
    inspection.status = Read();
    inspection.report = std::move(report_);
    return inspection;
  }

 private:
  Status Read() {
    if (file_.size() < sst::kFooterSize) return Corruption("too short for a table");
    const std::uint64_t offset = file_.size() - sst::kFooterSize;
    std::string scratch(sst::kFooterSize, '\0');
    STRATA_TRY_ASSIGN(const std::string_view bytes,
                      file_.Read(offset, scratch.size(), scratch.data()));
    STRATA_TRY_ASSIGN(footer_, sst::DecodeFooter(bytes, file_.size()));
    source_ = {.file = &file_, .file_id = footer_.file_id, .mapped = false, .counters = &counters_};
    report_.push_back(DumpFooter(bytes, footer_, offset));
    STRATA_TRY(DumpProperties());
    STRATA_TRY_ASSIGN(const sst::TableIndex index, ReadIndex());
    DumpIndex(index);
    return DumpEntries(index);
  }

  Status DumpProperties() {
    STRATA_TRY_ASSIGN(const sst::StoredBlock stored,
                      sst::ReadBlock(source_, footer_.properties, true));
    STRATA_TRY_ASSIGN(const sst::TableProperties properties,
                      sst::DecodeProperties(stored.contents.bytes));
    Section section = Section::Map("properties");
    for (const auto& [name, value] : properties) section.Add(name, Cell::Value(value));
    report_.push_back(std::move(section));
    return {};
  }

  Result<sst::TableIndex> ReadIndex() {
    STRATA_TRY_ASSIGN(sst::StoredBlock stored, sst::ReadBlock(source_, footer_.index, true));
    return sst::TableIndex::Decode(std::move(stored.contents), footer_.features,
                                   footer_.index.offset);
  }

  // A learned index has no keys to show, but lines; numbers_per_block is how far one goes for a
  // block.
  void DumpLearned(const sst::LearnedIndex& index) {
    Section blocks{"index", {"block", "offset", "size"}, {}, false};
    for (std::size_t i = 0; i < std::min<std::uint64_t>(index.size(), limit_); ++i) {
      blocks.rows.push_back({Cell::Number(i), Cell::Number(index.handle(i).offset),
                             Cell::Number(index.handle(i).size)});
    }
    report_.push_back(std::move(blocks));
    Section lines{"segments", {"from_block", "from_number", "numbers_per_block"}, {}, false};
    for (std::size_t i = 0; i < std::min<std::uint64_t>(index.segments().size(), limit_); ++i) {
      const sst::Segment& line = index.segments()[i];
      lines.rows.push_back({Cell::Number(line.block), Cell::Number(line.start),
                            line.slope == 0 ? Cell::None()
                                            : Cell::Real(static_cast<double>(sst::kSlopeOne) /
                                                             static_cast<double>(line.slope),
                                                         1)});
    }
    report_.push_back(std::move(lines));
  }

  void DumpIndex(const sst::TableIndex& index) {
    if (index.learned() != nullptr) return DumpLearned(*index.learned());
    Section section{"index", {"block", "offset", "size", "keys_up_to"}, {}, false};
    for (std::size_t i = 0; i < std::min<std::uint64_t>(index.size(), limit_); ++i) {
      section.rows.push_back({Cell::Number(i), Cell::Number(index.handle(i).offset),
                              Cell::Number(index.handle(i).size),
                              Cell::Text(InternalKeyName(index.key(i)))});
    }
    report_.push_back(std::move(section));
  }

  Status DumpEntries(const sst::TableIndex& index) {
    Section section{"entries", {"block", "stored", "key", "value_size", "value"}, {}, false};
    Status status;
    for (std::size_t i = 0; i < index.size() && status; ++i) status = DumpBlock(index, i, section);
    report_.push_back(std::move(section));
    return status;
  }

  // Every block is read, so that damage shows; entries past the limit are left out.
  Status DumpBlock(const sst::TableIndex& index, std::size_t i, Section& section) {
    constexpr std::array<std::string_view, 4> kCodecs{"plain", "snappy", "lz4", "zstd"};
    STRATA_TRY_ASSIGN(sst::StoredBlock stored, sst::ReadBlock(source_, index.handle(i), true));
    const std::string codec(kCodecs.at(stored.compression % kCodecs.size()));
    STRATA_TRY_ASSIGN(const sst::Block block, sst::Block::Parse(std::move(stored.contents)));
    const auto iterator = block.NewIterator();
    STRATA_TRY(iterator->SeekToFirst());
    while (iterator->Valid() && section.rows.size() < limit_) {
      section.rows.push_back(
          {Cell::Number(i), Cell::Text(codec), Cell::Text(InternalKeyName(iterator->key())),
           Cell::Number(iterator->value().size()), Cell::Text(Quoted(iterator->value()))});
      STRATA_TRY(iterator->Next());
    }
    return {};
  }

  const RandomAccessFile& file_;
  const std::uint64_t limit_;
  Counters counters_;
  sst::Footer footer_;
  sst::BlockSource source_;
  Report report_;
};

}  // namespace

Inspection InspectTable(const RandomAccessFile& file, std::uint64_t limit) {
  return TableInspector(file, limit).Inspect();
}

}  // namespace strata::cli
