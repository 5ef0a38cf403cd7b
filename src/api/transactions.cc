// Transactions: over many calls, as one.

#include <algorithm>

#include "api/methods.h"
#include "base/check.h"
#include "grpc/login.h"

namespace strata::api {
namespace {

constexpr std::size_t kPageBytes = 256 << 10;
// Longer waits for a lock would outlive leases, and hold up the end of the server.
constexpr std::uint32_t kLockTimeoutMsMax = 10'000;

// Whose it is: nobody else may use it, or end it.
const std::string& OwnerOf(const grpc::Call& call) {
  return call.caller->seat.identity.user;
}

Status Begin(Service& service, const grpc::Call& call, const v1::BeginRequest& request,
             v1::BeginResponse* reply) {
  TransactionOptions options;
  if (request.concurrency() == v1::BeginRequest::PESSIMISTIC) {
    options.concurrency = Concurrency::kPessimistic;
  }
  if (request.isolation() == v1::BeginRequest::SNAPSHOT) options.isolation = Isolation::kSnapshot;
  if (request.isolation() == v1::BeginRequest::READ_COMMITTED) {
    options.isolation = Isolation::kReadCommitted;
  }
  if (request.has_lock_timeout_ms()) {
    options.lock_timeout_ms = std::min(request.lock_timeout_ms(), kLockTimeoutMsMax);
  }
  STRATA_TRY_ASSIGN(auto begun, service.db().Begin(options));
  STRATA_TRY_ASSIGN(const auto granted,
                    service.transactions().Add(std::make_unique<OpenTransaction>(std::move(begun)),
                                               request.lease_us(), service.NowUs(), OwnerOf(call)));
  reply->set_transaction(granted.id);
  reply->set_lease_us(granted.lease_us);
  return {};
}

Status Get(Service& service, OpenTransaction& open, const v1::TransactionGetRequest& request,
           v1::GetResponse* reply) {
  STRATA_TRY_ASSIGN(const TableRef table, service.Table(request.table()));
  std::string value;
  Transaction& transaction = open.transaction();
  STRATA_TRY_ASSIGN(const bool found,
                    request.for_update()
                        ? transaction.GetForUpdate(request.key(), &value, {.table = table})
                        : transaction.Get(request.key(), &value, {.table = table}));
  if (found) reply->mutable_entry()->set_value(std::move(value));
  return {};
}

Status Scan(Service& service, OpenTransaction& open, const v1::TransactionScanRequest& request,
            v1::ScanResponse* reply) {
  const v1::ScanRequest& scan = request.scan();
  STRATA_TRY_ASSIGN(const ReadOptions options, ReadOptionsOf(service, scan));
  STRATA_TRY_ASSIGN(const auto cursor, open.transaction().NewIterator(options));
  STRATA_TRY(scan.reverse() ? cursor->SeekToLast() : cursor->SeekToFirst());
  std::uint64_t left = scan.limit();
  STRATA_TRY_ASSIGN(const bool more, TakeEntries(scan, cursor.get(), kPageBytes, &left, reply));
  if (!more || !reply->next_page_token().empty()) return {};
  reply->set_next_page_token('a' + reply->entries(reply->entries_size() - 1).key());
  return {};
}

Status Write(Service& service, OpenTransaction& open, const v1::TransactionWriteRequest& request) {
  auth::Needs needs;
  List(request, &needs);
  open.needs().AddCopies(needs);
  for (const v1::Change& change : request.changes()) {
    STRATA_TRY_ASSIGN(KeyChange made, ChangeOf(service, change, service.WallUs()));
    STRATA_TRY(open.Write(std::move(made)));
  }
  return {};
}

// Rules may have changed since it wrote. False: the call is refused, and the transaction is over.
bool StillMay(grpc::Call& call, OpenTransaction& open) {
  if (open.needs().list().empty()) return true;
  auth::Refusal refusal;
  const bool may = call.caller->authority->StillMay(&call.caller->seat, "Transactions/Commit",
                                                    open.needs(), &refusal);
  if (!may) call.refusal = grpc::StatusOf(refusal);
  return may;
}

// Its write's id goes into the store with what it wrote; see WasWritten.
Status Commit(Service& service, grpc::Call& call, const v1::CommitRequest& request,
              v1::WriteResponse* reply) {
  server::Keyspace& keyspace = call.keyspace;
  STRATA_TRY_ASSIGN(const bool was_written,
                    WasWritten(service, keyspace, request.write_id(), reply));
  if (was_written) return {};
  STRATA_TRY(keyspace.Commit());  // What others drafted comes before it.
  STRATA_TRY_ASSIGN(auto open, service.transactions().Take(request.transaction(), service.NowUs(),
                                                           OwnerOf(call)));
  if (!StillMay(call, *open)) {
    open.Finish();
    return {};
  }
  if (!request.write_id().empty()) {
    STRATA_TRY_ASSIGN(const TableRef ids, service.WriteIds());
    const EntryOptions options{.table = ids, .expires_at_us = keyspace.now_us() + kWriteIdUs};
    STRATA_TRY(open->transaction().Put(request.write_id(), "", options));
  }
  const WriteBatch changes = open->Changes();
  const auto version = open->transaction().Commit();
  open.Finish();
  STRATA_TRY(version);
  if (*version != 0) {
    service.changes().Add(changes, *version, ChangeFeed::Sequences::kTogether);
  }
  reply->set_sequence(*version);
  return {};
}

// A method that uses an open transaction; it may wait for a lock.
template <typename Request, typename Reply, typename F>
grpc::Method WithTransaction(Service& service, grpc::Access access, F function) {
  return {.access = std::move(access),
          .route = grpc::Route::kLock,
          .function = Typed<Request, Reply>([&service, function](const grpc::Call& call,
                                                                 const Request& request,
                                                                 Reply* reply) -> Status {
            STRATA_TRY_ASSIGN(
                auto open,
                service.transactions().Take(request.transaction(), service.NowUs(), OwnerOf(call)));
            return function(*open, request, reply);
          })};
}

void AddSavepointMethods(Service& service, grpc::MethodTable* methods) {
  const auto add = [&](const std::string& name, auto function) {
    (*methods)["/strata.v1.Transactions/" + name] =
        WithTransaction<v1::SavepointRequest, v1::SavepointResponse>(
            service, grpc::Access::AnyUser(),
            [function](OpenTransaction& open, const auto& /*request*/, auto* /*reply*/) {
              return function(open);
            });
  };
  add("SetSavepoint", [](OpenTransaction& open) -> Status {
    open.SetSavepoint();
    return {};
  });
  add("RollbackToSavepoint", [](OpenTransaction& open) { return open.RollbackToSavepoint(); });
  add("PopSavepoint", [](OpenTransaction& open) { return open.PopSavepoint(); });
}

}  // namespace

void AddTransactionMethods(Service& service, grpc::MethodTable* methods) {
  const std::string prefix = "/strata.v1.Transactions/";
  (*methods)[prefix + "Begin"] = {
      .access = grpc::Access::AnyUser(),
      .function = Typed<v1::BeginRequest, v1::BeginResponse>(
          [&service](const grpc::Call& call, const auto& request, auto* reply) {
            return Begin(service, call, request, reply);
          })};
  (*methods)[prefix + "Renew"] = {
      .access = grpc::Access::AnyUser(),
      .function = Typed<v1::RenewRequest, v1::RenewResponse>(
          [&service](const grpc::Call& call, const auto& request, auto* reply) -> Status {
            STRATA_TRY_ASSIGN(
                const std::uint64_t lease_us,
                service.transactions().Renew(request.id(), service.NowUs(), OwnerOf(call)));
            reply->set_lease_us(lease_us);
            return {};
          })};
  (*methods)[prefix + "Get"] = WithTransaction<v1::TransactionGetRequest, v1::GetResponse>(
      service, Needing<v1::TransactionGetRequest>(),
      [&service](OpenTransaction& open, const auto& request, auto* reply) {
        return Get(service, open, request, reply);
      });
  (*methods)[prefix + "Scan"] = WithTransaction<v1::TransactionScanRequest, v1::ScanResponse>(
      service, Needing<v1::TransactionScanRequest>(),
      [&service](OpenTransaction& open, const auto& request, auto* reply) {
        return Scan(service, open, request, reply);
      });
  (*methods)[prefix + "Write"] =
      WithTransaction<v1::TransactionWriteRequest, v1::TransactionWriteResponse>(
          service, Needing<v1::TransactionWriteRequest>(),
          [&service](OpenTransaction& open, const auto& request, auto* /*reply*/) {
            return Write(service, open, request);
          });
  AddSavepointMethods(service, methods);
  (*methods)[prefix + "Commit"] = {
      .access = grpc::Access::AnyUser(),
      .route = grpc::Route::kCommit,
      .function = Typed<v1::CommitRequest, v1::WriteResponse>(
          [&service](grpc::Call& call, const auto& request, auto* reply) {
            return Commit(service, call, request, reply);
          })};
  (*methods)[prefix + "Rollback"] = {
      .access = grpc::Access::AnyUser(),
      .function = Typed<v1::RollbackRequest, v1::RollbackResponse>(
          [&service](const grpc::Call& call, const auto& request, auto* /*reply*/) -> Status {
            service.transactions().Close(request.transaction(), OwnerOf(call));
            return {};
          })};
}

}  // namespace strata::api
