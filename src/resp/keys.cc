// Commands about keys, whatever their values are.

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

Status Del(Call& call) {
  std::int64_t count = 0;
  for (const std::string_view key : call.words.subspan(1)) {
    STRATA_TRY_ASSIGN(const bool found, call.Delete(key));
    count += found ? 1 : 0;
  }
  call.reply.Integer(count);
  return {};
}

Status CountExisting(Call& call) {
  std::int64_t count = 0;
  for (const std::string_view key : call.words.subspan(1)) {
    STRATA_TRY_ASSIGN(const bool found, call.Exists(key));
    count += found ? 1 : 0;
  }
  call.reply.Integer(count);
  return {};
}

Status Type(Call& call) {
  STRATA_TRY_ASSIGN(const bool found, call.Exists(call.word(1)));
  call.reply.Simple(found ? "string" : "none");
  return {};
}

// True: it was done; false: there is something at the new name, and that isn't allowed.
Result<bool> RenameTo(Call& call, const Entry& entry, bool if_absent) {
  STRATA_TRY_ASSIGN(const bool taken, call.Exists(call.word(2)));
  if (taken && if_absent) return false;
  STRATA_TRY(call.Delete(call.word(1)));
  STRATA_TRY(call.Put(call.word(2), entry.value, entry.expires_at_us));
  return true;
}

Status Rename(Call& call) {
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  if (!entry) return call.Fail("ERR no such key");
  STRATA_TRY(RenameTo(call, *entry, /*if_absent=*/false));
  call.reply.Ok();
  return {};
}

Status RenameNx(Call& call) {
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  if (!entry) return call.Fail("ERR no such key");
  STRATA_TRY_ASSIGN(const bool done, RenameTo(call, *entry, /*if_absent=*/true));
  call.reply.Integer(done ? 1 : 0);
  return {};
}

// Nothing: it has replied.
std::optional<int> ParseDatabase(Call& call, std::string_view word) {
  const auto number = ParseInteger(word);
  if (!number) {
    call.reply.Error("ERR value is not an integer or out of range");
    return std::nullopt;
  }
  if (*number < 0 || *number >= kDatabases) {
    call.reply.Error("ERR DB index is out of range");
    return std::nullopt;
  }
  return static_cast<int>(*number);
}

// COPY from to [DB number] [REPLACE]
Status Copy(Call& call) {
  int db = call.client.db;
  bool replace = false;
  for (std::size_t i = 3; i < call.words.size(); ++i) {
    if (EqualsIgnoringCase(call.word(i), "replace")) {
      replace = true;
    } else if (EqualsIgnoringCase(call.word(i), "db") && i + 1 < call.words.size()) {
      const auto number = ParseDatabase(call, call.word(++i));
      if (!number) return {};
      db = *number;
    } else {
      return call.FailSyntax();
    }
  }
  if (db == call.client.db && call.word(1) == call.word(2)) {
    return call.Fail("ERR source and destination objects are the same");
  }
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  STRATA_TRY_ASSIGN(const auto there, call.FindIn(db, call.word(2)));
  const bool done = entry && (!there || replace);
  if (done) STRATA_TRY(call.PutIn(db, call.word(2), entry->value, entry->expires_at_us));
  call.reply.Integer(done ? 1 : 0);
  return {};
}

Status Move(Call& call) {
  const auto db = ParseDatabase(call, call.word(2));
  if (!db) return {};
  if (*db == call.client.db) return call.Fail("ERR source and destination objects are the same");
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(1)));
  STRATA_TRY_ASSIGN(const auto there, call.FindIn(*db, call.word(1)));
  const bool done = entry && !there;
  if (done) {
    STRATA_TRY(call.Delete(call.word(1)));
    STRATA_TRY(call.PutIn(*db, call.word(1), entry->value, entry->expires_at_us));
  }
  call.reply.Integer(done ? 1 : 0);
  return {};
}

// --- objects -------------------------------------------------------------------------------------

constexpr std::size_t kShortString = 44;

std::string_view EncodingOf(std::string_view value) {
  if (ParseInteger(value)) return "int";
  return value.size() <= kShortString ? "embstr" : "raw";
}

