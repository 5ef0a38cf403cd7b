#include "tls/certificates.h"

#include <ctime>
#include <openssl/pem.h>
#include <utility>

#include "tls/openssl.h"

namespace strata::tls {
namespace {

constexpr long kVersion3 = 2;  // As X.509 counts.
constexpr long kCrlVersion2 = 1;

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, FreeBy<ASN1_INTEGER_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, FreeBy<ASN1_TIME_free>>;
using RevokedPtr = std::unique_ptr<X509_REVOKED, FreeBy<X509_REVOKED_free>>;

std::time_t SecondsOf(std::uint64_t micros) {
  return static_cast<std::time_t>(micros / 1'000'000);
}

TimePtr TimeOf(std::uint64_t micros) {
  return TimePtr(ASN1_TIME_adj(nullptr, SecondsOf(micros), 0, 0));
}

// What PEM_write_... wrote.
std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<CertificatePtr> ReadCertificate(std::string_view text) {
  CertificatePtr certificate(PEM_read_bio_X509(ReadFrom(text).get(), nullptr, nullptr, nullptr));
  if (!certificate) return OpenSslError(ErrorCode::kInvalidArgument, "reading a certificate");
  return certificate;
}

Result<KeyPtr> ReadKey(std::string_view text) {
  KeyPtr key(PEM_read_bio_PrivateKey(ReadFrom(text).get(), nullptr, nullptr, nullptr));
  if (!key) return OpenSslError(ErrorCode::kInvalidArgument, "reading a key");
  return key;
}

std::string KindOf(const std::string& name) {
  if (name.find("://") != std::string::npos) return "URI:";
  if (name.find('@') != std::string::npos) return "email:";
  const bool is_address = name.find(':') != std::string::npos ||
                          name.find_first_not_of("0123456789.") == std::string::npos;
  return is_address ? "IP:" : "DNS:";
}

Status Extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  if (!made || X509_add_ext(certificate, made.get(), -1) != 1) {
    return OpenSslError(ErrorCode::kInvalidArgument, "a certificate with '" + value + "'");
  }
  return {};
}

Status ExtendAll(X509* certificate, X509* issuer, const Wanted& wanted) {
  const bool is_authority = wanted.use == Use::kAuthority;
  STRATA_TRY(Extend(certificate, issuer, NID_basic_constraints,
                    is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE"));
  STRATA_TRY(Extend(certificate, issuer, NID_key_usage,
                    is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature"));
  STRATA_TRY(Extend(certificate, issuer, NID_subject_key_identifier, "hash"));
  STRATA_TRY(Extend(certificate, issuer, NID_authority_key_identifier, "keyid"));
  if (!is_authority) {
    STRATA_TRY(Extend(certificate, issuer, NID_ext_key_usage,
                      wanted.use == Use::kServer ? "serverAuth" : "clientAuth"));
  }
  std::string names;
  for (const std::string& name : wanted.names) {
    if (name.empty() || name.find_first_of(",\n") != std::string::npos) {
      return InvalidArgument("'" + name + "' can't be a name in a certificate");
    }
    names += (names.empty() ? "" : ",") + KindOf(name) + name;
  }
  if (names.empty()) return {};
  return Extend(certificate, issuer, NID_subject_alt_name, names);
}

Status Fill(X509* certificate, EVP_PKEY* key, const Wanted& wanted) {
  X509_set_version(certificate, kVersion3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), wanted.serial);
  X509_set1_notBefore(certificate, TimeOf(wanted.from_us).get());
  X509_set1_notAfter(certificate, TimeOf(wanted.until_us).get());
  X509_set_pubkey(certificate, key);
  const auto* const name = reinterpret_cast<const unsigned char*>(wanted.name.data());
  if (X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, name,
                                 static_cast<int>(wanted.name.size()), -1, 0) != 1) {
    return OpenSslError(ErrorCode::kInvalidArgument, "a certificate for '" + wanted.name + "'");
  }
  return {};
}

// `issuer` and `issuer_key` are null for one that is signed by itself.
Result<Pair> Make(const Wanted& wanted, X509* issuer, EVP_PKEY* issuer_key) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr certificate(X509_new());
  STRATA_TRY(Fill(certificate.get(), key.get(), wanted));
  X509* const by = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(by));
  STRATA_TRY(ExtendAll(certificate.get(), by, wanted));
  if (X509_sign(certificate.get(), issuer_key == nullptr ? key.get() : issuer_key, EVP_sha256()) ==
      0) {
    return OpenSslError(ErrorCode::kInvalidArgument, "signing a certificate");
  }
  const BioPtr text(BIO_new(BIO_s_mem()));
  const BioPtr key_text(BIO_new(BIO_s_secmem()));
  PEM_write_bio_X509(text.get(), certificate.get());
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return Pair{.certificate = TextOf(text.get()), .key = TextOf(key_text.get())};
}

Status TakeBack(X509_CRL* list, const ASN1_INTEGER* serial, std::uint64_t now_us) {
  RevokedPtr one(X509_REVOKED_new());
  X509_REVOKED_set_serialNumber(one.get(), const_cast<ASN1_INTEGER*>(serial));
  X509_REVOKED_set_revocationDate(one.get(), TimeOf(now_us).get());
  if (X509_CRL_add0_revoked(list, one.get()) != 1) {
    return OpenSslError(ErrorCode::kInvalidArgument, "adding to a list of revocations");
  }
  (void)one.release();
  return {};
}

Status TakeOver(X509_CRL* list, std::string_view before) {
  const CrlPtr old(PEM_read_bio_X509_CRL(ReadFrom(before).get(), nullptr, nullptr, nullptr));
  if (!old) return OpenSslError(ErrorCode::kInvalidArgument, "reading a list of revocations");
  STACK_OF(X509_REVOKED)* const all = X509_CRL_get_REVOKED(old.get());
  for (int i = 0; i < sk_X509_REVOKED_num(all); ++i) {
    RevokedPtr one(X509_REVOKED_dup(sk_X509_REVOKED_value(all, i)));
    if (X509_CRL_add0_revoked(list, one.get()) == 1) (void)one.release();
  }
  return {};
}

}  // namespace

