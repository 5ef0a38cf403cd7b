// A keyspace for reads: what is written, as of now.
//
// Thread safety: none.

#pragma once

#include <optional>
#include <utility>

#include "server/keyspace.h"
#include "strata/db.h"

namespace strata::server {

class ReadOnly final : public Keyspace {
 public:
  enum class MayWait : std::uint8_t { kNo, kYes };  // For the disk.

  ReadOnly(DB& db, std::uint64_t now_us, MayWait may_wait)
      : db_(db), now_us_(now_us), may_wait_(may_wait) {}

  // From now on changes are answered with `reason`. Without, there must be none.
  void Refuse(Error reason) { reason_.emplace(std::move(reason)); }

  std::uint64_t now_us() const override { return now_us_; }
  Result<std::optional<Entry>> Get(TableRef table, std::string_view key) override;
  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override;
  Status Put(TableRef table, std::string_view key, std::string_view value,
             std::uint64_t expires_at_us) override;
  Status Delete(TableRef table, std::string_view key) override;
  Status Commit() override;

 private:
  Status Refusal() const;

  DB& db_;
  const std::uint64_t now_us_;
  const MayWait may_wait_;
  std::optional<Error> reason_;
};

}  // namespace strata::server