Status ObjectEncoding(Call& call) {
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(2)));
  if (!entry) {
    call.reply.Null();
  } else {
    call.reply.Bulk(EncodingOf(entry->value));
  }
  return {};
}

Status ObjectRefCount(Call& call) {
  STRATA_TRY_ASSIGN(const bool found, call.Exists(call.word(2)));
  if (!found) {
    call.reply.Null();
  } else {
    call.reply.Integer(1);
  }
  return {};
}

Status ObjectFreq(Call& call) {
  return call.Fail("ERR an LFU maxmemory policy is not selected, access frequency not tracked");
}

Status ObjectHelp(Call& call) {
  call.reply.Array(2);
  call.reply.Simple("OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  call.reply.Simple("ENCODING, REFCOUNT, FREQ, HELP");
  return {};
}

// Key, value and what the store keeps with them.
Status MemoryUsage(Call& call) {
  constexpr std::size_t kOverhead = 56;
  if (call.words.size() != 3 &&
      !(call.words.size() == 5 && EqualsIgnoringCase(call.word(3), "samples"))) {
    return call.FailSyntax();
  }
  if (call.words.size() == 5) {  // All values are of one piece: there is nothing to sample.
    const auto samples = ParseInteger(call.word(4));
    if (!samples) return call.FailInteger();
    if (*samples < 0) return call.FailSyntax();
  }
  STRATA_TRY_ASSIGN(const auto entry, call.Find(call.word(2)));
  if (!entry) {
    call.reply.Null();
  } else {
    call.reply.Integer(
        static_cast<std::int64_t>(call.word(2).size() + entry->value.size() + kOverhead));
  }
  return {};
}

// --- databases -----------------------------------------------------------------------------------

// A key at or after a random place between the first and the last: not every key is as likely.
Status RandomKey(Call& call) {
  const auto table = call.shared.databases.Find(call.client.db);
  if (!table) {
    call.reply.Null();
    return {};
  }
  STRATA_TRY_ASSIGN(const auto keys, call.keyspace.NewIterator({.table = *table}));
  Random random(call.shared.environment.entropy());
  STRATA_TRY(keys->SeekToLast());
  if (!keys->Valid()) {
    call.reply.Null();
    return {};
  }
  std::string last(keys->key());
  STRATA_TRY(keys->SeekToFirst());
  const std::string first(keys->key());
  const auto differs = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
  std::string place(first.begin(), differs);
  for (int i = 0; i < 8; ++i) place.push_back(static_cast<char>(random.Uniform(256)));
  if (place < first || place > last) place = random.OneIn(2) ? first : last;
  STRATA_TRY(keys->Seek(place));
  // A few keys further on, so that those behind a gap aren't drawn each time.
  for (std::uint64_t steps = random.Uniform(16); steps > 0; --steps) {
    STRATA_TRY(keys->Next());
    if (!keys->Valid()) STRATA_TRY(keys->SeekToFirst());
  }
  call.reply.Bulk(keys->key());
  return {};
}

// Exact up to so many keys; beyond that what the statistics of the tables say.
Status DbSize(Call& call) {
  constexpr std::int64_t kCounted = 100'000;
  const auto table = call.shared.databases.Find(call.client.db);
  std::int64_t count = 0;
  if (table) {
    STRATA_TRY_ASSIGN(const auto keys, call.keyspace.NewIterator({.table = *table}));
    STRATA_TRY(keys->SeekToFirst());
    for (; keys->Valid() && count < kCounted; ++count) STRATA_TRY(keys->Next());
    if (keys->Valid()) count = EstimateKeys(call.shared.db, *table);
  }
  call.reply.Integer(count);
  return {};
}

// ASYNC and SYNC mean the same here.
bool HasFlushMode(Call& call) {
  if (call.words.size() == 1) return true;
  if (call.words.size() == 2 &&
      (EqualsIgnoringCase(call.word(1), "async") || EqualsIgnoringCase(call.word(1), "sync"))) {
    return true;
  }
  call.reply.Error("ERR syntax error");
  return false;
}

Status FlushDb(Call& call) {
  if (!HasFlushMode(call)) return {};
  STRATA_TRY(call.keyspace.Commit());
  STRATA_TRY(call.shared.databases.Clear(call.client.db));
  call.reply.Ok();
  return {};
}

Status FlushAll(Call& call) {
  if (!HasFlushMode(call)) return {};
  STRATA_TRY(call.keyspace.Commit());
  for (int db = 0; db < kDatabases; ++db) STRATA_TRY(call.shared.databases.Clear(db));
  call.reply.Ok();
  return {};
}

constexpr KeyPlaces kOneKey{1, 1, 1};
constexpr KeyPlaces kTwoKeys{1, 2, 1};
constexpr KeyPlaces kAllKeys{1, -1, 1};
constexpr KeyPlaces kSecondWord{2, 2, 1};

constexpr Command kCommands[] = {
    {"del", -2, kWrite, kAllKeys, "generic", "1.0.0", "Deletes keys.", Del, kDeletes},
    {"unlink", -2, kWrite | kFast, kAllKeys, "generic", "4.0.0", "Deletes keys: as DEL.", Del,
     kDeletes},
    {"exists", -2, kRead | kFast, kAllKeys, "generic", "1.0.0", "Counts those keys that are there.",
     CountExisting, kReads},
    {"touch", -2, kRead | kFast, kAllKeys, "generic", "3.2.1",
     "Counts those keys that are there: as EXISTS.", CountExisting, kReads},
    {"type", 2, kRead | kFast, kOneKey, "generic", "1.0.0", "Returns the type of a key's value.",
     Type, kReads},
    {"rename", 3, kWrite, kTwoKeys, "generic", "1.0.0", "Gives a value another key.", Rename,
     Access{access::Rename}},
    {"renamenx", 3, kWrite | kFast, kTwoKeys, "generic", "1.0.0",
     "Gives a value another key, if that isn't there.", RenameNx, Access{access::Rename}},
    {"copy", -3, kWrite, kTwoKeys, "generic", "6.2.0", "Copies a value to another key.", Copy,
     Access{access::Copy}},
    {"move", 3, kWrite | kFast, kOneKey, "generic", "1.0.0", "Moves a key to another database.",
     Move, Access{access::Move}},
    {"object",
     -2,
     kContainer,
     {},
     "generic",
     "2.2.3",
     "Commands about how a value is kept.",
     nullptr,
     kAnyUser},
    {"object|encoding", 3, kRead, kSecondWord, "generic", "2.2.3",
     "Returns how Redis would keep a value.", ObjectEncoding, kReads},
    {"object|refcount", 3, kRead, kSecondWord, "generic", "2.2.3", "Returns 1.", ObjectRefCount,
     kReads},
    {"object|freq", 3, kRead, kSecondWord, "generic", "4.0.0", "Is not tracked.", ObjectFreq,
     kReads},
    {"object|help", 2, 0, {}, "generic", "6.2.0", "Lists the subcommands.", ObjectHelp, kAnyUser},
    {"memory|usage", -3, kRead, kSecondWord, "server", "4.0.0",
     "Returns about how many bytes a key and its value take.", MemoryUsage, kReads},
    {"randomkey",
     1,
     kSlow | kNoMulti,
     {},
     "generic",
     "1.0.0",
     "Returns a key drawn at random.",
     RandomKey,
     kLists},
    {"dbsize",
     1,
     kSlow | kFast,
     {},
     "server",
     "1.0.0",
     "Returns the number of keys; beyond 100,000 an estimate.",
     DbSize,
     kLists},
    {"flushdb",
     -1,
     kWrite | kDangerous,
     {},
     "server",
     "1.0.0",
     "Deletes all keys of the database.",
     FlushDb,
     kEmpties},
    {"flushall",
     -1,
     kWrite | kDangerous,
     {},
     "server",
     "1.0.0",
     "Deletes all keys.",
     FlushAll,
     Access{access::AllDatabases}},
};

}  // namespace

std::int64_t EstimateKeys(DB& db, TableRef table) {
  for (const TableInfo& info : db.ListTables()) {
    if (info.ref != table) continue;
    const std::uint64_t entries = info.entries + info.memtable_entries;
    return static_cast<std::int64_t>(entries - std::min(entries, 2 * info.deletes));
  }
  return 0;
}

std::span<const Command> KeyCommands() {
  return kCommands;
}

}  // namespace strata::resp
