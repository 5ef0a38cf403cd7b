// A client of line_protocol.h over any Network: it waits for what it reads.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/network.h"
#include "testing/results.h"

namespace strata::server::testing {

class LineClient {
 public:
  explicit LineClient(Network& network)
      : network_(network), poller_(strata::testing::Must(network.NewPoller())) {}
  ~LineClient() { Close(); }

  void Connect(const Endpoint& endpoint) {
    Close();
    socket_ = strata::testing::Must(network_.Connect(endpoint));
    read_.clear();
    watched_ = {.read = true};
    broken_ = !poller_->Add(*socket_, 1, watched_).has_value();
  }
  void Close() {
    if (socket_ != nullptr) poller_->Remove(*socket_);
    socket_.reset();
  }
  bool broken() const { return broken_; }

  // All of it, waiting while the server takes nothing. False: the connection is broken.
  bool Send(std::string_view bytes) {
    while (!bytes.empty() && !broken_) {
      const auto sent = socket_->Write({&bytes, 1});
      if (!sent) {
        broken_ = true;
      } else if (*sent > 0) {
        bytes.remove_prefix(*sent);
      } else {
        Await({.read = false, .write = true}, std::nullopt);
      }
    }
    return !broken_;
  }

  // The next line, without its end. Nothing: the connection is broken or ended, or nothing came in
  // time.
  std::optional<std::string> ReadLine(std::optional<std::uint64_t> timeout_us = std::nullopt) {
    std::vector<char> buffer(4096);
    while (!broken_) {
      if (const std::size_t end = read_.find('\n'); end != std::string::npos) {
        std::string line = read_.substr(0, end);
        read_.erase(0, end + 1);
        return line;
      }
      const auto got = socket_->Read(buffer);
      if (!got || (*got && **got == 0)) {
        broken_ = true;
      } else if (*got) {
        read_.append(buffer.data(), **got);
      } else if (!Await({.read = true, .write = false}, timeout_us)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  std::string Ask(const std::string& line) {
    if (!Send(line + "\n")) return "broken";
    return ReadLine().value_or("ended");
  }

 private:
  // False: nothing happened in time.
  bool Await(Interest interest, std::optional<std::uint64_t> timeout_us) {
    if (interest != watched_) {
      watched_ = interest;
      if (!poller_->Change(*socket_, 1, watched_)) broken_ = true;
    }
    return !poller_->Wait(timeout_us).empty();
  }

  Network& network_;
  const std::unique_ptr<Poller> poller_;
  std::unique_ptr<Socket> socket_;
  std::string read_;
  Interest watched_;
  bool broken_ = true;
};

}  // namespace strata::server::testing
