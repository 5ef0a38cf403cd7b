// What a program tells those who run it, one line each: text for a terminal, JSON for machines.
//
//   2026-11-30T14:25:53.123Z warn  limit reached limit=connections_max connection=1027
//   {"time":"2026-11-30T14:25:53.123Z","level":"warn","message":"limit reached","connection":1027}
//
// Names and messages are constants, so that lines can be searched for; what differs is in fields.
// Keys and values of a store belong in none of them: who logs one says so with KeyForLog.
// Thread safety: any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "io/clock.h"
#include "io/mutex.h"

namespace strata {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : std::uint8_t { kText, kJson };

struct LoggerOptions {
  LogFormat format = LogFormat::kText;
  LogLevel level = LogLevel::kInfo;  // Below it nothing is said.
  bool keys = false;                 // Keys may be in it.
  // Lines of one second; the first line of the next one says how many were left out. A client that
  // meets a limit again and again must not fill a disk.
  std::uint32_t lines_max = 200;
};

class Logger {
 public:
  using Sink = std::function<void(std::string_view line)>;
  using Field = std::pair<std::string_view, std::variant<std::uint64_t, std::string_view>>;

  // `clock` is borrowed. `sink` is given whole lines, one at a time.
  Logger(Clock& clock, Sink sink, const LoggerOptions& options = {})
      : clock_(clock),
        lines_max_(options.lines_max),
        level_(options.level),
        format_(options.format),
        keys_(options.keys),
        sink_(std::move(sink)) {}

  void Log(LogLevel level, std::string_view message, std::initializer_list<Field> fields = {});
  bool Wants(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed); }
  // From the next line on; `lines_max` stays.
  void Adjust(const LoggerOptions& options);
  // The key, escaped and shortened, or "(hidden)".
  std::string KeyForLog(std::string_view key) const;

 private:
  bool TakesLine(std::uint64_t now_us, std::uint64_t* left_out) STRATA_REQUIRES(mutex_);

  Clock& clock_;
  const std::uint32_t lines_max_;
  std::atomic<LogLevel> level_;
  std::atomic<LogFormat> format_;
  std::atomic<bool> keys_;
  Mutex mutex_;
  const Sink sink_ STRATA_GUARDED_BY(mutex_);
  std::uint64_t second_ STRATA_GUARDED_BY(mutex_) = 0;
  std::uint32_t lines_ STRATA_GUARDED_BY(mutex_) = 0;  // Of this second.
  std::uint64_t left_out_ STRATA_GUARDED_BY(mutex_) = 0;
};

// "2026-11-30T14:25:53.123Z" of a wall clock.
std::string IsoTime(std::uint64_t wall_us);

}  // namespace strata
