#include "auth/password.h"

#include <charconv>
#include <cstdio>
#include <openssl/evp.h>

#include "auth/digest.h"
#include "base/base64.h"

namespace strata::auth {
namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kMemoryMax = 64 << 20;

Result<std::string> Scrypt(std::string_view password, std::string_view salt, const HashCost& cost) {
  std::string hash(kHashBytes, '\0');
  constexpr std::uint64_t kBeside = 1 << 20;  // OpenSSL counts what it needs besides.
  const int made = EVP_PBE_scrypt(
      password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
      salt.size(), std::uint64_t{1} << cost.log_n, static_cast<std::uint64_t>(cost.r),
      static_cast<std::uint64_t>(cost.p), kMemoryMax + kBeside,
      reinterpret_cast<unsigned char*>(hash.data()), hash.size());
  if (made != 1) return Error(ErrorCode::kIo, "no memory to hash a password: try again");
  return hash;
}

struct Parts {
  HashCost cost;
  std::string salt;
  std::string hash;
};

Error NoHash() {
  return Corruption("what is kept of a password is no hash of one");
}

// The number after `name` at the front of `*text`, which is taken off; -1: there is none.
int TakeNumber(std::string_view name, std::string_view* text) {
  int value = -1;
  if (!text->starts_with(name)) return -1;
  text->remove_prefix(name.size());
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc()) return -1;
  text->remove_prefix(static_cast<std::size_t>(parsed.ptr - text->data()));
  return value;
}

bool IsAffordable(const HashCost& cost) {
  if (cost.log_n < 1 || cost.log_n > 24 || cost.r < 1 || cost.r > 64 || cost.p < 1 || cost.p > 16)
    return false;
  return (std::uint64_t{128} << cost.log_n) * static_cast<std::uint64_t>(cost.r) <= kMemoryMax;
}

Result<Parts> Parse(std::string_view text) {
  Parts parts;
  parts.cost.log_n = TakeNumber("$scrypt$ln=", &text);
  parts.cost.r = TakeNumber(",r=", &text);
  parts.cost.p = TakeNumber(",p=", &text);
  const std::size_t middle = text.find('$', 1);
  if (!IsAffordable(parts.cost) || !text.starts_with('$') || middle == std::string_view::npos) {
    return NoHash();
  }
  auto salt = DecodeBase64Unpadded(text.substr(1, middle - 1));
  auto hash = DecodeBase64Unpadded(text.substr(middle + 1));
  if (!salt || !hash || hash->size() != kHashBytes) return NoHash();
  parts.salt = *std::move(salt);
  parts.hash = *std::move(hash);
  return parts;
}

}  // namespace

Result<std::string> HashPassword(std::string_view password, std::string_view salt,
                                 const HashCost& cost) {
  if (password.empty() || password.size() > kPasswordBytesMax) {
    return InvalidArgument("a password has 1 to " + std::to_string(kPasswordBytesMax) + " bytes");
  }
  STRATA_TRY_ASSIGN(const std::string hash, Scrypt(password, salt, cost));
  return "$scrypt$ln=" + std::to_string(cost.log_n) + ",r=" + std::to_string(cost.r) +
         ",p=" + std::to_string(cost.p) + "$" + EncodeBase64Unpadded(salt) + "$" +
         EncodeBase64Unpadded(hash);
}

Result<bool> IsPassword(std::string_view password, std::string_view hash) {
  STRATA_TRY_ASSIGN(const Parts parts, Parse(hash));
  if (password.size() > kPasswordBytesMax) return false;
  STRATA_TRY_ASSIGN(const std::string made, Scrypt(password, parts.salt, parts.cost));
  return EqualInConstantTime(made, parts.hash);
}

const std::string& HashOfNobody() {
  static const std::string hash = "$scrypt$ln=14,r=8,p=1$" +
                                  EncodeBase64Unpadded(std::string(kSaltBytes, 'n')) + "$" +
                                  EncodeBase64Unpadded(std::string(kHashBytes, '\0'));
  return hash;
}

}  // namespace strata::auth
