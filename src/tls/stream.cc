#include "tls/stream.h"

#include <ctime>
#include <openssl/err.h>
#include <utility>

namespace strata::tls {
namespace {

constexpr std::size_t kPieceBytes = 4 << 10;

bool IsAddress(const std::string& host) {
  return host.find(':') != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

Stream::Stream(std::shared_ptr<const Context> context, std::uint64_t wall_us,
               std::string server_name, std::string protocol)
    : context_(std::move(context)),
      server_name_(std::move(server_name)),
      wish_{.context = context_.get(), .protocol = std::move(protocol)},
      ssl_(SSL_new(context_->get())),
      in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())) {
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_app_data(ssl_.get(), &wish_);
  X509_VERIFY_PARAM* const judge = SSL_get0_param(ssl_.get());
  X509_VERIFY_PARAM_set_time(judge, static_cast<std::time_t>(wall_us / 1'000'000));
  if (context_->is_server()) {
    SSL_set_accept_state(ssl_.get());
    return;
  }
  SSL_set_connect_state(ssl_.get());
  if (IsAddress(server_name_)) {
    X509_VERIFY_PARAM_set1_ip_asc(judge, server_name_.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_.get(), server_name_.c_str());
    SSL_set1_host(ssl_.get(), server_name_.c_str());
    SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  }
  if (!wish_.protocol.empty()) {
    const std::string offer = static_cast<char>(wish_.protocol.size()) + wish_.protocol;
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned int>(offer.size()));
  }
  (void)GoOn();  // Its first words.
}

Status Stream::Feed(std::string_view bytes) {
  if (!error_.empty()) return Error(ErrorCode::kIo, error_);
  if (!established_ && (fed_ += bytes.size()) > kHandshakeBytesMax) {
    return Fail("its handshake is larger than " + std::to_string(kHandshakeBytesMax) + " bytes");
  }
  if (context_->is_server() && !greeted_) {
    greeting_ += bytes;
    STRATA_TRY_ASSIGN(greeted_, JudgeGreeting());
    if (!greeted_) return {};
    bytes = greeting_;
  }
  while (!established_ && bytes.size() > kPieceBytes) {  // A stranger's bytes don't gather here.
    BIO_write(in_, bytes.data(), static_cast<int>(kPieceBytes));
    bytes.remove_prefix(kPieceBytes);
    STRATA_TRY(GoOn());
  }
  BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
  std::string().swap(greeting_);
  if (Pending().size() > kPendingBytesMax) return Fail("it takes nothing of what it asks for");
  return established_ ? Status() : GoOn();
}

// The first record begins with its kind, the version and its length, then comes the kind of message
// and the length of that. False: these nine bytes aren't there yet.
Result<bool> Stream::JudgeGreeting() {
  constexpr std::size_t kHeadBytes = 9;
  constexpr char kHandshake = 22;
  if (greeting_.empty()) return false;
  if (greeting_.front() != kHandshake) return true;  // OpenSSL says what is wrong.
  if (greeting_.size() < kHeadBytes) return false;
  const auto at = [&](std::size_t place) {
    return static_cast<std::size_t>(static_cast<unsigned char>(greeting_[place]));
  };
  const std::size_t in_record = at(3) << 8 | at(4);
  const std::size_t announced = at(6) << 16 | at(7) << 8 | at(8);
  if (in_record >= 4 && announced <= kGreetingBytesMax) return true;
  return Fail("its greeting is larger than " + std::to_string(kGreetingBytesMax) + " bytes");
}

Status Stream::FeedEnd() {
  if (!error_.empty()) return Error(ErrorCode::kIo, error_);
  if (peer_ended_) return {};
  return Fail(established_ ? "the connection was cut: the peer didn't say that this is the end"
                           : "the connection ended before both sides knew each other");
}

Status Stream::GoOn() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) {
    established_ = true;
    if (const X509* const peer = SSL_get0_peer_certificate(ssl_.get())) names_ = NamesOf(*peer);
    return {};
  }
  if (SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ) return {};
  return Fail(WhyNot());
}

std::string Stream::WhyNot() const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  const std::string reason = TakeReason();
  if (verdict == X509_V_OK) return reason;
  const bool by_us = verdict == X509_V_ERR_APPLICATION_VERIFICATION;
  return "the peer's certificate: " + std::string(by_us ? "none of its names is let in"
                                                        : X509_verify_cert_error_string(verdict));
}

Error Stream::Fail(std::string reason) {
  error_ = std::move(reason);
  return Error(ErrorCode::kIo, error_);
}

Result<std::optional<std::size_t>> Stream::Read(std::span<char> into) {
  if (!error_.empty()) return Error(ErrorCode::kIo, error_);
  if (!established_) return std::optional<std::size_t>();
  ERR_clear_error();
  std::size_t count = 0;
  const int done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  if (done == 1) return std::optional<std::size_t>(count);
  switch (SSL_get_error(ssl_.get(), done)) {
    case SSL_ERROR_ZERO_RETURN:
      peer_ended_ = true;
      return std::optional<std::size_t>(0);
    case SSL_ERROR_WANT_READ:
      return std::optional<std::size_t>();
    default:
      return Fail(WhyNot());
  }
}

Status Stream::Write(std::string_view bytes) {
  if (!error_.empty()) return Error(ErrorCode::kIo, error_);
  ERR_clear_error();
  while (!bytes.empty()) {
    std::size_t count = 0;
    if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count) != 1) return Fail(WhyNot());
    bytes.remove_prefix(count);
  }
  return {};
}

void Stream::End() {
  if (!established_ || !error_.empty()) return;
  (void)SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::string_view Stream::Pending() {
  char* data = nullptr;
  const long size = BIO_get_mem_data(out_, &data);
  return std::string_view(data, static_cast<std::size_t>(size)).substr(sent_);
}

void Stream::Sent(std::size_t count) {
  sent_ += count;
  if (!Pending().empty()) return;
  (void)BIO_reset(out_);
  sent_ = 0;
}

}  // namespace strata::tls
