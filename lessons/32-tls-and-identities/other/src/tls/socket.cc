#include "tls/socket.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace strata::tls {
namespace {

constexpr std::size_t kSealedMost = 16 << 10;

}  // namespace

TlsSocket::~TlsSocket() {
  if (!failed_ && owed_ == 0) stream_.End();
  if (!failed_) (void)Flush();
}

Error TlsSocket::Why(const std::string& reason) const {
  return {ErrorCode::kIo, "TLS with " + ToString(peer()) + ": " + reason};
}

Status TlsSocket::Advance() {
  bool wire_has_more = true;
  while (wire_has_more && !established()) {
    auto filled = Fill();
    STRATA_TRY(Flush());
    STRATA_TRY_ASSIGN(wire_has_more, std::move(filled));
  }
  return Flush();
}

Result<bool> TlsSocket::Fill() {
  std::vector<char> wire(4096);
  STRATA_TRY_ASSIGN(const auto got, below_->Read(wire));
  if (!got) return false;
  const bool is_end = *got == 0;
  const Status fed = is_end ? stream_.FeedEnd() : stream_.Feed({wire.data(), *got});
  if (fed) return !is_end;
  return Why(fed.error().message());
}

Status TlsSocket::Flush() {
  std::size_t sent = 1;
  while (sent > 0 && HasToSend()) {
    const std::string_view pending = stream_.Pending();
    STRATA_TRY_ASSIGN(sent, below_->Write({&pending, 1}));
    stream_.Sent(sent);
  }
  return {};
}

// First all of the wire that there is room for, then what was made of it.
Result<std::optional<std::size_t>> TlsSocket::Read(std::span<char> into) {
  if (failed_) return *failed_;
  std::size_t count = 0;
  std::optional<Error> fault;
  bool is_end = false;
  bool wire_is_dry = false;
  while (count < into.size() && !fault && !is_end) {
    const auto said = stream_.Read(into.subspan(count));
    if (!said) {
      fault = Why(said.error().message());
    } else if (*said) {
      count += **said;
      is_end = **said == 0;
    } else if (wire_is_dry) {
      break;
    } else {
      const auto filled = Fill();
      if (!filled) fault = filled.error();
      wire_is_dry = filled && !*filled;
    }
  }
  if (left_ && HasMore()) left_();
  STRATA_TRY(Flush());
  if (count > 0) return std::optional(count);
  if (fault) return *fault;
  return is_end ? std::optional<std::size_t>(0) : std::nullopt;
}

Result<std::size_t> TlsSocket::Write(std::span<const std::string_view> parts) {
  if (failed_) return *failed_;
  if (!established()) return std::size_t{0};
  std::string all;
  for (const std::string_view part : parts) {
    all += part.substr(0, 2 * kSealedMost - std::min(all.size(), 2 * kSealedMost));
  }
  std::size_t taken = 0;
  STRATA_TRY(Flush());
  while (!HasToSend()) {
    taken += std::exchange(owed_, 0);
    const std::string next = all.substr(taken, kSealedMost);
    if (next.empty()) break;
    STRATA_TRY(stream_.Write(next));
    owed_ = next.size();
    STRATA_TRY(Flush());
  }
  return taken;
}

void TlsSocket::EndWriting() {
  stream_.End();
  (void)Flush();
  below_->EndWriting();
}

}  // namespace strata::tls
