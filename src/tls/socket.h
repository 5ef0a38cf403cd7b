// A socket that speaks TLS over another one. Whoever reads and writes it finds what a plain socket
// has: what was said before the end, or before a fault, is read first; the end is no fault, unless
// the peer didn't say that it would come.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/network.h"
#include "tls/stream.h"

namespace strata::tls {

class TlsSocket final : public Socket {
 public:
  TlsSocket(std::unique_ptr<Socket> below, std::shared_ptr<const Context> context,
            std::uint64_t wall_us, std::string server_name, std::string protocol)
      : below_(std::move(below)),
        stream_(std::move(context), wall_us, std::move(server_name), std::move(protocol)) {}
  ~TlsSocket() override;  // Tells the peer that this is the end, if it can without waiting.

  // Goes on with the handshake as far as it goes without waiting, and sends what it has to say.
  // Errors: kIo, it has failed; the peer was told.
  Status Advance();
  bool established() const { return stream_.established(); }
  // The handshake has something to send.
  bool HasToSend() { return !stream_.Pending().empty(); }
  // A Read has something to say without waiting for the wire.
  bool HasMore() const { return stream_.HasMore(); }
  // `left` is called by a Read after which there is more.
  void OnLeft(std::function<void()> left) { left_ = std::move(left); }
  // It is over; Read and Write say why.
  void Fail(Error why) { failed_ = std::move(why); }
  Socket& below() { return *below_; }

  // Gives as much as there is: it reads the wire until that has nothing, or `into` is full.
  Result<std::optional<std::size_t>> Read(std::span<char> into) override;
  // A byte is taken once the wire has all of its record. No more than 64 KiB are encrypted before
  // the wire has taken what was; short parts share a record. 0 before the handshake is done.
  // REQUIRES: what it doesn't take is offered again, from its front: a part may be encrypted and on
  // its way already.
  Result<std::size_t> Write(std::span<const std::string_view> parts) override;
  void EndWriting() override;
  const Endpoint& peer() const override { return below_->peer(); }
  std::span<const std::string> names() const override { return stream_.names(); }

 private:
  Error Why(const std::string& reason) const;
  Result<bool> Fill();
  Status Flush();

  const std::unique_ptr<Socket> below_;
  Stream stream_;
  std::size_t owed_ = 0;  // Bytes that are encrypted, whose last part hasn't left.
  std::optional<Error> failed_;
  std::function<void()> left_;
};

}  // namespace strata::tls
