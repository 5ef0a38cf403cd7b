#include "api/service.h"

#include <google/protobuf/stubs/logging.h>
#include <utility>

#include "api/methods.h"
#include "grpc/error_details.h"

namespace strata::api {
namespace {

constexpr std::string_view kOurPrefix = "strata.";
constexpr std::string_view kWriteIdsName = "strata.writes";

}  // namespace

int WaitersFor(const ServiceOptions& options) {
  constexpr int kBeside = 4;
  return static_cast<int>(options.transactions_max) + kBeside;
}

Service::Service(DB& db, const Environment& environment, const ServiceOptions& options)
    : db_(db),
      environment_(environment),
      snapshots_("snapshot", options.snapshots_max, environment.entropy()),
      transactions_("transaction", options.transactions_max, environment.entropy()),
      changes_(options.watch_bytes, db.GetSnapshot()->sequence()),
      reply_bytes_max_(options.reply_bytes_max),
      backup_directory_(options.backup_directory) {}

void Service::OnWritten(const WriteBatch& batch, std::uint64_t version) {
  changes_.Add(batch, version);
}

void Service::OnTick() {
  const std::uint64_t now_us = NowUs();
  snapshots_.Sweep(now_us);
  transactions_.Sweep(now_us);
}

Result<TableRef> Service::Table(const std::string& name) const {
  if (name.empty() || name == kDefaultTableName) return kDefaultTable;
  return db_.FindTable(name);
}

Status Service::CheckNotOurs(std::string_view name) {
  if (!name.starts_with(kOurPrefix)) return {};
  return InvalidArgument("the table " + std::string(name) +
                         " is the server's own: names that begin with \"" +
                         std::string(kOurPrefix) + "\" can be read, and not changed");
}

bool Service::HasReached(std::uint64_t sequence, std::optional<grpc::CallStatus>* refusal) const {
  if (sequence <= changes_.last()) return true;
  const std::string last = std::to_string(changes_.last());
  *refusal =
      grpc::StatusOf(grpc::Code::kFailedPrecondition,
                     "the store is at sequence " + last + ", and " + std::to_string(sequence) +
                         " was asked for: what was written in between is lost, or "
                         "this is another store",
                     "BEHIND", {{"sequence", last}});
  return false;
}

Result<TableRef> Service::WriteIds() {
  const std::uint64_t known = write_ids_.load(std::memory_order_relaxed);
  if (known != kNoTable) return TableRef{static_cast<std::uint32_t>(known)};
  auto found = db_.FindTable(kWriteIdsName);
  if (!found) found = db_.CreateTable(kWriteIdsName, {});
  STRATA_TRY_ASSIGN(const TableRef table, std::move(found));
  write_ids_.store(table.id, std::memory_order_relaxed);
  return table;
}

Result<Service::HeldSnapshot> Service::SnapshotOf(std::uint64_t id) {
  if (id == 0) return HeldSnapshot();
  STRATA_TRY_ASSIGN(const auto held, snapshots_.Share(id, NowUs()));
  return held;
}

grpc::MethodTable MethodsOf(Service& service) {
  // What clients send wrong is told to them, not to the log.
  google::protobuf::SetLogHandler(nullptr);
  grpc::MethodTable methods;
  AddKeyMethods(service, &methods);
  AddWriteMethods(service, &methods);
  AddScanMethods(service, &methods);
  AddSnapshotMethods(service, &methods);
  AddTransactionMethods(service, &methods);
  AddTableMethods(service, &methods);
  AddWatchMethods(service, &methods);
  AddAdminMethods(service, &methods);
  AddBackupMethods(service, &methods);
  AddHealthMethods(service, &methods);
  AddReflectionMethods(&methods);
  return methods;
}

}  // namespace strata::api
