// A transaction of a client: steps at one server, under a lease.
//
// Thread safety: one thread at a time.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "client/held.h"
#include "client/pages.h"

namespace strata::client {

class HeldTransaction final : public ClientTransaction {
 public:
  static Result<std::unique_ptr<HeldTransaction>> Begin(const std::shared_ptr<Core>& core,
                                                        const TransactionOptions& options);

  Result<std::optional<Entry>> Get(std::string_view key, std::string_view table) override;
  Result<std::optional<Entry>> GetForUpdate(std::string_view key, std::string_view table) override;
  using ClientTransaction::Put;
  Status Put(std::string_view key, std::string_view value, const ClientWrite& write) override;
  Status Delete(std::string_view key, std::string_view table) override;
  std::unique_ptr<ClientScan> Scan(const ClientRange& range, std::string_view table) override;
  Status SetSavepoint() override;
  Status RollbackToSavepoint() override;
  Status PopSavepoint() override;
  WriteResult Commit() override;
  Status Rollback() override;

  // It must outlive them.
  std::unique_ptr<Pages> NewPages(std::string_view table);

 private:
  friend class TransactionPages;

  HeldTransaction(std::shared_ptr<Core> core, const Held::Lease& lease)
      : held_(std::move(core), kTransactionPaths, lease) {}

  // A step that isn't repeated when nobody knows whether it was carried out: then all is over.
  Result<Answer> Step(std::string_view path, std::string message, CallKind kind);
  Result<std::optional<Entry>> Find(std::string_view key, std::string_view table, bool for_update);
  Status Change(v1::Change change);
  Status MoveSavepoint(std::string_view path);

  Held held_;
  bool wrote_ = false;
  Status over_;  // Why no step can follow.
};

}  // namespace strata::client
