#include "cli/format/moment.h"

#include <chrono>
#include <cstdio>

namespace strata::cli {
namespace {

constexpr std::uint64_t kSecond = 1'000'000;

// Digits at `*at`, exactly `count` of them, then `after` unless it is 0; -1 when it isn't so.
int TakeNumber(std::string_view text, std::size_t* at, std::size_t count, char after) {
  int number = 0;
  if (text.size() - *at < count + (after != 0 ? 1 : 0)) return -1;
  for (std::size_t i = 0; i < count; ++i) {
    const char digit = text[(*at)++];
    if (digit < '0' || digit > '9') return -1;
    number = number * 10 + (digit - '0');
  }
  if (after != 0 && text[(*at)++] != after) return -1;
  return number;
}

// ".25" or nothing, in microseconds; more digits than a microsecond has are cut off.
std::uint64_t TakeFraction(std::string_view text, std::size_t* at) {
  if (*at >= text.size() || text[*at] != '.') return 0;
  std::uint64_t micros = 0;
  std::uint64_t unit = kSecond / 10;
  for (++*at; *at < text.size() && text[*at] >= '0' && text[*at] <= '9'; ++*at, unit /= 10) {
    micros += static_cast<std::uint64_t>(text[*at] - '0') * unit;
  }
  return micros;
}

// "Z" or "+02:00", in minutes; nothing when it is neither, or isn't the end.
std::optional<int> TakeOffset(std::string_view text, std::size_t at) {
  if (text.substr(at) == "Z") return 0;
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
  const int sign = text[at++] == '-' ? -1 : 1;
  const int hours = TakeNumber(text, &at, 2, ':');
  const int minutes = hours < 0 ? -1 : TakeNumber(text, &at, 2, 0);
  if (minutes < 0 || minutes > 59 || hours > 23 || at != text.size()) return std::nullopt;
  return sign * (hours * 60 + minutes);
}

}  // namespace

std::string FormatMoment(std::uint64_t micros) {
  using namespace std::chrono;
  const sys_seconds second{seconds(micros / kSecond)};
  const sys_days day = floor<days>(second);
  const year_month_day date{day};
  const hh_mm_ss time{second - day};
  char text[64];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  std::string moment = text;
  if (const std::uint64_t rest = micros % kSecond; rest != 0) {
    std::snprintf(text, sizeof(text), ".%06u", static_cast<unsigned>(rest));
    moment += text;
    moment.erase(moment.find_last_not_of('0') + 1);
  }
  return moment + "Z";
}

Result<std::uint64_t> ParseMoment(std::string_view text) {
  using namespace std::chrono;
  const Error wrong = InvalidArgument("'" + std::string(text) +
                                      "' isn't a time as 2026-12-01T09:30:00Z or "
                                      "2026-12-01T09:30:00+02:00");
  std::size_t at = 0;
  const int parts[] = {TakeNumber(text, &at, 4, '-'), TakeNumber(text, &at, 2, '-'),
                       TakeNumber(text, &at, 2, 'T'), TakeNumber(text, &at, 2, ':'),
                       TakeNumber(text, &at, 2, ':'), TakeNumber(text, &at, 2, 0)};
  for (const int part : parts) {
    if (part < 0) return wrong;
  }
  const std::uint64_t micros = TakeFraction(text, &at);
  const auto offset = TakeOffset(text, at);
  const year_month_day date{year(parts[0]), month(static_cast<unsigned>(parts[1])),
                            day(static_cast<unsigned>(parts[2]))};
  if (!offset || !date.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 60) return wrong;
  const auto second = sys_days(date).time_since_epoch() + hours(parts[3]) +
                      minutes(parts[4] - *offset) + seconds(parts[5]);
  const auto count = duration_cast<seconds>(second).count();
  if (count < 0) return wrong;
  return static_cast<std::uint64_t>(count) * kSecond + micros;
}

}  // namespace strata::cli
