// Commands about when keys expire.

#include <limits>
#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"
#include "resp/expiry_options.h"

namespace strata::resp {
namespace {

constexpr ExpiryUnit kSeconds{1'000'000, false};
constexpr ExpiryUnit kMillis{1'000, false};
constexpr ExpiryUnit kSecondsSince1970{1'000'000, true};
constexpr ExpiryUnit kMillisSince1970{1'000, true};

std::nullopt_t FailTime(Call& call) {
  call.reply.Error("ERR invalid expire time in '" + std::string(call.command.name) + "' command");
  return std::nullopt;
}

// The moment; not after now if the number is negative. As ParseExpiry otherwise. What is a time in
// milliseconds but none in microseconds is as late, or as early, as can be.
std::optional<std::int64_t> ParseMoment(Call& call, ExpiryUnit unit, std::string_view number) {
  const auto value = ParseInteger(number);
  if (!value) {
    call.reply.Error("ERR value is not an integer or out of range");
    return std::nullopt;
  }
  const std::int64_t now_ms = static_cast<std::int64_t>(call.now_us()) / 1'000;
  std::int64_t ms = 0;
  if (__builtin_mul_overflow(*value, unit.micros / 1'000, &ms)) return FailTime(call);
  if (__builtin_add_overflow(ms, unit.absolute ? 0 : now_ms, &ms)) return FailTime(call);
  std::int64_t at = 0;
  if (!__builtin_mul_overflow(ms, 1'000, &at)) {
    return unit.absolute ? at : at + static_cast<std::int64_t>(call.now_us()) % 1'000;
  }
  return ms > 0 ? std::numeric_limits<std::int64_t>::max()
                : std::numeric_limits<std::int64_t>::min();
}

struct Allowed {
  bool if_none = false;
  bool if_some = false;
  bool if_later = false;
  bool if_sooner = false;
};

// False: it has replied.
bool ParseAllowed(Call& call, Allowed* allowed) {
  for (const std::string_view word : call.words.subspan(3)) {
    if (EqualsIgnoringCase(word, "nx")) {
      allowed->if_none = true;
    } else if (EqualsIgnoringCase(word, "xx")) {
      allowed->if_some = true;
    } else if (EqualsIgnoringCase(word, "gt")) {
      allowed->if_later = true;
    } else if (EqualsIgnoringCase(word, "lt")) {
      allowed->if_sooner = true;
    } else {
      call.reply.Error("ERR Unsupported option " + std::string(word));
      return false;
    }
  }
  if (allowed->if_none && (allowed->if_some || allowed->if_later || allowed->if_sooner)) {
    call.reply.Error("ERR NX and XX, GT or LT options at the same time are not compatible");
    return false;
  }
  if (allowed->if_later && allowed->if_sooner) {
    call.reply.Error("ERR GT and LT options at the same time are not compatible");
    return false;
  }
  return true;
}

// A key that never expires is later than all.
bool Allows(const Allowed& allowed, const Entry& entry, std::int64_t at) {
  const bool never = entry.expires_at_us == 0;
  const auto now = never ? std::numeric_limits<std::int64_t>::max()
                         : static_cast<std::int64_t>(entry.expires_at_us);
  return !(allowed.if_none && !never) && !(allowed.if_some && never) &&
         !(allowed.if_later && at <= now) && !(allowed.if_sooner && at >= now);
}

Status ExpireBy(Call& call, ExpiryUnit unit) {
  Allowed allowed;
  const auto at = ParseMoment(call, unit, call.word(2));
  if (!at || !ParseAllowed(call, &allowed)) return {};
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  if (!entry || !Allows(allowed, *entry, *at)) {
    call.reply.Integer(0);
    return {};
  }
  if (*at <= static_cast<std::int64_t>(call.now_us())) {
    STRATA_TRY(call.Delete(call.word(1)));
  } else {
    STRATA_TRY(call.Put(call.word(1), entry->value, static_cast<std::uint64_t>(*at)));
  }
  call.reply.Integer(1);
  return {};
}

Status Expire(Call& call) {
  return ExpireBy(call, kSeconds);
}
Status PExpire(Call& call) {
  return ExpireBy(call, kMillis);
}
Status ExpireAt(Call& call) {
  return ExpireBy(call, kSecondsSince1970);
}
Status PExpireAt(Call& call) {
  return ExpireBy(call, kMillisSince1970);
}

// -2: no such key; -1: it doesn't expire.
Status TellExpiry(Call& call, ExpiryUnit unit) {
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  if (!entry || entry->expires_at_us == 0) {
    call.reply.Integer(entry ? -1 : -2);
    return {};
  }
  const std::uint64_t from = unit.absolute ? 0 : call.now_us();
  const std::uint64_t left = entry->expires_at_us > from ? entry->expires_at_us - from : 0;
  const auto micros = static_cast<std::uint64_t>(unit.micros);
  const bool rounds = unit.micros == kSeconds.micros && !unit.absolute;
  call.reply.Integer(static_cast<std::int64_t>((left + (rounds ? micros / 2 : 0)) / micros));
  return {};
}

Status Ttl(Call& call) {
  return TellExpiry(call, kSeconds);
}
Status PTtl(Call& call) {
  return TellExpiry(call, kMillis);
}
Status ExpireTime(Call& call) {
  return TellExpiry(call, kSecondsSince1970);
}
Status PExpireTime(Call& call) {
  return TellExpiry(call, kMillisSince1970);
}

Status Persist(Call& call) {
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  const bool expires = entry && entry->expires_at_us != 0;
  if (expires) STRATA_TRY(call.Put(call.word(1), entry->value, 0));
  call.reply.Integer(expires ? 1 : 0);
  return {};
}

constexpr KeyPlaces kOneKey{1, 1, 1};

constexpr Command kCommands[] = {
    {"expire", -3, kWrite | kFast, kOneKey, "generic", "1.0.0",
     "Has a key expire in so many seconds.", Expire, kWrites},
    {"pexpire", -3, kWrite | kFast, kOneKey, "generic", "2.6.0",
     "Has a key expire in so many milliseconds.", PExpire, kWrites},
    {"expireat", -3, kWrite | kFast, kOneKey, "generic", "1.2.0",
     "Has a key expire at a time in seconds since 1970.", ExpireAt, kWrites},
    {"pexpireat", -3, kWrite | kFast, kOneKey, "generic", "2.6.0",
     "Has a key expire at a time in milliseconds since 1970.", PExpireAt, kWrites},
    {"ttl", 2, kRead | kFast, kOneKey, "generic", "1.0.0",
     "Returns how many seconds a key has left.", Ttl, kReads},
    {"pttl", 2, kRead | kFast, kOneKey, "generic", "2.6.0",
     "Returns how many milliseconds a key has left.", PTtl, kReads},
    {"expiretime", 2, kRead | kFast, kOneKey, "generic", "7.0.0",
     "Returns when a key expires, in seconds since 1970.", ExpireTime, kReads},
    {"pexpiretime", 2, kRead | kFast, kOneKey, "generic", "7.0.0",
     "Returns when a key expires, in milliseconds since 1970.", PExpireTime, kReads},
    {"persist", 2, kWrite | kFast, kOneKey, "generic", "2.2.0", "Has a key never expire.", Persist,
     kWrites},
};

}  // namespace

std::optional<ExpiryUnit> ExpiryUnitOf(std::string_view word) {
  if (EqualsIgnoringCase(word, "ex")) return kSeconds;
  if (EqualsIgnoringCase(word, "px")) return kMillis;
  if (EqualsIgnoringCase(word, "exat")) return kSecondsSince1970;
  if (EqualsIgnoringCase(word, "pxat")) return kMillisSince1970;
  return std::nullopt;
}

std::optional<std::uint64_t> ParseExpiry(Call& call, ExpiryUnit unit, std::string_view number) {
  if (const auto value = ParseInteger(number); value && *value <= 0) return FailTime(call);
  const auto at = ParseMoment(call, unit, number);
  if (!at) return std::nullopt;
  return static_cast<std::uint64_t>(*at);
}

std::span<const Command> ExpiryCommands() {
  return kCommands;
}

}  // namespace strata::resp
