#include "server/read_only.h"

#include "base/check.h"

namespace strata::server {

Result<std::optional<Entry>> ReadOnly::Get(TableRef table, std::string_view key) {
  return db_.GetEntry(key,
                      {.table = table, .may_wait = may_wait_ == MayWait::kYes, .now_us = now_us_});
}

Result<std::unique_ptr<Iterator>> ReadOnly::NewIterator(const ReadOptions& options) {
  STRATA_CHECK(may_wait_ == MayWait::kYes);
  return db_.NewIterator(options);
}

Status ReadOnly::Put(TableRef /*table*/, std::string_view /*key*/, std::string_view /*value*/,
                     std::uint64_t /*expires_at_us*/) {
  return Refusal();
}

Status ReadOnly::Delete(TableRef /*table*/, std::string_view /*key*/) {
  return Refusal();
}

Status ReadOnly::Commit() {
  return Refusal();
}

Status ReadOnly::Refusal() const {
  STRATA_CHECK(reason_.has_value());
  return *reason_;
}

}  // namespace strata::server
