// Accepts connections that will speak TLS.
//
// Thread safety: one thread at a time.

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tls/network.h"
#include "tls/socket.h"

namespace strata::tls {

class TlsListener final : public Listener {
 public:
  TlsListener(std::unique_ptr<Listener> below, TlsNetwork& network, std::string protocol)
      : below_(std::move(below)), network_(network), protocol_(std::move(protocol)) {}

  Result<std::unique_ptr<Socket>> Accept() override {
    STRATA_TRY_ASSIGN(auto below, below_->Accept());
    if (below == nullptr) return below;
    return std::unique_ptr<Socket>(std::make_unique<TlsSocket>(
        std::move(below), network_.context(), network_.clock_.WallMicros(), "", protocol_));
  }
  const Endpoint& endpoint() const override { return below_->endpoint(); }
  Listener& below() { return *below_; }

 private:
  const std::unique_ptr<Listener> below_;
  TlsNetwork& network_;
  const std::string protocol_;
};

}  // namespace strata::tls
