#include "tls/socket.h"

#include "base/lesson.h"

namespace strata::tls {
namespace {

// Task tls-and-identities.build: the socket, whole.
[[noreturn]] void Yours() {
  strata::lesson::YoursToWrite("tls-and-identities.build", "the socket, whole");
}

}  // namespace

TlsSocket::~TlsSocket() = default;

Error TlsSocket::Why(const std::string& reason) const {
  return {ErrorCode::kIo, "TLS with " + ToString(below_->peer()) + ": " + reason};
}

Status TlsSocket::Advance() {
  Yours();
}

Result<bool> TlsSocket::Fill() {
  Yours();
}

Status TlsSocket::Flush() {
  Yours();
}

Result<std::optional<std::size_t>> TlsSocket::Read(std::span<char> into) {
  (void)into;
  Yours();
}

Result<std::size_t> TlsSocket::Write(std::span<const std::string_view> parts) {
  (void)parts;
  Yours();
}

void TlsSocket::EndWriting() {
  Yours();
}

}  // namespace strata::tls
