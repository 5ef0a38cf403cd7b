// The log of `strata serve`, as its flags want it: text on a terminal, JSON otherwise.
//
// Thread safety: none; the logger that it makes may be used by any thread.

#pragma once

#include <cstdint>
#include <memory>

#include "cli/session.h"
#include "io/logger.h"

namespace strata::cli {

class ServeLog {
 public:
  void Declare(Flags& flags);
  // It writes to the console's stderr, which must outlive it; one line at a time.
  std::unique_ptr<Logger> Make(Session& session) const;
  LoggerOptions Options(Session& session) const;

 private:
  enum class Format : std::uint8_t { kAuto, kText, kJson };

  Format format_ = Format::kAuto;
  LogLevel level_ = LogLevel::kInfo;
  bool keys_ = false;
};

}  // namespace strata::cli
