#include "auth/rows.h"

#include <algorithm>
#include <optional>

#include "base/coding.h"
#include "base/escape.h"

namespace strata::auth {
namespace {

constexpr char kFormat = 1;
constexpr std::string_view kUser = "user/";
constexpr std::string_view kRole = "role/";
constexpr std::string_view kToken = "token/";
constexpr std::string_view kChange = "change/";
constexpr std::string_view kVersion = "version";

// --- the way out ---------------------------------------------------------------------------------

void AppendTexts(std::string* out, const std::vector<std::string>& texts) {
  AppendVarint64(out, texts.size());
  for (const std::string& text : texts) AppendLengthPrefixed(out, text);
}

void AppendGrants(std::string* out, const std::vector<Grant>& grants) {
  AppendVarint64(out, grants.size());
  for (const Grant& grant : grants) {
    AppendVarint64(out, grant.actions.bits());
    AppendLengthPrefixed(out, grant.table);
    AppendLengthPrefixed(out, grant.keys.lower);
    out->push_back(grant.keys.upper ? 1 : 0);
    if (grant.keys.upper) AppendLengthPrefixed(out, *grant.keys.upper);
  }
}

std::string Encode(const User& user) {
  std::string out{kFormat, user.enabled ? '\1' : '\0'};
  AppendVarint64(&out, user.since);
  AppendTexts(&out, user.passwords);
  AppendTexts(&out, user.certificates);
  AppendTexts(&out, user.roles);
  AppendGrants(&out, user.grants);
  return out;
}

std::string Encode(const Role& role) {
  std::string out{kFormat};
  AppendGrants(&out, role.grants);
  return out;
}

std::string Encode(const Token& token) {
  std::string out{kFormat};
  AppendLengthPrefixed(&out, token.user);
  AppendLengthPrefixed(&out, token.digest);
  AppendFixed64(&out, token.expires_at_us);
  return out;
}

template <typename T>
void AppendAll(std::string_view beginning, const std::map<std::string, T, std::less<>>& all,
               std::vector<Row>* rows) {
  for (const auto& [name, one] : all) rows->push_back({std::string(beginning) + name, Encode(one)});
}

// --- the way back --------------------------------------------------------------------------------

// Each read fails for good once one has failed; a count is never believed before its texts are
// there.
class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : in_(bytes) {}

  bool Bool() { return Take(in_.ReadFixed<std::uint8_t>()) != 0; }
  std::uint64_t Fixed64() { return Take(in_.ReadFixed<std::uint64_t>()); }
  std::uint64_t Varint() { return Take(in_.ReadVarint64()); }
  std::string Text() { return std::string(Take(in_.ReadLengthPrefixed())); }

  std::vector<std::string> Texts() {
    std::vector<std::string> texts;
    for (std::uint64_t left = Varint(); ok_ && left > 0; --left) {
      texts.push_back(Text());
    }
    return texts;
  }

  std::vector<Grant> Grants() {
    std::vector<Grant> grants;
    for (std::uint64_t left = Varint(); ok_ && left > 0; --left) {
      Grant& grant = grants.emplace_back();
      grant.actions = ActionSet::FromBits(Varint());
      grant.table = Text();
      grant.keys.lower = Text();
      if (Bool()) grant.keys.upper = Text();
    }
    return grants;
  }

  // All was read, and no more is there.
  bool is_whole() const { return ok_ && in_.empty(); }

 private:
  template <typename T>
  T Take(const std::optional<T>& value) {
    ok_ = ok_ && value.has_value();
    return ok_ ? *value : T();
  }

  ByteReader in_;
  bool ok_ = true;
};

User DecodeUser(RowReader* in) {
  User user{.enabled = in->Bool()};
  user.since = in->Varint();
  user.passwords = in->Texts();
  user.certificates = in->Texts();
  user.roles = in->Texts();
  user.grants = in->Grants();
  return user;
}

Token DecodeToken(RowReader* in) {
  Token token{.user = in->Text()};
  token.digest = in->Text();
  token.expires_at_us = in->Fixed64();
  return token;
}

Error Bad(std::string_view key) {
  return Corruption("the row " + Escape(key) + " of the table " + std::string(kRulesTable) +
                    " is none of its format");
}

}  // namespace

std::vector<Row> EncodeRows(const Accounts& accounts) {
  std::vector<Row> rows;
  AppendAll(kRole, accounts.roles, &rows);
  AppendAll(kToken, accounts.tokens, &rows);
  AppendAll(kUser, accounts.users, &rows);
  if (accounts.version == 0) return rows;
  std::string version{kFormat};
  AppendFixed64(&version, accounts.version);
  AppendLengthPrefixed(&version, accounts.head);
  rows.push_back({std::string(kVersion), std::move(version)});
  return rows;
}

Status DecodeRow(std::string_view key, std::string_view value, Accounts* accounts) {
  if (key.starts_with(kChange)) return {};
  if (value.empty()) return Bad(key);
  if (value.front() > kFormat) {
    return Error(ErrorCode::kUnsupported, "the row " + Escape(key) + " of the table " +
                                              std::string(kRulesTable) +
                                              " was written by a newer program: use that");
  }
  RowReader in(value.substr(1));
  if (key.starts_with(kUser)) {
    accounts->users[std::string(key.substr(kUser.size()))] = DecodeUser(&in);
  } else if (key.starts_with(kRole)) {
    accounts->roles[std::string(key.substr(kRole.size()))] = {.grants = in.Grants()};
  } else if (key.starts_with(kToken)) {
    accounts->tokens[std::string(key.substr(kToken.size()))] = DecodeToken(&in);
  } else if (key == kVersion) {
    accounts->version = in.Fixed64();
    accounts->head = in.Text();
  } else {
    return Bad(key);
  }
  return value.front() == kFormat && in.is_whole() ? Status() : Status(Bad(key));
}

std::string ChangeKey(std::uint64_t number) {
  constexpr std::size_t kDigits = 20;
  const std::string digits = std::to_string(number);
  return std::string(kChange) + std::string(kDigits - digits.size(), '0') + digits;
}

}  // namespace strata::auth
