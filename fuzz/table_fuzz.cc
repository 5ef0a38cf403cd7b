// Any bytes as a table file: open, scan both ways, get, verify. Checksums would stop nearly every
// mutation at the door, so the harness makes the footer's fit again and reads the data blocks
// without them: what is behind has to stand on its own.
//
// Input: the file; its last byte's low bit says whether the file is mapped.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "input_file.h"
#include "iter/internal_key.h"
#include "sst/table_format.h"
#include "sst/table_reader.h"
#include "stats/counters.h"

namespace strata::sst {
namespace {

// Gives the footer, and the three blocks that it names, checksums that fit.
void Reseal(std::string* table) {
  if (table->size() < kFooterSize) return;
  char* const footer = table->data() + table->size() - kFooterSize;
  EncodeFixed(footer + 64, kFormatVersion);
  EncodeFixed(footer + 72, std::uint64_t{table->size()});
  EncodeFixed(footer + 84, std::uint32_t{0});
  std::memcpy(footer + 88, kTableMagic.data(), kTableMagic.size());
  FileId file_id;
  std::memcpy(file_id.data(), footer, file_id.size());
  for (const int field : {16, 32, 48}) {
    const BlockHandle handle{DecodeFixed<std::uint64_t>(footer + field),
                             DecodeFixed<std::uint64_t>(footer + field + 8)};
    if (!LiesBefore(handle, table->size() - kFooterSize)) continue;
    const std::string_view covered(table->data() + handle.offset, handle.size + 2);
    EncodeFixed(table->data() + handle.offset + handle.size + 2,
                BlockChecksum(covered, file_id, handle.offset));
  }
  EncodeFixed(footer + kFooterChecked, Crc32c(std::string_view(footer, kFooterChecked)));
}

template <typename Move>
void Scan(InternalIterator& cursor, Status start, Move move) {
  Status status = std::move(start);
  std::size_t bytes = 0;
  for (int steps = 0; steps < 100'000 && status.has_value() && cursor.Valid(); ++steps) {
    STRATA_CHECK(IsWellFormedInternalKey(cursor.key()));
    bytes += cursor.value().size();
    status = move();
  }
  STRATA_CHECK(bytes < (std::size_t{1} << 40));
}

void ReadAll(const TableReader& table) {
  const auto cursor = table.NewIterator({});
  Scan(*cursor, cursor->SeekToFirst(), [&] { return cursor->Next(); });
  Scan(*cursor, cursor->SeekToLast(), [&] { return cursor->Prev(); });
  const std::string middle = MakeInternalKey("m", 7, kEntryKindForSeek);
  Scan(*cursor, cursor->Seek(middle), [&] { return cursor->Prev(); });
  static_cast<void>(cursor->SeekForPrev(middle).has_value());
  std::string value;
  for (const std::string_view key : {"", "a", "key100007", "\xff"}) {
    static_cast<void>(table.Get(key, kSequenceMax, {}, &value).has_value());
  }
  static_cast<void>(table.SplitKeys(3));
  static_cast<void>(table.VerifyAll().has_value());
  static_cast<void>(table.Blocks().has_value());
}

}  // namespace
}  // namespace strata::sst

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace strata::sst;  // NOLINT(google-build-using-namespace)
  if (size == 0 || size > (std::size_t{1} << 20)) return 0;
  const bool mapped = (data[size - 1] & 1) != 0;
  std::string table(reinterpret_cast<const char*>(data), size);
  Reseal(&table);
  strata::Counters counters;
  TableReaderOptions options;
  options.verify_checksums = false;
  options.counters = &counters;
  const auto opened = TableReader::Open(
      std::make_unique<strata::InputFile>(std::move(table), mapped), "fuzz.sst", options);
  if (opened.has_value()) ReadAll(**opened);
  return 0;
}
