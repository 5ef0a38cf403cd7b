// Admin.Backup: a client asks for a moment to be kept, and never says where.

#include "api/methods.h"

namespace strata::api {
namespace {

Status Backup(Service& service, const v1::BackupRequest& request, v1::BackupResponse* reply) {
  if (service.backup_directory().empty()) {
    return InvalidArgument("this server has no place for backups: start it with --backup-dir DIR");
  }
  const BackupOptions options{
      .name = request.name(), .logs = request.logs(), .check = request.check()};
  STRATA_TRY_ASSIGN(const BackupInfo made,
                    service.db().Backup(service.backup_directory(), options));
  reply->set_number(made.number);
  reply->set_name(made.name);
  reply->set_time_us(made.time_us);
  reply->set_sequence(made.sequence);
  reply->set_files(made.files);
  reply->set_bytes(made.bytes);
  reply->set_new_files(made.new_files);
  reply->set_new_bytes(made.new_bytes);
  return {};
}

}  // namespace

void AddBackupMethods(Service& service, grpc::MethodTable* methods) {
  (*methods)["/strata.v1.Admin/Backup"] = {
      .route = grpc::Route::kLock,
      .function = Typed<v1::BackupRequest, v1::BackupResponse>(
          [&service](grpc::Call& /*call*/, const auto& request, auto* reply) {
            return Backup(service, request, reply);
          })};
}

}  // namespace strata::api
