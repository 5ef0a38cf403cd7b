#include "report/units.h"

#include <cmath>
#include <cstdio>

namespace strata::report {

std::string FormatShort(double value) {
  char text[40];
  const double size = std::abs(value);
  if (size > 0 && size < 0.01) {
    std::snprintf(text, sizeof(text), "%.3g", value);
    return text;
  }
  const int decimals = size < 10 ? 4 : size < 100 ? 3 : size < 1000 ? 2 : size < 10'000 ? 1 : 0;
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

TimeUnit UnitFor(double nanos) {
  const double size = std::abs(nanos);
  if (size < 1) return {"ps", 1e-3};
  if (size < 1e3) return {"ns", 1};
  if (size < 1e6) return {"µs", 1e3};
  if (size < 1e9) return {"ms", 1e6};
  return {"s", 1e9};
}

std::string FormatTime(double nanos) {
  const TimeUnit unit = UnitFor(nanos);
  return FormatShort(nanos / unit.nanos) + " " + unit.name;
}

std::string FormatRate(double per_second, bool bytes) {
  if (bytes) {
    const char* const units[] = {"B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"};
    int i = 0;
    for (; i < 4 && per_second >= 1024; ++i) per_second /= 1024;
    return FormatShort(per_second) + " " + units[i];
  }
  const char* const units[] = {"elem/s", "Kelem/s", "Melem/s", "Gelem/s"};
  int i = 0;
  for (; i < 3 && per_second >= 1000; ++i) per_second /= 1000;
  return FormatShort(per_second) + " " + units[i];
}

std::string FormatPercent(double fraction) {
  char text[40];
  std::snprintf(text, sizeof(text), "%+.2f%%", fraction * 100);
  return text;
}

std::string FormatPValue(double p) {
  if (p < 0.001) return "p < 0.001";
  char text[40];
  std::snprintf(text, sizeof(text), p < 0.01 ? "p = %.3f" : "p = %.2f", p);
  return text;
}

}  // namespace strata::report
