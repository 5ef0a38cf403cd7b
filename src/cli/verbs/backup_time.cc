#include "cli/verbs/backup_time.h"

#include <chrono>
#include <cstdio>

namespace strata::cli {

namespace chrono = std::chrono;

std::string FormatTime(std::uint64_t time_us) {
  if (time_us == 0) return "";
  const chrono::sys_time<chrono::microseconds> time{chrono::microseconds(time_us)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(chrono::floor<chrono::seconds>(time - day));
  char text[64];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

Result<std::uint64_t> ParseTime(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int end = 0;
  const std::string copy(text);
  const int read = std::sscanf(copy.c_str(), "%4d-%2u-%2uT%2d:%2d:%2dZ%n", &year, &month, &day,
                               &hour, &minute, &second, &end);
  const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
  const bool fits = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 &&
                    second < 60 && year >= 1970 && date.ok();
  if (read != 6 || end != static_cast<int>(copy.size()) || !fits) {
    return InvalidArgument("'" + copy + "' isn't a moment like 2026-12-01T04:30:00Z");
  }
  const auto moment = chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) +
                      chrono::seconds(second + 1) - chrono::microseconds(1);
  return static_cast<std::uint64_t>(
      chrono::duration_cast<chrono::microseconds>(moment.time_since_epoch()).count());
}

}  // namespace strata::cli
