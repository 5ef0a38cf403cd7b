#include "tls/socket.h"

#include <algorithm>
#include <array>
#include <utility>

namespace strata::tls {
namespace {

constexpr std::size_t kReadBytes = 16 << 10;   // Of the wire, at a time.
constexpr std::size_t kWriteBytes = 64 << 10;  // Encrypted before the wire is asked to take it.

// The bytes of `parts` from `skip` on, `most` at most.
std::string Gather(std::span<const std::string_view> parts, std::size_t skip, std::size_t most) {
  std::string bytes;
  for (std::string_view part : parts) {
    const std::size_t skipped = std::min(skip, part.size());
    part.remove_prefix(skipped);
    skip -= skipped;
    bytes.append(part.substr(0, most - bytes.size()));
  }
  return bytes;
}

}  // namespace

TlsSocket::~TlsSocket() {
  if (failed_ || owed_ > 0) return;
  stream_.End();
  (void)Flush();
}

Error TlsSocket::Why(const std::string& reason) const {
  return {ErrorCode::kIo, "TLS with " + ToString(below_->peer()) + ": " + reason};
}

Status TlsSocket::Advance() {
  while (!established()) {
    const auto filled = Fill();
    const Status sent = Flush();  // Also why it fails.
    if (!filled) return filled.error();
    if (!sent) return sent;
    if (!*filled) break;
  }
  return Flush();
}

// Gives the stream what the wire has, once. False: that is nothing.
Result<bool> TlsSocket::Fill() {
  std::array<char, kReadBytes> bytes;
  STRATA_TRY_ASSIGN(const auto got, below_->Read(bytes));
  if (!got) return false;
  const Status fed = *got == 0 ? stream_.FeedEnd() : stream_.Feed({bytes.data(), *got});
  if (!fed) return Why(fed.error().message());
  return *got > 0;
}

Status TlsSocket::Flush() {
  while (true) {
    const std::string_view pending = stream_.Pending();
    if (pending.empty()) return {};
    STRATA_TRY_ASSIGN(const std::size_t sent, below_->Write({&pending, 1}));
    if (sent == 0) return {};
    stream_.Sent(sent);
  }
}

// As much as there is: what stays in the stream is in no poller's sight.
Result<std::optional<std::size_t>> TlsSocket::Read(std::span<char> into) {
  if (failed_) return *failed_;
  std::size_t count = 0;
  while (count < into.size()) {
    const auto got = stream_.Read(into.subspan(count));
    if (got && *got && **got > 0) {
      count += **got;
      continue;
    }
    if (count > 0 && (!got || *got)) break;  // It comes again.
    if (!got) return Why(got.error().message());
    if (*got) return got;
    const auto filled = Fill();
    if (filled && *filled) continue;
    if (!filled && count == 0) return filled.error();
    break;
  }
  if (HasMore() && left_) left_();
  STRATA_TRY(Flush());  // A read may have been asked something, which TLS answers by itself.
  if (count == 0) return std::optional<std::size_t>();
  return std::optional<std::size_t>(count);
}

Result<std::size_t> TlsSocket::Write(std::span<const std::string_view> parts) {
  if (failed_) return *failed_;
  if (!established()) return std::size_t{0};
  std::size_t taken = 0;
  while (true) {
    STRATA_TRY(Flush());
    if (!stream_.Pending().empty()) return taken;
    taken += std::exchange(owed_, 0);
    const std::string bytes = Gather(parts, taken, kWriteBytes);
    if (bytes.empty()) return taken;
    const Status written = stream_.Write(bytes);
    if (!written) return Why(written.error().message());
    owed_ = bytes.size();
  }
}

void TlsSocket::EndWriting() {
  stream_.End();
  (void)Flush();
  below_->EndWriting();
}

}  // namespace strata::tls
