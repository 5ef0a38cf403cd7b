// Commands that count: values that are decimal numbers.

#include <cmath>

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

Status IncrementBy(Call& call, std::int64_t amount) {
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  std::int64_t value = 0;
  if (entry) {
    const auto old = ParseInteger(entry->value);
    if (!old) return call.FailInteger();
    value = *old;
  }
  if (__builtin_add_overflow(value, amount, &value)) {
    return call.Fail("ERR increment or decrement would overflow");
  }
  STRATA_TRY(call.Put(call.word(1), std::to_string(value), entry ? entry->expires_at_us : 0));
  call.reply.Integer(value);
  return {};
}

Status Incr(Call& call) {
  return IncrementBy(call, 1);
}

Status Decr(Call& call) {
  return IncrementBy(call, -1);
}

Status IncrBy(Call& call) {
  const auto amount = ParseInteger(call.word(2));
  return amount ? IncrementBy(call, *amount) : call.FailInteger();
}

Status DecrBy(Call& call) {
  const auto amount = ParseInteger(call.word(2));
  if (!amount) return call.FailInteger();
  std::int64_t negative = 0;
  if (__builtin_sub_overflow(std::int64_t{0}, *amount, &negative)) {
    return call.Fail("ERR decrement would overflow");
  }
  return IncrementBy(call, negative);
}

Status IncrByFloat(Call& call) {
  const auto amount = ParseFloat(call.word(2));
  if (!amount) return call.Fail("ERR value is not a valid float");
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  const auto old = ParseFloat(entry ? std::string_view(entry->value) : "0");
  if (!old) return call.Fail("ERR value is not a valid float");
  const long double value = *old + *amount;
  if (std::isnan(value) || std::isinf(value)) {
    return call.Fail("ERR increment would produce NaN or Infinity");
  }
  const std::string text = FloatText(value);
  STRATA_TRY(call.Put(call.word(1), text, entry ? entry->expires_at_us : 0));
  call.reply.Bulk(text);
  return {};
}

constexpr KeyPlaces kOneKey{1, 1, 1};

constexpr Command kCommands[] = {
    {"incr", 2, kWrite | kFast, kOneKey, "string", "1.0.0", "Adds one to a number.", Incr,
     kReadsAndWrites},
    {"decr", 2, kWrite | kFast, kOneKey, "string", "1.0.0", "Takes one from a number.", Decr,
     kReadsAndWrites},
    {"incrby", 3, kWrite | kFast, kOneKey, "string", "1.0.0", "Adds to a number.", IncrBy,
     kReadsAndWrites},
    {"decrby", 3, kWrite | kFast, kOneKey, "string", "1.0.0", "Takes from a number.", DecrBy,
     kReadsAndWrites},
    {"incrbyfloat", 3, kWrite | kFast, kOneKey, "string", "2.6.0",
     "Adds to a number with a fraction.", IncrByFloat, kReadsAndWrites},
};

}  // namespace

std::span<const Command> CounterCommands() {
  return kCommands;
}

}  // namespace strata::resp
