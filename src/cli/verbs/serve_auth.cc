#include "cli/verbs/serve_auth.h"

namespace strata::cli {

void ServeAuth::Declare(Flags& flags) {
  flags.Text("audit-log", &log_, "DIRECTORY", "Where it is noted who did what (see `audit`)");
  flags.Size("audit-file", &file_bytes_, "A file of the audit log takes no more from here on");
  flags.Switch("audit-all", &all_, "Note every request, not only logins, refusals and care");
  flags.Switch("audit-keys", &keys_, "Note keys, too; never values");
}

Result<auth::Authority*> ServeAuth::Open(DB& db, Session& session) {
  if (log_) {
    STRATA_TRY_ASSIGN(auto log,
                      auth::AuditLog::Open(session.files(), *log_, {.file_bytes = file_bytes_}));
    writer_ = std::make_unique<auth::AuditWriter>(std::move(log), session.environment());
  }
  STRATA_TRY_ASSIGN(authority_, auth::Authority::Open(db, session.environment(), writer_.get(),
                                                      {.audit = all_ ? auth::AuditScope::kAll
                                                                     : auth::AuditScope::kNotable,
                                                       .audit_keys = keys_}));
  return authority_.get();
}

}  // namespace strata::cli
