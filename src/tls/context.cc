#include "tls/context.h"

#include <algorithm>
#include <ctime>
#include <openssl/pem.h>
#include <utility>

namespace strata::tls {
namespace {

constexpr std::uint64_t kFileBytesMax = 1 << 20;
constexpr long kPeerChainBytesMax = 20 << 10;  // Who is asked may send no more before it is known.
// Forward secrecy and authenticated encryption: what 1.3 has anyway.
constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr int kSecurityLevel = 2;  // OpenSSL's: 112 bits, whatever the machine's settings say.
constexpr unsigned char kSessionContext[] = "strata";

Result<std::string> ReadPem(FileSystem& files, const std::string& what, const std::string& path) {
  return Annotate(files.ReadFile(path, kFileBytesMax), "reading the " + what + " " + path);
}

Error Wrong(const std::string& what, const std::string& path) {
  return OpenSslError(ErrorCode::kInvalidArgument, "the " + what + " " + path);
}

// Picks what is spoken here, if the client offers it. Who offers other protocols alone is refused.
int ChooseProtocol(SSL* ssl, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned int offered_size, void* /*unused*/) {
  const std::string& wanted = static_cast<const Wish*>(SSL_get_app_data(ssl))->protocol;
  if (wanted.empty()) return SSL_TLSEXT_ERR_NOACK;
  for (unsigned int at = 0; at < offered_size; at += 1U + offered[at]) {
    const std::string_view one(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
    if (one != wanted) continue;
    *chosen = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// After OpenSSL's own judgement of each certificate of a chain.
int JudgeNames(int is_good, X509_STORE_CTX* chain) {
  if (is_good != 1 || X509_STORE_CTX_get_error_depth(chain) > 0) return is_good;
  const auto* const ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const Context& context = *static_cast<const Wish*>(SSL_get_app_data(ssl))->context;
  if (context.LetsIn(NamesOf(*X509_STORE_CTX_get_current_cert(chain)))) return 1;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

std::uint64_t MicrosOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return static_cast<std::uint64_t>(std::max<std::time_t>(::timegm(&parts), 0)) * 1'000'000;
}

}  // namespace

Context::Context(Settings settings, bool is_server)
    : settings_(std::move(settings)),
      is_server_(is_server),
      context_(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method())) {}

Result<std::shared_ptr<const Context>> Context::ForServer(const Settings& settings,
                                                          FileSystem& files) {
  if (settings.certificate.empty() || settings.key.empty()) {
    return InvalidArgument("a server that speaks TLS needs a certificate and its key");
  }
  if (settings.clients != Clients::kUnasked && settings.authorities.empty()) {
    return InvalidArgument("to ask clients for certificates, say whose are believed");
  }
  std::shared_ptr<Context> context = std::unique_ptr<Context>(new Context(settings, true));
  STRATA_TRY(context->Load(files));
  return std::shared_ptr<const Context>(std::move(context));
}

Result<std::shared_ptr<const Context>> Context::ForClient(const Settings& settings,
                                                          FileSystem& files) {
  std::shared_ptr<Context> context = std::unique_ptr<Context>(new Context(settings, false));
  STRATA_TRY(context->Load(files));
  return std::shared_ptr<const Context>(std::move(context));
}

Status Context::Load(FileSystem& files) {
  STRATA_TRY(Agree());
  if (!settings_.certificate.empty() || !settings_.key.empty()) STRATA_TRY(LoadOwn(files));
  if (!settings_.authorities.empty()) {
    STRATA_TRY(LoadAuthorities(files));
  } else if (!is_server_ && SSL_CTX_set_default_verify_paths(context_.get()) != 1) {
    return OpenSslError(ErrorCode::kIo, "loading the authorities of this machine");
  }
  if (!settings_.revoked.empty()) STRATA_TRY(LoadRevoked(files));
  return {};
}

// No session is taken up again, so that each connection is asked who it is, by the certificates and
// the lists of today; nothing is renegotiated; nothing is sent before it is known to be new.
Status Context::Agree() {
  SSL_CTX* const context = context_.get();
  const bool is_13 = settings_.version_min == Version::kTls13;
  SSL_CTX_set_min_proto_version(context, is_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_max_early_data(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_max_cert_list(context, kPeerChainBytesMax);
  SSL_CTX_set_session_id_context(context, kSessionContext, sizeof(kSessionContext) - 1);
  if (SSL_CTX_set_cipher_list(context, kCiphers12) != 1) {
    return OpenSslError(ErrorCode::kUnsupported, "choosing ciphers");
  }
  int verify = SSL_VERIFY_PEER;
  if (is_server_ && settings_.clients == Clients::kUnasked) verify = SSL_VERIFY_NONE;
  if (settings_.clients == Clients::kRequired) verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify(context, verify, JudgeNames);
  if (is_server_) SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  return {};
}

Status Context::LoadOwn(FileSystem& files) {
  STRATA_TRY_ASSIGN(const std::string chain, ReadPem(files, "certificate", settings_.certificate));
  const BioPtr from = ReadFrom(chain);
  const CertificatePtr own(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(context_.get(), own.get()) != 1) {
    return Wrong("certificate", settings_.certificate);
  }
  while (CertificatePtr next{PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(context_.get(), next.get()) != 1) {
      return Wrong("certificate", settings_.certificate);
    }
  }
  (void)TakeReason();  // The end of the file is one.
  ends_at_us_ = MicrosOf(X509_get0_notAfter(own.get()));

  STRATA_TRY_ASSIGN(const bool is_private, files.IsPrivate(settings_.key));
  if (!is_private) {
    return InvalidArgument("the key " + settings_.key +
                           " can be read by others than its owner: chmod 600 it");
  }
  STRATA_TRY_ASSIGN(std::string text, ReadPem(files, "key", settings_.key));
  const KeyPtr key(PEM_read_bio_PrivateKey(ReadFrom(text).get(), nullptr, nullptr, nullptr));
  OPENSSL_cleanse(text.data(), text.size());
  if (!key || SSL_CTX_use_PrivateKey(context_.get(), key.get()) != 1 ||
      SSL_CTX_check_private_key(context_.get()) != 1) {
    return Wrong("key", settings_.key);
  }
  return {};
}

Status Context::LoadAuthorities(FileSystem& files) {
  STRATA_TRY_ASSIGN(const std::string text, ReadPem(files, "authorities", settings_.authorities));
  const BioPtr from = ReadFrom(text);
  X509_STORE* const store = SSL_CTX_get_cert_store(context_.get());
  int count = 0;
  while (CertificatePtr next{PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(store, next.get()) != 1 ||
        (is_server_ && SSL_CTX_add_client_CA(context_.get(), next.get()) != 1)) {
      return Wrong("authorities", settings_.authorities);
    }
    ++count;
  }
  if (count == 0) return Wrong("authorities", settings_.authorities);
  (void)TakeReason();
  return {};
}

// A certificate in a chain whose authority has no list here is refused: an old list, or one that is
// missing, must not let anybody in.
Status Context::LoadRevoked(FileSystem& files) {
  STRATA_TRY_ASSIGN(const std::string text, ReadPem(files, "revocations", settings_.revoked));
  const BioPtr from = ReadFrom(text);
  X509_STORE* const store = SSL_CTX_get_cert_store(context_.get());
  int count = 0;
  while (CrlPtr next{PEM_read_bio_X509_CRL(from.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_crl(store, next.get()) != 1) return Wrong("revocations", settings_.revoked);
    ++count;
  }
  if (count == 0) return Wrong("revocations", settings_.revoked);
  (void)TakeReason();
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

bool Context::LetsIn(const std::vector<std::string>& names) const {
  const std::vector<std::string>& known = settings_.client_names;
  if (known.empty()) return true;
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  });
}

std::vector<std::string> NamesOf(const X509& certificate) {
  const NamesPtr all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (const int kind : {GEN_URI, GEN_EMAIL, GEN_DNS}) {
    for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
      const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
      if (name->type != kind) continue;
      const ASN1_IA5STRING* const text = name->d.ia5;
      std::string bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                        static_cast<std::size_t>(ASN1_STRING_length(text)));
      // A name with a zero in it would be another one to whoever stops there; one with the end of
      // a line, two.
      const auto is_odd = [](char c) { return c <= ' ' || c > '~'; };
      if (std::none_of(bytes.begin(), bytes.end(), is_odd)) names.push_back(std::move(bytes));
    }
  }
  return names;
}

}  // namespace strata::tls
