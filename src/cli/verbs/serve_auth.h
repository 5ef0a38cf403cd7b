// Who may use the server: the flags of `strata serve` about it, and what they make.
//
// Thread safety: set up by one thread.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "auth/authority.h"
#include "cli/flags.h"
#include "cli/session.h"

namespace strata::cli {

class ServeAuth {
 public:
  void Declare(Flags& flags);
  // After the store is open. The result outlives the server. Errors: those of Authority::Open and
  // AuditLog::Open.
  Result<auth::Authority*> Open(DB& db, Session& session);
  // Nobody is served any more: what was noted is on the disk when it returns.
  void Close() { writer_.reset(); }

 private:
  std::optional<std::string> log_;
  std::uint64_t file_bytes_ = 64 << 20;
  bool all_ = false;
  bool keys_ = false;
  std::unique_ptr<auth::AuditWriter> writer_;
  std::unique_ptr<auth::Authority> authority_;
};

}  // namespace strata::cli
