// OpenSSL's objects as values that free themselves, and its errors as ours.
//
// Thread safety: values.

#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::tls {

template <auto kFree>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using SslContextPtr = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, FreeBy<SSL_free>>;
using BioPtr = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeBy<X509_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, FreeBy<X509_CRL_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeBy<GENERAL_NAMES_free>>;

// Why the last call failed, in OpenSSL's words; its queue of errors is empty then.
std::string TakeReason();
// "loading the key server.key: bad base64 decode"
Error OpenSslError(ErrorCode code, std::string_view doing);

// A view of `text` to read from.
BioPtr ReadFrom(std::string_view text);

}  // namespace strata::tls
