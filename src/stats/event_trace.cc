#include "stats/event_trace.h"

#include <cmath>
#include <cstdio>

namespace strata {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// The length of the UTF-8 character at `text`, or 0 if there is none.
std::size_t Utf8Length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  if (length < 3) return length;
  // Too long a form, a surrogate, or past U+10FFFF.
  const auto second = static_cast<unsigned char>(text[1]);
  const bool bad = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                   (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
  return bad ? 0 : length;
}

void AppendCodeUnit(std::string* out, unsigned char value) {
  *out += "\\u00";
  *out += kHexDigits[value >> 4];
  *out += kHexDigits[value & 0xf];
}

// Keys may be any bytes, JSON strings may not: a byte that isn't UTF-8 becomes the character of its
// number.
void AppendJsonString(std::string* out, std::string_view text) {
  *out += '"';
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (first == '"' || first == '\\') {
      *out += '\\';
      *out += text[0];
    } else if (length == 0 || first < 0x20) {
      AppendCodeUnit(out, first);
    } else {
      *out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  *out += '"';
}

void AppendJson(std::string* out, const EventValue& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    *out += std::to_string(*number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.6g", *real);
    *out += std::isfinite(*real) ? text : "null";
  } else {
    AppendJsonString(out, std::get<std::string_view>(value));
  }
}

}  // namespace

void EventTrace::Emit(std::string_view event, std::initializer_list<EventField> fields) {
  std::string line = "{\"time_us\":" + std::to_string(clock_.NowMicros()) + ",\"event\":";
  AppendJsonString(&line, event);
  for (const auto& [name, value] : fields) {
    line += ',';
    AppendJsonString(&line, name);
    line += ':';
    AppendJson(&line, value);
  }
  line += "}\n";
  MutexLock lock(mutex_);
  sink_(line);
}

Result<std::unique_ptr<EventTrace>> NewFileEventTrace(FileSystem& files, const std::string& path,
                                                      Clock& clock) {
  STRATA_TRY_ASSIGN(std::shared_ptr<WritableFile> file, files.Create(path));
  const auto sink = [file, failed = false](std::string_view line) mutable {
    failed = failed || !file->Append(line).has_value();
  };
  return std::make_unique<EventTrace>(clock, sink);
}

}  // namespace strata
