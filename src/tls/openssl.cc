#include "tls/openssl.h"

#include <openssl/err.h>

namespace strata::tls {

std::string TakeReason() {
  const unsigned long first = ERR_get_error();
  ERR_clear_error();
  const char* const reason = first == 0 ? nullptr : ERR_reason_error_string(first);
  return reason == nullptr ? "no reason is given" : reason;
}

Error OpenSslError(ErrorCode code, std::string_view doing) {
  return {code, std::string(doing) + ": " + TakeReason()};
}

BioPtr ReadFrom(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace strata::tls
