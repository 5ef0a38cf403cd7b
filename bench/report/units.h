// Numbers for people: five significant digits and a unit, as Criterion prints them.

#pragma once

#include <string>

namespace strata::report {

std::string FormatTime(double nanos);                   // "45.812 us" with the sign for micro.
std::string FormatRate(double per_second, bool bytes);  // "20.812 MiB/s", "1.2346 Melem/s"
std::string FormatPercent(double fraction);             // "+1.2346%"
std::string FormatShort(double value);                  // Five significant digits.
std::string FormatPValue(double p);                     // "p = 0.03" or "p < 0.001"

// The unit in which an axis up to `nanos` is easy to read.
struct TimeUnit {
  const char* name;
  double nanos;
};
TimeUnit UnitFor(double nanos);

}  // namespace strata::report
