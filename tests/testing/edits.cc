#include "testing/edits.h"

namespace strata::testing {

TableMeta SomeTable(FileNumber number, RunPosition position, std::string_view smallest,
                    std::string_view largest) {
  TableMeta table;
  table.number = number;
  table.position = position;
  table.size_bytes = 4096 + number;
  for (std::size_t i = 0; i < table.file_id.size(); ++i) {
    table.file_id[i] = static_cast<char>(0xa0 + i);
  }
  table.footer_checksum = 0x0c0ffee0;
  table.smallest = MakeInternalKey(smallest, 9, EntryKind::kValue);
  table.largest = MakeInternalKey(largest, 5, EntryKind::kDelete);
  table.sequence_min = 5;
  table.sequence_max = 9;
  table.entries = 300;
  table.deletes = 2;
  table.raw_bytes = 8000;
  table.write_time_min_us = 1'000'000;
  table.write_time_max_us = 1'000'500;
  return table;
}

namespace {

TableMeta RandomTable(Random& random) {
  std::string low = random.Bytes(random.Uniform(41));
  std::string high = random.Bytes(random.Uniform(41));
  if (high < low) std::swap(low, high);
  TableMeta table = SomeTable(
      random.Between(1, kFileNumberMax),
      {static_cast<std::uint32_t>(random.Uniform(kLevelMax + 1)), random.Next()}, low, high);
  table.size_bytes = random.Next();
  table.footer_checksum = static_cast<std::uint32_t>(random.Next());
  random.Bytes(table.file_id.size()).copy(table.file_id.data(), table.file_id.size());
  table.sequence_max = random.Uniform(kSequenceMax + 1);
  table.sequence_min = random.Uniform(table.sequence_max + 1);
  table.entries = random.Between(1, UINT64_MAX - 1);
  table.deletes = random.Uniform(table.entries + 1);
  table.raw_bytes = random.Next() >> random.Uniform(64);
  table.write_time_min_us = random.Next() >> random.Uniform(64);
  table.write_time_max_us = random.Next() >> random.Uniform(64);
  return table;
}

}  // namespace

VersionEdit RandomEdit(Random& random) {
  VersionEdit edit;
  for (std::uint64_t i = random.Uniform(4); i > 0; --i) edit.added.push_back(RandomTable(random));
  for (std::uint64_t i = random.Uniform(4); i > 0; --i) {
    edit.removed.push_back(random.Next() >> random.Uniform(64));
  }
  for (std::uint64_t i = random.Uniform(3); i > 0; --i) {
    edit.sealed_logs.push_back({random.Next() >> random.Uniform(64), random.Next()});
  }
  if (random.OneIn(2)) edit.oldest_log = random.Uniform(kFileNumberMax);
  if (random.OneIn(2)) edit.next_file = random.Uniform(kFileNumberMax);
  if (random.OneIn(2)) edit.last_sequence = random.Uniform(kSequenceMax);
  return edit;
}

}  // namespace strata::testing
