// Waits for sockets that speak TLS, and makes their handshakes meanwhile.
//
// Thread safety: as every Poller.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tls/network.h"
#include "tls/socket.h"

namespace strata::tls {

class TlsPoller final : public Poller {
 public:
  TlsPoller(TlsNetwork& network, std::unique_ptr<Poller> below)
      : network_(network), below_(std::move(below)) {}

  // Sockets and listeners without TLS are passed on as they are.
  Status Add(Socket& socket, std::uint64_t token, Interest interest) override;
  Status Add(Listener& listener, std::uint64_t token) override;
  Status Change(Socket& socket, std::uint64_t token, Interest interest) override;
  void Remove(Socket& socket) override;
  void Remove(Listener& listener) override;
  // It may return without anything that is ready.
  std::span<const Ready> Wait(std::optional<std::uint64_t> timeout_us) override;
  void Wake() override { below_->Wake(); }

 private:
  struct Watched {
    TlsSocket* socket = nullptr;
    Interest wanted;   // By who watches it.
    Interest watched;  // Below.
    std::uint64_t late_us = 0;
    std::uint64_t told = 0;  // The last Wait that told of what was left.
  };

  static Interest Needed(const Watched& one);
  Status Update(std::uint64_t token, Watched* one);
  void Hear(const Ready& ready);
  void GoOn(std::uint64_t token, Watched* one);
  void Refuse(std::uint64_t token, Watched* one, const Error& why);
  void TellLeft();
  void EndLate();

  TlsNetwork& network_;
  const std::unique_ptr<Poller> below_;
  std::unordered_map<std::uint64_t, Watched> sockets_;  // By token.
  std::unordered_map<const TlsSocket*, std::uint64_t> tokens_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> handshakes_;  // Their ends, and tokens.
  // Tokens of those that may have more to read than the wire shows.
  std::set<std::uint64_t> left_;
  std::uint64_t waits_ = 0;
  std::vector<Ready> ready_;
};

}  // namespace strata::tls
