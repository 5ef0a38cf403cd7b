#include "cli/format/json.h"

#include "base/base64.h"
#include "base/utf8.h"

namespace strata::cli {

void AppendJsonString(std::string* out, std::string_view text) {
  constexpr char kHexDigits[] = "0123456789abcdef";
  out->push_back('"');
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      out->push_back('\\');
      out->push_back(byte);
    } else if (byte == '\n') {
      out->append("\\n");
    } else if (byte == '\t') {
      out->append("\\t");
    } else if (value < 0x20 || value == 0x7f) {
      out->append("\\u00");
      out->push_back(kHexDigits[value >> 4]);
      out->push_back(kHexDigits[value & 0xf]);
    } else {
      out->push_back(byte);
    }
  }
  out->push_back('"');
}

void AppendJsonBytes(std::string* out, std::string_view name, std::string_view bytes) {
  const bool is_text = IsValidUtf8(bytes);
  AppendJsonString(out, std::string(name) + (is_text ? "" : "_b64"));
  out->push_back(':');
  AppendJsonString(out, is_text ? std::string(bytes) : EncodeBase64(bytes));
}

}  // namespace strata::cli
