#include "io/logger.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/escape.h"
#include "base/json_text.h"

namespace strata {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

std::string_view NameOf(LogLevel level) {
  return kLevelNames[static_cast<std::size_t>(level)];
}

void AppendField(std::string* line, LogFormat format, const Logger::Field& field) {
  const auto& [name, value] = field;
  const auto* number = std::get_if<std::uint64_t>(&value);
  if (format == LogFormat::kJson) {
    *line += ',';
    AppendJsonString(line, name);
    *line += ':';
    if (number != nullptr) {
      *line += std::to_string(*number);
    } else {
      AppendJsonString(line, std::get<std::string_view>(value));
    }
    return;
  }
  *line += ' ';
  *line += name;
  *line += '=';
  if (number != nullptr) {
    *line += std::to_string(*number);
    return;
  }
  const std::string text = Escape(std::get<std::string_view>(value));
  const bool plain = !text.empty() && text.find_first_of(" \"=") == std::string::npos;
  *line += plain ? text : "\"" + text + "\"";
}

}  // namespace

std::string IsoTime(std::uint64_t wall_us) {
  const auto seconds = static_cast<std::time_t>(wall_us / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text;
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> millis;
  (void)std::snprintf(millis.data(), millis.size(), ".%03uZ",
                      static_cast<unsigned>(wall_us / 1'000 % 1'000));
  return std::string(text.data(), size) + millis.data();
}

std::string Logger::KeyForLog(std::string_view key) const {
  return keys_ ? EscapeShort(key) : "(hidden)";
}

// True: the line may go out, and tells how many did not.
bool Logger::TakesLine(std::uint64_t now_us, std::uint64_t* left_out) {
  if (now_us / 1'000'000 != second_) {
    second_ = now_us / 1'000'000;
    lines_ = 0;
  }
  if (lines_ >= lines_max_) {
    ++left_out_;
    return false;
  }
  ++lines_;
  *left_out = std::exchange(left_out_, 0);
  return true;
}

void Logger::Adjust(const LoggerOptions& options) {
  level_ = options.level;
  format_ = options.format;
  keys_ = options.keys;
}

void Logger::Log(LogLevel level, std::string_view message, std::initializer_list<Field> fields) {
  if (!Wants(level)) return;
  const std::uint64_t now = clock_.WallMicros();
  const MutexLock lock(mutex_);
  std::uint64_t left_out = 0;
  if (!TakesLine(now, &left_out)) return;
  std::string line;
  const LogFormat format = format_;
  if (format == LogFormat::kJson) {
    line = "{\"time\":\"" + IsoTime(now) + "\",\"level\":\"" + std::string(NameOf(level)) +
           "\",\"message\":";
    AppendJsonString(&line, message);
  } else {
    std::string name(NameOf(level));
    name.resize(5, ' ');
    line = IsoTime(now) + " " + name + " " + std::string(message);
  }
  for (const Field& field : fields) AppendField(&line, format, field);
  if (left_out > 0) AppendField(&line, format, {"lines_left_out", left_out});
  line += format == LogFormat::kJson ? "}\n" : "\n";
  sink_(line);
}

}  // namespace strata
