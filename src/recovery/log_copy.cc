#include "recovery/log_copy.h"

#include <span>

namespace strata {

void LogCopy::Add(SequenceNumber first, std::string_view entries, std::uint64_t bytes_max) {
  if (!whole_) return;
  bytes_ += entries.size();
  if (bytes_ > bytes_max) return GiveUp();
  records_.push_back({first, std::string(entries)});
}

void LogCopy::GiveUp() {
  whole_ = false;
  records_ = {};
}

Status LogCopy::WriteTo(Journal& journal) const {
  for (const Record& record : records_) {
    const std::string_view entries = record.entries;
    STRATA_TRY(journal.Append(record.first, std::span(&entries, 1)));
  }
  return journal.Sync();
}

}  // namespace strata
