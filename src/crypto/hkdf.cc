#include "crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/check.h"

namespace strata::crypto {
namespace {

OSSL_PARAM Bytes(const char* name, std::string_view bytes) {
  // OpenSSL doesn't write to it: the parameter is an input.
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

}  // namespace

void HkdfSha256(std::string_view key, std::string_view salt, std::string_view info, char* out,
                std::size_t size) {
  static EVP_KDF* const hkdf = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr);
  STRATA_CHECK(hkdf != nullptr);
  EVP_KDF_CTX* const context = EVP_KDF_CTX_new(hkdf);
  STRATA_CHECK(context != nullptr);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      Bytes(OSSL_KDF_PARAM_KEY, key), Bytes(OSSL_KDF_PARAM_SALT, salt),
      Bytes(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  STRATA_CHECK(EVP_KDF_derive(context, reinterpret_cast<unsigned char*>(out), size, parameters) ==
               1);
  EVP_KDF_CTX_free(context);
}

}  // namespace strata::crypto
