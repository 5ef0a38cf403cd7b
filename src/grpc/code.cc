#include "grpc/code.h"

#include <array>
#include <charconv>

#include "base/base64.h"

namespace strata::grpc {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

struct Unit {
  char letter;
  std::uint64_t nanos;
};
constexpr std::array<Unit, 6> kUnits{{{'n', 1},
                                      {'u', 1'000},
                                      {'m', 1'000'000},
                                      {'S', 1'000'000'000},
                                      {'M', 60'000'000'000},
                                      {'H', 3'600'000'000'000}}};
constexpr std::size_t kTimeoutDigits = 8;

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

}  // namespace

std::string_view NameOf(Code code) {
  static constexpr std::array<std::string_view, 17> kNames{"OK",
                                                           "CANCELLED",
                                                           "UNKNOWN",
                                                           "INVALID_ARGUMENT",
                                                           "DEADLINE_EXCEEDED",
                                                           "NOT_FOUND",
                                                           "ALREADY_EXISTS",
                                                           "PERMISSION_DENIED",
                                                           "RESOURCE_EXHAUSTED",
                                                           "FAILED_PRECONDITION",
                                                           "ABORTED",
                                                           "OUT_OF_RANGE",
                                                           "UNIMPLEMENTED",
                                                           "INTERNAL",
                                                           "UNAVAILABLE",
                                                           "DATA_LOSS",
                                                           "UNAUTHENTICATED"};
  return kNames[static_cast<std::size_t>(code)];
}

Code CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCorruption:
      return Code::kDataLoss;
    case ErrorCode::kInvalidArgument:
      return Code::kInvalidArgument;
    case ErrorCode::kIo:
      return Code::kInternal;
    case ErrorCode::kNoSpace:
    case ErrorCode::kNoDescriptors:
      return Code::kResourceExhausted;
    case ErrorCode::kNotFound:
      return Code::kNotFound;
    case ErrorCode::kReadOnly:
    case ErrorCode::kConditionFailed:
      return Code::kFailedPrecondition;
    case ErrorCode::kUnsupported:
      return Code::kUnimplemented;
    case ErrorCode::kBusy:
    case ErrorCode::kConflict:
    case ErrorCode::kDeadlock:
    case ErrorCode::kTimedOut:
      return Code::kAborted;
    case ErrorCode::kWouldWait:
    case ErrorCode::kAborted:
    case ErrorCode::kUnavailable:
      return Code::kUnavailable;
  }
  return Code::kUnknown;
}

std::string EncodeMessage(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4];
    encoded += kHex[byte & 15];
  }
  return encoded;
}

std::string DecodeMessage(std::string_view encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '%' && i + 2 < encoded.size()) {
      const auto high = HexDigit(encoded[i + 1]);
      const auto low = HexDigit(encoded[i + 2]);
      if (high && low) {
        text += static_cast<char>(*high << 4 | *low);
        i += 2;
        continue;
      }
    }
    text += encoded[i];
  }
  return text;
}

std::optional<std::uint64_t> ParseTimeout(std::string_view text) {
  if (text.size() < 2 || text.size() > kTimeoutDigits + 1) return std::nullopt;
  std::uint64_t amount = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [at, failed] = std::from_chars(text.data(), end, amount);
  if (failed != std::errc() || at != end) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.letter != text.back()) continue;
    return unit.nanos < 1'000 ? amount / 1'000 : amount * (unit.nanos / 1'000);
  }
  return std::nullopt;
}

// The smallest unit in which it fits eight digits.
std::string TimeoutText(std::uint64_t timeout_us) {
  constexpr std::uint64_t kTooLarge = 100'000'000;
  for (const Unit& unit : kUnits) {
    if (unit.nanos < 1'000) continue;
    const std::uint64_t amount = timeout_us / (unit.nanos / 1'000);
    if (amount < kTooLarge) return std::to_string(amount) + unit.letter;
  }
  return std::to_string(kTooLarge - 1) + 'H';
}

bool IsGrpc(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return type == "application/grpc" || type == "application/grpc+proto";
}

std::string EncodeBinary(std::string_view bytes) {
  return EncodeBase64Unpadded(bytes);
}

std::optional<std::string> DecodeBinary(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  auto bytes = DecodeBase64Unpadded(text);
  if (!bytes) return std::nullopt;
  return *std::move(bytes);
}

}  // namespace strata::grpc
