// Commands that read and write values.

#include <algorithm>
#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"
#include "resp/expiry_options.h"

namespace strata::resp {
namespace {

constexpr std::size_t kValueMax = std::size_t{512} << 20;

// What SET and GETEX are told besides key and value.
struct SetOptions {
  bool if_absent = false;
  bool if_present = false;
  bool get = false;
  bool keep_ttl = false;
  bool persist = false;
  std::uint64_t expires_at_us = 0;
  bool expires = false;
};

// False: it has replied.
bool ParseSetOptions(Call& call, std::size_t from, bool is_getex, SetOptions* options) {
  for (std::size_t i = from; i < call.words.size(); ++i) {
    const std::string_view word = call.word(i);
    const bool alone = !options->expires && !options->keep_ttl && !options->persist;
    if (!is_getex && EqualsIgnoringCase(word, "nx") && !options->if_present) {
      options->if_absent = true;
    } else if (!is_getex && EqualsIgnoringCase(word, "xx") && !options->if_absent) {
      options->if_present = true;
    } else if (!is_getex && EqualsIgnoringCase(word, "get")) {
      options->get = true;
    } else if (!is_getex && EqualsIgnoringCase(word, "keepttl") && alone) {
      options->keep_ttl = true;
    } else if (is_getex && EqualsIgnoringCase(word, "persist") && alone) {
      options->persist = true;
    } else if (const auto unit = ExpiryUnitOf(word); unit && alone && i + 1 < call.words.size()) {
      const auto at = ParseExpiry(call, *unit, call.word(++i));
      if (!at) return false;
      options->expires_at_us = *at;
      options->expires = true;
    } else {
      call.reply.Error("ERR syntax error");
      return false;
    }
  }
  return true;
}

Status Get(Call& call) {
  STRATA_TRY_ASSIGN(auto entry, call.Find(call.word(1)));
  (entry ? call.shared.hits : call.shared.misses).fetch_add(1, std::memory_order_relaxed);
  return call.ReplyEntry(std::move(entry));
}

Status Set(Call& call) {
  SetOptions options;
  if (!ParseSetOptions(call, 3, /*is_getex=*/false, &options)) return {};
  const bool looks = options.if_absent || options.if_present || options.get || options.keep_ttl;
  std::optional<Entry> old;
  if (looks) {
    STRATA_TRY_ASSIGN(old, call.Find(call.word(1)));
  }
  const bool refused = (options.if_absent && old) || (options.if_present && !old);
  std::uint64_t expires_at_us = options.expires_at_us;
  if (options.keep_ttl && old) expires_at_us = old->expires_at_us;
  if (!refused) STRATA_TRY(call.Put(call.word(1), call.word(2), expires_at_us));
  if (options.get) return call.ReplyEntry(std::move(old));
  if (refused) {
    call.reply.Null();
  } else {
    call.reply.Ok();
  }
  return {};
}

Status SetNx(Call& call) {
  STRATA_TRY_ASSIGN(const bool exists, call.Exists(call.word(1)));
  if (!exists) STRATA_TRY(call.Put(call.word(1), call.word(2), 0));
  call.reply.Integer(exists ? 0 : 1);
  return {};
}

Status SetFor(Call& call, ExpiryUnit unit) {
  const auto at = ParseExpiry(call, unit, call.word(2));
  if (!at) return {};
  STRATA_TRY(call.Put(call.word(1), call.word(3), *at));
  call.reply.Ok();
  return {};
}

Status SetEx(Call& call) {
  return SetFor(call, {.micros = 1'000'000, .absolute = false});
}

Status PSetEx(Call& call) {
  return SetFor(call, {.micros = 1'000, .absolute = false});
}

Status GetSet(Call& call) {
  STRATA_TRY_ASSIGN(auto old, call.Find(call.word(1)));
  STRATA_TRY(call.Put(call.word(1), call.word(2), 0));
  return call.ReplyEntry(std::move(old));
}

Status GetDel(Call& call) {
  STRATA_TRY_ASSIGN(auto old, call.Find(call.word(1)));
  if (old) STRATA_TRY(call.Delete(call.word(1)));
  return call.ReplyEntry(std::move(old));
}

Status GetEx(Call& call) {
  SetOptions options;
  if (!ParseSetOptions(call, 2, /*is_getex=*/true, &options)) return {};
  STRATA_TRY_ASSIGN(auto entry, call.Find(call.word(1)));
  if (entry && (options.expires || options.persist)) {
    STRATA_TRY(call.Put(call.word(1), entry->value, options.expires_at_us));
  }
  return call.ReplyEntry(std::move(entry));
}

Status MGet(Call& call) {
  std::vector<std::optional<Entry>> entries;
  entries.reserve(call.words.size() - 1);
  std::size_t bytes = 0;
  for (const std::string_view key : call.words.subspan(1)) {
    STRATA_TRY_ASSIGN(entries.emplace_back(), call.Find(key));
    if (entries.back()) bytes += entries.back()->value.size();
    if (call.reply.HasRoom(bytes)) continue;
    call.reply.Cut();
    return {};
  }
  call.reply.Array(entries.size());
  for (auto& entry : entries) {
    (entry ? call.shared.hits : call.shared.misses).fetch_add(1, std::memory_order_relaxed);
    STRATA_TRY(call.ReplyEntry(std::move(entry)));
  }
  return {};
}

// False: the words don't come in pairs, and that has been replied.
bool ComesInPairs(Call& call) {
  if (call.words.size() % 2 == 1) return true;
  call.reply.Error(WrongArity(call.command));
  return false;
}

Status PutPairs(const Call& call) {
  for (std::size_t i = 1; i < call.words.size(); i += 2) {
    STRATA_TRY(call.Put(call.word(i), call.word(i + 1), 0));
  }
  return {};
}

Status MSet(Call& call) {
  if (!ComesInPairs(call)) return {};
  STRATA_TRY(PutPairs(call));
  call.reply.Ok();
  return {};
}

Status MSetNx(Call& call) {
  if (!ComesInPairs(call)) return {};
  for (std::size_t i = 1; i < call.words.size(); i += 2) {
    STRATA_TRY_ASSIGN(const bool exists, call.Exists(call.word(i)));
    if (!exists) continue;
    call.reply.Integer(0);
    return {};
  }
  STRATA_TRY(PutPairs(call));
  call.reply.Integer(1);
  return {};
}

Status Append(Call& call) {
  STRATA_TRY_ASSIGN(auto entry, call.Find(call.word(1)));
  std::string value = entry ? std::move(entry->value) : std::string();
  if (value.size() + call.word(2).size() > kValueMax) {
    return call.Fail("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  }
  value += call.word(2);
  STRATA_TRY(call.Put(call.word(1), value, entry ? entry->expires_at_us : 0));
  call.reply.Integer(static_cast<std::int64_t>(value.size()));
  return {};
}

Status StrLen(Call& call) {
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  call.reply.Integer(entry ? static_cast<std::int64_t>(entry->value.size()) : 0);
  return {};
}

// Both ends count from the end when negative, and belong to it.
std::string_view RangeOf(std::string_view value, std::int64_t from, std::int64_t to) {
  const auto size = static_cast<std::int64_t>(value.size());
  if (from < 0) from = std::max<std::int64_t>(from + size, 0);
  to = std::min(to < 0 ? to + size : to, size - 1);
  if (from > to) return {};
  return value.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from + 1));
}

Status GetRange(Call& call) {
  const auto from = ParseInteger(call.word(2));
  const auto to = ParseInteger(call.word(3));
  if (!from || !to) return call.FailInteger();
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  call.reply.Bulk(entry ? RangeOf(entry->value, *from, *to) : std::string_view());
  return {};
}

Status SetRange(Call& call) {
  const auto offset = ParseInteger(call.word(2));
  if (!offset) return call.FailInteger();
  if (*offset < 0) return call.Fail("ERR offset is out of range");
  STRATA_TRY_ASSIGN(auto entry, call.Find(call.word(1)));
  const std::string_view bytes = call.word(3);
  const auto size = static_cast<std::int64_t>(entry ? entry->value.size() : 0);
  if (bytes.empty()) {
    call.reply.Integer(size);
    return {};
  }
  if (static_cast<std::size_t>(*offset) > kValueMax - bytes.size()) {
    return call.Fail("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  }
  std::string value = entry ? std::move(entry->value) : std::string();
  const auto at = static_cast<std::size_t>(*offset);
  value.resize(std::max(value.size(), at + bytes.size()));
  value.replace(at, bytes.size(), bytes);
  STRATA_TRY(call.Put(call.word(1), value, entry ? entry->expires_at_us : 0));
  call.reply.Integer(static_cast<std::int64_t>(value.size()));
  return {};
}

constexpr KeyPlaces kOneKey{1, 1, 1};
constexpr KeyPlaces kAllKeys{1, -1, 1};
constexpr KeyPlaces kPairs{1, -1, 2};

constexpr Command kCommands[] = {
    {"get", 2, kRead | kFast, kOneKey, "string", "1.0.0", "Returns the value of a key.", Get,
     kReads},
    {"set", -3, kWrite, kOneKey, "string", "1.0.0",
     "Sets a value, if the options allow it, with the expiry that they tell.", Set,
     Access{access::Set}},
    {"setnx", 3, kWrite | kFast, kOneKey, "string", "1.0.0",
     "Sets a value only if the key isn't there.", SetNx, kWrites},
    {"setex", 4, kWrite, kOneKey, "string", "2.0.0",
     "Sets a value that expires in so many seconds.", SetEx, kWrites},
    {"psetex", 4, kWrite, kOneKey, "string", "2.6.0",
     "Sets a value that expires in so many milliseconds.", PSetEx, kWrites},
    {"getset", 3, kWrite | kFast, kOneKey, "string", "1.0.0",
     "Sets a value and returns the one before.", GetSet, kReadsAndWrites},
    {"getdel", 2, kWrite | kFast, kOneKey, "string", "6.2.0",
     "Returns a value and deletes the key.", GetDel, kReadsAndDeletes},
    {"getex", -2, kWrite | kFast, kOneKey, "string", "6.2.0",
     "Returns a value and sets when it expires.", GetEx, Access{access::GetEx}},
    {"mget", -2, kRead | kFast, kAllKeys, "string", "1.0.0", "Returns the values of several keys.",
     MGet, kReads},
    {"mset", -3, kWrite, kPairs, "string", "1.0.1", "Sets several values, all at once.", MSet,
     kWrites},
    {"msetnx", -3, kWrite, kPairs, "string", "1.0.1",
     "Sets several values, all at once, if none of the keys is there.", MSetNx, kWrites},
    {"append", 3, kWrite | kFast, kOneKey, "string", "2.0.0", "Adds bytes at the end of a value.",
     Append, kReadsAndWrites},
    {"strlen", 2, kRead | kFast, kOneKey, "string", "2.2.0",
     "Returns the size of a value in bytes.", StrLen, kReads},
    {"getrange", 4, kRead, kOneKey, "string", "2.4.0", "Returns a part of a value.", GetRange,
     kReads},
    {"substr", 4, kRead, kOneKey, "string", "1.0.0", "Returns a part of a value: see GETRANGE.",
     GetRange, kReads},
    {"setrange", 4, kWrite, kOneKey, "string", "2.2.0", "Overwrites a part of a value.", SetRange,
     kReadsAndWrites},
};

}  // namespace

std::span<const Command> StringCommands() {
  return kCommands;
}

}  // namespace strata::resp