Result<Pair> MakeAuthority(const Wanted& wanted) {
  return Make(wanted, nullptr, nullptr);
}

Result<Pair> Issue(const Pair& authority, const Wanted& wanted) {
  STRATA_TRY_ASSIGN(const CertificatePtr issuer, ReadCertificate(authority.certificate));
  STRATA_TRY_ASSIGN(const KeyPtr key, ReadKey(authority.key));
  return Make(wanted, issuer.get(), key.get());
}

Result<std::string> Revoke(const Pair& authority, std::string_view before,
                           std::string_view certificate, std::uint64_t now_us,
                           std::uint64_t until_us) {
  STRATA_TRY_ASSIGN(const CertificatePtr issuer, ReadCertificate(authority.certificate));
  STRATA_TRY_ASSIGN(const KeyPtr key, ReadKey(authority.key));
  const CrlPtr list(X509_CRL_new());
  X509_CRL_set_version(list.get(), kCrlVersion2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.get()));
  X509_CRL_set1_lastUpdate(list.get(), TimeOf(now_us).get());
  X509_CRL_set1_nextUpdate(list.get(), TimeOf(until_us).get());
  if (!before.empty()) STRATA_TRY(TakeOver(list.get(), before));
  if (!certificate.empty()) {
    STRATA_TRY_ASSIGN(const CertificatePtr one, ReadCertificate(certificate));
    STRATA_TRY(TakeBack(list.get(), X509_get0_serialNumber(one.get()), now_us));
  }
  X509_CRL_sort(list.get());
  if (X509_CRL_sign(list.get(), key.get(), EVP_sha256()) == 0) {
    return OpenSslError(ErrorCode::kInvalidArgument, "signing a list of revocations");
  }
  const BioPtr text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(text.get(), list.get());
  return TextOf(text.get());
}

}  // namespace strata::tls
