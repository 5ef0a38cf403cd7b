// Backups that a server is asked for.

#include "client/calls.h"
#include "strata/client.h"

namespace strata {

Result<BackupInfo> Client::Backup(const BackupOptions& options, std::uint64_t timeout_us) {
  v1::BackupRequest request;
  request.set_name(options.name);
  request.set_logs(options.logs);
  request.set_check(options.check);
  STRATA_TRY_ASSIGN(const auto made, client::MessageIn<v1::BackupResponse>(core_->Ask(
                                         {.path = "/strata.v1.Admin/Backup",
                                          .kind = client::CallKind::kOnce,
                                          .message = request.SerializeAsString(),
                                          .timeout_us = client::LongUnless(timeout_us)})));
  BackupInfo info;
  info.number = made.number();
  info.name = made.name();
  info.time_us = made.time_us();
  info.sequence = made.sequence();
  info.files = made.files();
  info.bytes = made.bytes();
  info.new_files = made.new_files();
  info.new_bytes = made.new_bytes();
  return info;
}

}  // namespace strata
