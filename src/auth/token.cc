#include "auth/token.h"

#include "auth/digest.h"
#include "base/coding.h"

namespace strata::auth {
namespace {

constexpr std::string_view kBeginning = "strata_";
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kSecretWords = 3;
constexpr std::size_t kTextSize = kBeginning.size() + kIdDigits + 1 + kSecretWords * 16;

std::string HexWords(const Entropy& entropy, std::size_t words) {
  std::string bytes;
  for (std::size_t i = 0; i < words; ++i) AppendFixed64(&bytes, entropy());
  return Hex(bytes);
}

}  // namespace

bool LooksLikeToken(std::string_view text) {
  return text.size() == kTextSize && text.starts_with(kBeginning);
}

NewToken MakeToken(std::string_view user, std::uint64_t expires_at_us, const Entropy& entropy) {
  NewToken made{.id = HexWords(entropy, 1)};
  const std::string secret = HexWords(entropy, kSecretWords);
  made.text = std::string(kBeginning) + made.id + "_" + secret;
  made.token = {
      .user = std::string(user), .digest = Sha256(secret), .expires_at_us = expires_at_us};
  return made;
}

const Token* FindToken(const Accounts& accounts, std::string_view text, std::uint64_t now_us) {
  if (!LooksLikeToken(text)) return nullptr;
  text.remove_prefix(kBeginning.size());
  if (text[kIdDigits] != '_') return nullptr;
  const auto at = accounts.tokens.find(text.substr(0, kIdDigits));
  if (at == accounts.tokens.end() || now_us >= at->second.expires_at_us) return nullptr;
  const std::string digest = Sha256(text.substr(kIdDigits + 1));
  return EqualInConstantTime(digest, at->second.digest) ? &at->second : nullptr;
}

}  // namespace strata::auth
