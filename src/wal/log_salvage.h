// Finds every record of a log that is whole, those behind damage too, and says where records are
// missing. LogReader doesn't go past damage, and must not: what comes after may need what was lost.
// Who repairs a store takes what there is, and tells.
//
// Thread safety: none. The bytes are not trusted: nothing is allocated because of what they say.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wal/log_reader.h"

namespace strata::wal {

// Bytes that belong to no record that is whole.
struct LogGap {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // 0: all bytes are of records, but one is missing in between.
  std::string why;         // "bad checksum"

  bool operator==(const LogGap&) const = default;
};

class LogSalvage {
 public:
  // `contents` is the whole file and must outlive this. Without `sealed_length` a tail that checks
  // nowhere is one that nobody was promised, as LogReader's rule says, and no gap.
  LogSalvage(std::string_view contents, std::optional<std::uint64_t> sealed_length);

  // The next batch or edit that is whole, or nothing at the end.
  std::optional<Record> Next();

  // In the order of the file; complete once Next has returned nothing.
  const std::vector<LogGap>& gaps() const { return gaps_; }

 private:
  std::optional<Record> RecordAt(std::uint64_t at) const;
  std::uint64_t FindRecordFrom(std::uint64_t at) const;  // The file's size when there is none.
  void NoteGap(std::uint64_t end);

  const std::string_view contents_;
  const std::optional<std::uint64_t> sealed_length_;
  std::uint64_t offset_ = 0;
  std::uint64_t log_id_ = 0;    // 0: not known yet.
  std::uint32_t previous_ = 0;  // Checksum of the last record.
  bool after_gap_ = false;
  bool ended_ = false;
  std::vector<LogGap> gaps_;
};

}  // namespace strata::wal
