// Admin.Backup: a backup where the server was told to keep them. A client names the backup, and no
// place.

#include "strata/backup.h"

#include "api/methods.h"

namespace strata::api {
namespace {

Status Backup(Service& service, const v1::BackupRequest& request, v1::BackupResponse* reply) {
  if (service.backup_directory().empty()) {
    return InvalidArgument("this server keeps no backups: start it with --backup-dir DIR");
  }
  STRATA_TRY_ASSIGN(const BackupInfo made,
                    BackUp(service.db(), service.backup_directory(),
                           {.name = request.name(), .check = request.check()}));
  reply->set_number(made.number);
  reply->set_time_us(made.time_us);
  reply->set_sequence(made.sequence);
  reply->set_files(made.files);
  reply->set_bytes(made.bytes);
  reply->set_copied_files(made.copied_files);
  reply->set_copied_bytes(made.copied_bytes);
  return {};
}

}  // namespace

void AddBackupMethods(Service& service, grpc::MethodTable* methods) {
  (*methods)["/strata.v1.Admin/Backup"] = {
      .route = grpc::Route::kLock,
      .function = Typed<v1::BackupRequest, v1::BackupResponse>(
          [&service](grpc::Call& /*call*/, const v1::BackupRequest& request,
                     v1::BackupResponse* reply) { return Backup(service, request, reply); })};
}

}  // namespace strata::api
