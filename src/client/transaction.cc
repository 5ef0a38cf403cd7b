#include "client/transaction.h"

#include "client/calls.h"

namespace strata::client {

// One page at a time; the transaction is the place.
class TransactionPages final : public Pages {
 public:
  TransactionPages(HeldTransaction& transaction, std::string table)
      : transaction_(transaction), table_(std::move(table)) {}

  Result<Page> Fetch(v1::ScanRequest scan) override {
    v1::TransactionScanRequest request;
    request.set_transaction(transaction_.held_.id());
    scan.mutable_from()->set_table(table_);
    *request.mutable_scan() = std::move(scan);
    STRATA_TRY_ASSIGN(const Answer answer,
                      transaction_.Step("/strata.v1.Transactions/Scan", request.SerializeAsString(),
                                        CallKind::kRead));
    STRATA_TRY_ASSIGN(auto response, OnlyMessage<v1::ScanResponse>(answer));
    Page page{.rows = {}, .next_token = response.next_page_token()};
    for (v1::Entry& entry : *response.mutable_entries()) page.rows.push_back(RowOf(&entry));
    return page;
  }

 private:
  HeldTransaction& transaction_;
  const std::string table_;
};

// Begun twice, the first one ends with its lease.
Result<std::unique_ptr<HeldTransaction>> HeldTransaction::Begin(const std::shared_ptr<Core>& core,
                                                                const TransactionOptions& options) {
  v1::BeginRequest request;
  if (options.concurrency == Concurrency::kPessimistic) {
    request.set_concurrency(v1::BeginRequest::PESSIMISTIC);
  }
  switch (options.isolation) {
    case Isolation::kSerializable:
      request.set_isolation(v1::BeginRequest::SERIALIZABLE);
      break;
    case Isolation::kSnapshot:
      request.set_isolation(v1::BeginRequest::SNAPSHOT);
      break;
    case Isolation::kReadCommitted:
      request.set_isolation(v1::BeginRequest::READ_COMMITTED);
      break;
  }
  request.set_lock_timeout_ms(options.lock_timeout_ms);
  request.set_lease_us(core->options().lease_us);
  const Answer answer =
      core->Ask({.path = "/strata.v1.Transactions/Begin", .message = request.SerializeAsString()});
  STRATA_TRY_ASSIGN(const auto begun, MessageIn<v1::BeginResponse>(answer));
  const Held::Lease lease{begun.transaction(), begun.lease_us(), answer.endpoint};
  return std::unique_ptr<HeldTransaction>(new HeldTransaction(core, lease));
}

Result<Answer> HeldTransaction::Step(std::string_view path, std::string message, CallKind kind) {
  STRATA_TRY(over_);
  Answer answer = held_.core().Ask(
      {.path = path, .kind = kind, .message = std::move(message), .endpoint = held_.endpoint()});
  if (answer.outcome == Outcome::kDone) return answer;
  Error error = ErrorOf(answer);
  if (error.code() == ErrorCode::kDeadlock) {
    over_ = error;
  } else if (kind == CallKind::kOnce && answer.outcome == Outcome::kUnknown) {
    over_ = Error(ErrorCode::kAborted,
                  "nobody knows whether the transaction's last step was "
                  "carried out (" +
                      error.message() + "): begin again");
    return over_.error();
  }
  return error;
}

Result<std::optional<Entry>> HeldTransaction::Find(std::string_view key, std::string_view table,
                                                   bool for_update) {
  v1::TransactionGetRequest request;
  request.set_transaction(held_.id());
  request.set_key(std::string(key));
  request.set_table(std::string(table));
  request.set_for_update(for_update);
  STRATA_TRY_ASSIGN(const Answer answer, Step("/strata.v1.Transactions/Get",
                                              request.SerializeAsString(), CallKind::kRead));
  STRATA_TRY_ASSIGN(const auto response, OnlyMessage<v1::GetResponse>(answer));
  return EntryOf(response);
}

Result<std::optional<Entry>> HeldTransaction::Get(std::string_view key, std::string_view table) {
  return Find(key, table, /*for_update=*/false);
}

Result<std::optional<Entry>> HeldTransaction::GetForUpdate(std::string_view key,
                                                           std::string_view table) {
  return Find(key, table, /*for_update=*/true);
}

Status HeldTransaction::Change(v1::Change change) {
  v1::TransactionWriteRequest request;
  request.set_transaction(held_.id());
  *request.add_changes() = std::move(change);
  wrote_ = true;
  STRATA_TRY(Step("/strata.v1.Transactions/Write", request.SerializeAsString(), CallKind::kOnce));
  return {};
}

Status HeldTransaction::Put(std::string_view key, std::string_view value,
                            const ClientWrite& write) {
  return Change(ChangeOf(key, value, write));
}

Status HeldTransaction::Delete(std::string_view key, std::string_view table) {
  return Change(ChangeOf(key, std::nullopt, {.table = std::string(table)}));
}

std::unique_ptr<Pages> HeldTransaction::NewPages(std::string_view table) {
  return std::make_unique<TransactionPages>(*this, std::string(table));
}

std::unique_ptr<ClientScan> HeldTransaction::Scan(const ClientRange& range,
                                                  std::string_view table) {
  return NewScan(NewPages(table), range);
}

Status HeldTransaction::MoveSavepoint(std::string_view path) {
  v1::SavepointRequest request;
  request.set_transaction(held_.id());
  STRATA_TRY(Step(path, request.SerializeAsString(), CallKind::kOnce));
  return {};
}

Status HeldTransaction::SetSavepoint() {
  return MoveSavepoint("/strata.v1.Transactions/SetSavepoint");
}

Status HeldTransaction::RollbackToSavepoint() {
  return MoveSavepoint("/strata.v1.Transactions/RollbackToSavepoint");
}

Status HeldTransaction::PopSavepoint() {
  return MoveSavepoint("/strata.v1.Transactions/PopSavepoint");
}

// One that wrote nothing has no id: the id would be a write, and could conflict.
WriteResult HeldTransaction::Commit() {
  if (!over_) return {.outcome = Outcome::kFailed, .failed = {}, .error = over_};
  v1::CommitRequest request;
  request.set_transaction(held_.id());
  if (wrote_) request.set_write_id(held_.core().NewWriteId());
  WriteResult result = ResultOf(held_.core().Ask({.path = "/strata.v1.Transactions/Commit",
                                                  .kind = CallKind::kWrite,
                                                  .message = request.SerializeAsString(),
                                                  .endpoint = held_.endpoint()}));
  over_ = Error(ErrorCode::kAborted, "the transaction is over");
  if (result.outcome != Outcome::kUnknown) held_.Release();
  held_.core().Saw(result.sequence);
  return result;
}

Status HeldTransaction::Rollback() {
  if (!over_) return {};  // What is held there goes with this object.
  v1::RollbackRequest request;
  request.set_transaction(held_.id());
  const Answer answer = held_.core().Ask({.path = kTransactionPaths.close,
                                          .message = request.SerializeAsString(),
                                          .endpoint = held_.endpoint()});
  over_ = Error(ErrorCode::kAborted, "the transaction is over");
  if (answer.outcome != Outcome::kDone) return ErrorOf(answer);
  held_.Release();
  return {};
}

}  // namespace strata::client
