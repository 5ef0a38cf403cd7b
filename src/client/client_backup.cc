// Backups that a server makes: what strata/client.h offers of them.

#include "client/calls.h"
#include "strata/client.h"

namespace strata {

Result<BackupInfo> Client::Backup(const BackupOptions& options, std::uint64_t timeout_us) {
  v1::BackupRequest request;
  request.set_name(options.name);
  request.set_check(options.check);
  STRATA_TRY_ASSIGN(const auto made, client::MessageIn<v1::BackupResponse>(core_->Ask(
                                         {.path = "/strata.v1.Admin/Backup",
                                          .kind = client::CallKind::kOnce,
                                          .message = request.SerializeAsString(),
                                          .timeout_us = client::LongUnless(timeout_us)})));
  return BackupInfo{.number = made.number(),
                    .name = options.name,
                    .time_us = made.time_us(),
                    .sequence = made.sequence(),
                    .files = made.files(),
                    .bytes = made.bytes(),
                    .copied_files = made.copied_files(),
                    .copied_bytes = made.copied_bytes(),
                    .damage = ""};
}

}  // namespace strata
