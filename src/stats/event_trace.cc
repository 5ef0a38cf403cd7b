#include "stats/event_trace.h"

#include <cmath>
#include <cstdio>

#include "base/json_text.h"

namespace strata {
namespace {

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
