// What the program that runs this one is told of it: systemd, or another that speaks sd_notify(3).
// A message is lines such as READY=1, in one datagram; there is no answer.
//
// Thread safety: any thread.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "io/posix_descriptor.h"

namespace strata {

class ServiceManager {
 public:
  using Lookup = std::function<std::optional<std::string>(const std::string&)>;

  // As the environment says: NOTIFY_SOCKET is a path, or "@name" outside the file system; without
  // it nobody is told. WATCHDOG_USEC counts if it is meant for this process. Errors:
  // kInvalidArgument for an address that can't be one.
  static Result<ServiceManager> Find(const Lookup& environment);

  // Errors: kIo; nobody listens there.
  Status Tell(std::string_view message) const;
  // It wants to hear WATCHDOG=1 at least so often, or it ends the process; nothing: it doesn't.
  std::optional<std::uint64_t> watchdog_us() const { return watchdog_us_; }

 private:
  ServiceManager(std::string address, Descriptor socket, std::optional<std::uint64_t> watchdog_us)
      : address_(std::move(address)), socket_(std::move(socket)), watchdog_us_(watchdog_us) {}

  std::string address_;  // Empty: nobody. Begins with a 0 byte outside the file system.
  Descriptor socket_;
  std::optional<std::uint64_t> watchdog_us_;
};

}  // namespace strata
