// What `strata serve` does about backups: where clients' go, and logs that are shipped there every
// so often.
//
// Thread safety: none; one thread starts and stops it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/flags.h"
#include "io/environment.h"
#include "io/logger.h"
#include "strata/db.h"

namespace strata::cli {

class ServeBackups {
 public:
  void Declare(Flags& flags);
  Status Check() const;  // Errors: kInvalidArgument.
  const std::string& directory() const { return directory_; }

  // All borrowed, until Stop.
  void Start(DB& db, const Environment& environment, Logger& logger);
  void Stop();

 private:
  struct Shipper;

  std::string directory_;
  std::uint64_t interval_us_ = 0;
  std::shared_ptr<Shipper> shipper_;
  std::unique_ptr<RunningThread> thread_;
};

}  // namespace strata::cli
