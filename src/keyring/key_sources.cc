#include "keyring/key_sources.h"

#include <cstring>
#include <utility>

#include "io/child_output.h"

namespace strata::keyring {
namespace {

constexpr std::uint64_t kSourceBytesMax = 4096;

struct Parts {
  std::string_view kind;
  std::string_view name;
};

Parts Split(std::string_view source) {
  const std::size_t colon = source.find(':');
  if (colon == std::string_view::npos) return {source, {}};
  return {source.substr(0, colon), source.substr(colon + 1)};
}

std::optional<int> Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

bool FromDigits(std::string_view text, crypto::Secret* key) {
  for (std::size_t i = 0; i < crypto::kKeySize; ++i) {
    const auto high = Digit(text[2 * i]);
    const auto low = Digit(text[2 * i + 1]);
    if (!high || !low) return false;
    key->data()[i] = static_cast<char>(*high << 4 | *low);
  }
  return true;
}

Result<crypto::Secret> KeyOf(std::string_view given) {
  if (given.size() == crypto::kKeySize) return crypto::Secret(given);
  std::string_view text = given;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  crypto::Secret key;
  if (text.size() == 2 * crypto::kKeySize && FromDigits(text, &key)) return key;
  return InvalidArgument("it gives " + std::to_string(given.size()) +
                         " bytes; a key is 32 random bytes, or 64 hexadecimal digits "
                         "(`head -c 32 /dev/urandom > FILE` makes one)");
}

Result<std::string> BytesOf(const KeySources& sources, const Parts& parts) {
  const std::string name(parts.name);
  if (parts.kind == "file") return sources.files->ReadFile(name, kSourceBytesMax);
  if (parts.kind == "command") return sources.command(name);
  const bool is_credential = parts.kind == "credential";
  const auto value = sources.variable(is_credential ? "CREDENTIALS_DIRECTORY" : name);
  if (!value) {
    return InvalidArgument(is_credential ? "systemd passed no credentials: LoadCredential= of the "
                                           "unit names them"
                                         : "the variable isn't set");
  }
  if (!is_credential) return *value;
  return sources.files->ReadFile(JoinPath(*value, name), kSourceBytesMax);
}

}  // namespace

KeySources RealKeySources(FileSystem& files) {
  return {.files = &files, .variable = ProcessVariable, .command = [](const std::string& command) {
            return OutputOfCommand(command, {});
          }};
}

Status CheckSource(std::string_view source) {
  const Parts parts = Split(source);
  const bool has_name = !parts.name.empty();
  if (parts.kind == "file" && has_name && parts.name.front() == '/') return {};
  if (parts.kind == "credential" && has_name && parts.name.find('/') == std::string_view::npos) {
    return {};
  }
  if ((parts.kind == "env" || parts.kind == "command") && has_name) return {};
  return InvalidArgument("'" + std::string(source) +
                         "' says no place of a key: give file:/PATH, env:NAME, credential:NAME or "
                         "command:COMMAND");
}

Result<crypto::Secret> ReadKey(const KeySources& sources, const std::string& source) {
  STRATA_TRY(CheckSource(source));
  STRATA_TRY_ASSIGN(std::string bytes, BytesOf(sources, Split(source)));
  auto key = KeyOf(bytes);
  explicit_bzero(bytes.data(), bytes.size());
  return key;
}

}  // namespace strata::keyring
