// A network whose connections are TLS, on top of one whose aren't: who listens, connects, reads and
// writes above doesn't notice, but that strangers never get through.
//
// The handshake is made while a Poller waits: until both sides know each other, a socket is neither
// readable nor writable to whoever watches it. One that fails, or takes too long, is broken, and
// says why when it is read.
//
// Thread safety: as every Network. Adjust: any thread.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/clock.h"
#include "io/logger.h"
#include "io/mutex.h"
#include "io/network.h"
#include "tls/context.h"
#include "tls/counts.h"

namespace strata::tls {

struct Options {
  std::string server_name;                 // A client's: whom it wants to talk to; empty: the host.
  std::string protocol;                    // A client's.
  std::uint64_t handshake_us = 5'000'000;  // It may take so long.
};

class TlsNetwork final : public Network {
 public:
  // All are borrowed but for the context. `logger` may be null.
  TlsNetwork(Network& below, Clock& clock, std::shared_ptr<const Context> context, Options options,
             Logger* logger = nullptr);

  Result<std::unique_ptr<Listener>> Listen(const Endpoint& endpoint) override {
    return ListenFor(endpoint, {});
  }
  Result<std::unique_ptr<Listener>> ListenFor(const Endpoint& endpoint,
                                              const Spoken& spoken) override;
  Result<std::unique_ptr<Socket>> Connect(const Endpoint& endpoint) override;
  Result<std::unique_ptr<Poller>> NewPoller() override;

  // For handshakes that begin from now on. Errors: the context's own; all stays as it was.
  Status Adjust(Result<std::shared_ptr<const Context>> context) STRATA_EXCLUDES(mutex_);
  std::shared_ptr<const Context> context() const STRATA_EXCLUDES(mutex_);
  const Counts& counts() const { return counts_; }

 private:
  friend class TlsListener;
  friend class TlsPoller;

  Network& below_;
  Clock& clock_;
  const Options options_;
  Logger* const logger_;
  Counts counts_;
  mutable Mutex mutex_;
  std::shared_ptr<const Context> context_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::tls
