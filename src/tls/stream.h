// TLS of one connection, without a socket: bytes of the wire go in and come out, and so do those of
// the protocol above. OpenSSL does the arithmetic and knows the messages; who reads and writes the
// wire, and when, is the caller's.
//
//   wire  -> Feed  -> Read -> protocol
//   wire  <- Pending, Sent <- Write <- protocol
//
// Thread safety: none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tls/context.h"
#include "tls/openssl.h"

namespace strata::tls {

// Of the wire that it keeps until it can be sent; who asks for more is cut off.
inline constexpr std::size_t kPendingBytesMax = 256 << 10;

// Of the wire, before the handshake is done: a peer that nobody knows yet can't have more kept.
inline constexpr std::size_t kHandshakeBytesMax = 40 << 10;
// Of a client's first message. OpenSSL takes the memory that it announces, and would up to 128 KiB.
inline constexpr std::size_t kGreetingBytesMax = 16 << 10;

class Stream {
 public:
  // `wall_us`: the time by which certificates are judged. `server_name`: of a client, whom it wants
  // to talk to (the name of a host, or an address), which the server's certificate must say.
  // `protocol`: what is spoken above, as ALPN names it ("h2"); empty: nothing is said of it.
  Stream(std::shared_ptr<const Context> context, std::uint64_t wall_us, std::string server_name,
         std::string protocol);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Takes what came over the wire and goes on with the handshake. Errors, which are final: kIo that
  // says why the peer isn't believed, or what it broke. What is pending then tells the peer.
  Status Feed(std::string_view bytes);
  // The wire has ended. Errors: kIo: the peer hadn't said that it would, so bytes may be missing.
  Status FeedEnd();

  // Both sides know each other.
  bool established() const { return established_; }
  // Of the peer's certificate, once that is so; see NamesOf.
  const std::vector<std::string>& names() const { return names_; }
  const std::string& error() const { return error_; }

  // As Socket::Read: bytes; 0: the peer has said that it sends no more; nothing: feed it.
  Result<std::optional<std::size_t>> Read(std::span<char> into);
  // Read has something to say (bytes, the end, an error) without more of the wire.
  bool HasMore() const {
    return established_ && (SSL_pending(ssl_.get()) > 0 || BIO_ctrl_pending(in_) > 0 ||
                            peer_ended_ || !error_.empty());
  }
  // REQUIRES: established(). Takes all of it.
  Status Write(std::string_view bytes);
  // Says that nothing more is written.
  void End();

  // For the wire; valid until the next call.
  std::string_view Pending();
  void Sent(std::size_t count);

 private:
  Status GoOn();
  Result<bool> JudgeGreeting();
  Error Fail(std::string reason);
  std::string WhyNot() const;

  const std::shared_ptr<const Context> context_;
  const std::string server_name_;
  const Wish wish_;
  SslPtr ssl_;
  BIO* in_ = nullptr;   // Owned by ssl_,
  BIO* out_ = nullptr;  // both.
  bool established_ = false;
  bool peer_ended_ = false;
  std::size_t fed_ = 0;   // Until it is established.
  std::string greeting_;  // The first bytes of a client, until they can be judged,
  bool greeted_ = false;  // which they were.
  std::size_t sent_ = 0;  // Of the front of what is in out_.
  std::vector<std::string> names_;
  std::string error_;
};

}  // namespace strata::tls
