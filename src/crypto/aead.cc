#include "crypto/aead.h"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/check.h"
#include "base/coding.h"

namespace strata::crypto {
namespace {

constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kStep = std::size_t{1} << 30;  // OpenSSL counts in int.

const unsigned char* In(const char* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}
unsigned char* Out(char* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

void CheckDone(int result) {
  STRATA_CHECK(result == 1);
}

EVP_CIPHER_CTX* NewContext(std::string_view key, bool seals) {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  STRATA_CHECK(context != nullptr);
  CheckDone(EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nullptr, In(key.data()), nullptr,
                              seals ? 1 : 0));
  return context;
}

// A context that has its key is given the nonce, and nothing else.
void Begin(EVP_CIPHER_CTX* context, const Nonce& nonce, Aead::Covered covered) {
  char bytes[kNonceSize];
  EncodeFixed(bytes, nonce.domain);
  EncodeFixed(bytes + sizeof(nonce.domain), nonce.number);
  CheckDone(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, In(bytes), -1));
  int done = 0;
  for (const std::string_view part : covered) {
    if (part.empty()) continue;
    CheckDone(
        EVP_CipherUpdate(context, nullptr, &done, In(part.data()), static_cast<int>(part.size())));
  }
}

void Run(EVP_CIPHER_CTX* context, std::string_view in, char* out) {
  for (std::size_t at = 0; at < in.size(); at += kStep) {
    const auto size = static_cast<int>(std::min(kStep, in.size() - at));
    int done = 0;
    CheckDone(EVP_CipherUpdate(context, Out(out + at), &done, In(in.data() + at), size));
    STRATA_CHECK(done == size);
  }
}

}  // namespace

Aead::Aead(std::string_view key) {
  STRATA_CHECK(key.size() == 32);
  sealing_.original = NewContext(key, true);
  opening_.original = NewContext(key, false);
}

Aead::~Aead() {
  for (Pool* pool : {&sealing_, &opening_}) {
    EVP_CIPHER_CTX_free(pool->original);  // Wipes the key.
    for (EVP_CIPHER_CTX* context : pool->idle) EVP_CIPHER_CTX_free(context);
  }
}

Aead::Context* Aead::Take(Pool& pool) const {
  MutexLock lock(mutex_);
  if (!pool.idle.empty()) {
    Context* const context = pool.idle.back();
    pool.idle.pop_back();
    return context;
  }
  Context* const context = EVP_CIPHER_CTX_new();
  STRATA_CHECK(context != nullptr);
  CheckDone(EVP_CIPHER_CTX_copy(context, pool.original));
  return context;
}

void Aead::GiveBack(Pool& pool, Context* context) const {
  MutexLock lock(mutex_);
  pool.idle.push_back(context);
}

void Aead::Seal(const Nonce& nonce, Covered covered, std::string_view in, char* out) const {
  Context* const context = Take(sealing_);
  Begin(context, nonce, covered);
  Run(context, in, out);
  int done = 0;
  CheckDone(EVP_CipherFinal_ex(context, Out(out + in.size()), &done));
  CheckDone(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, out + in.size()));
  GiveBack(sealing_, context);
}

bool Aead::Open(const Nonce& nonce, Covered covered, std::string_view sealed, char* out) const {
  STRATA_CHECK(sealed.size() >= kTagSize);
  const std::string_view in = sealed.substr(0, sealed.size() - kTagSize);
  char tag[kTagSize];
  sealed.copy(tag, kTagSize, in.size());
  Context* const context = Take(opening_);
  Begin(context, nonce, covered);
  Run(context, in, out);
  CheckDone(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag));
  int done = 0;
  char none[kTagSize];
  const bool is_genuine = EVP_CipherFinal_ex(context, Out(none), &done) == 1;
  if (!is_genuine) OPENSSL_cleanse(out, in.size());
  GiveBack(opening_, context);
  return is_genuine;
}

}  // namespace strata::crypto
