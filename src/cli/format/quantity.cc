#include "cli/format/quantity.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <span>

namespace strata::cli {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 14> kSizeUnits{{{"", 1},
                                           {"B", 1},
                                           {"K", 1ULL << 10},
                                           {"KiB", 1ULL << 10},
                                           {"kB", 1000},
                                           {"M", 1ULL << 20},
                                           {"MiB", 1ULL << 20},
                                           {"MB", 1'000'000},
                                           {"G", 1ULL << 30},
                                           {"GiB", 1ULL << 30},
                                           {"GB", 1'000'000'000},
                                           {"T", 1ULL << 40},
                                           {"TiB", 1ULL << 40},
                                           {"TB", 1'000'000'000'000}}};
constexpr std::array<Unit, 5> kCountUnits{
    {{"", 1}, {"k", 1000}, {"K", 1000}, {"M", 1'000'000}, {"G", 1'000'000'000}}};
constexpr std::array<Unit, 6> kTimeUnits{{{"us", 1},
                                          {"ms", 1000},
                                          {"s", 1'000'000},
                                          {"m", 60'000'000},
                                          {"h", 3'600'000'000},
                                          {"d", 86'400'000'000}}};

// A decimal number, with or without a fraction, then one of the units.
Result<std::uint64_t> Parse(std::string_view text, std::span<const Unit> units,
                            std::string_view example) {
  const std::string problem = "'" + std::string(text) + "' isn't " + std::string(example);
  double number = 0;
  const char* end = text.data() + text.size();
  const bool starts_well = !text.empty() && text[0] >= '0' && text[0] <= '9';
  const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (!starts_well || parsed.ec != std::errc{}) return InvalidArgument(problem);
  std::string_view rest(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
  for (const Unit& unit : units) {
    if (unit.name != rest) continue;
    // Whole numbers are exact to 64 bits; fractions are as exact as a double.
    std::uint64_t whole = 0;
    const auto exact = std::from_chars(text.data(), end, whole);
    if (exact.ptr == parsed.ptr && exact.ec == std::errc{} && whole <= ~0ULL / unit.factor) {
      return whole * unit.factor;
    }
    const double product = number * static_cast<double>(unit.factor);
    if (product < 0x1p63) return static_cast<std::uint64_t>(std::llround(product));
    return InvalidArgument("'" + std::string(text) + "' is too large");
  }
  return InvalidArgument(problem);
}

// With the largest of the units that goes into it.
std::string Exact(std::uint64_t number, std::span<const Unit> units) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (number % units[i].factor == 0 && units[i].factor >= units[best].factor) best = i;
  }
  return number == 0 ? "0"
                     : std::to_string(number / units[best].factor) + std::string(units[best].name);
}

}  // namespace

std::string SizeText(std::uint64_t bytes) {
  constexpr std::array<Unit, 5> kUnits{{{"B", 1},
                                        {"KiB", 1ULL << 10},
                                        {"MiB", 1ULL << 20},
                                        {"GiB", 1ULL << 30},
                                        {"TiB", 1ULL << 40}}};
  return Exact(bytes, kUnits);
}

std::string DurationText(std::uint64_t micros) {
  return Exact(micros, kTimeUnits);
}

Result<std::uint64_t> ParseSize(std::string_view text) {
  return Parse(text, kSizeUnits, "a size such as 65536, 64KiB or 1GB");
}

Result<std::uint64_t> ParseCount(std::string_view text) {
  return Parse(text, kCountUnits, "a number such as 1000, 10k or 3M");
}

Result<std::uint64_t> ParseDurationMicros(std::string_view text) {
  if (text == "0") return std::uint64_t{0};
  return Parse(text, kTimeUnits, "a time such as 250ms, 10s, 5m, 1h or 2d");
}

std::string FormatReal(double value, int digits) {
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::string FormatSize(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kNames{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  return FormatReal(value, 1) + " " + std::string(kNames[unit]);
}

std::string FormatCount(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

std::string FormatNanos(std::uint64_t nanos) {
  const auto value = static_cast<double>(nanos);
  if (nanos < 1000) return std::to_string(nanos) + " ns";
  if (nanos < 1'000'000) return FormatReal(value / 1e3, 2) + " us";
  if (nanos < 1'000'000'000) return FormatReal(value / 1e6, 2) + " ms";
  return FormatReal(value / 1e9, 2) + " s";
}

}  // namespace strata::cli
