// Commands that go through the keys.

#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

struct ScanOptions {
  std::optional<std::string_view> match;
  std::int64_t count = 10;
  bool strings = true;  // Whether the type asked for is the one that there is.
};

constexpr std::string_view kTypes[] = {"string", "list", "set", "zset", "hash", "stream"};

// False: it has replied.
bool ParseScanOptions(Call& call, ScanOptions* options) {
  for (std::size_t i = 2; i < call.words.size(); i += 2) {
    if (i + 1 == call.words.size()) {
      call.reply.Error("ERR syntax error");
      return false;
    }
    const std::string_view value = call.word(i + 1);
    if (EqualsIgnoringCase(call.word(i), "match")) {
      options->match = value;
    } else if (EqualsIgnoringCase(call.word(i), "count")) {
      const auto count = ParseInteger(value);
      if (!count || *count < 1) {
        call.reply.Error(count ? "ERR syntax error"
                               : "ERR value is not an integer or out of range");
        return false;
      }
      options->count = *count;
    } else if (EqualsIgnoringCase(call.word(i), "type")) {
      const std::string type = LowerCase(value);
      if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) {
        call.reply.Error("ERR unknown type name '" + std::string(value) + "'");
        return false;
      }
      options->strings = type == "string";
    } else {
      call.reply.Error("ERR syntax error");
      return false;
    }
  }
  return true;
}

// From `*place` on, which becomes the key to go on after; nothing: that was the end.
Status ScanFrom(const Call& call, TableRef table, const ScanOptions& options,
                std::optional<std::string>* place, std::vector<std::string>* found) {
  ReadOptions read{.table = table};
  if (options.match) read.prefix = GlobPrefix(*options.match);
  STRATA_TRY_ASSIGN(const auto keys, call.keyspace.NewIterator(read));
  if (*place) {
    STRATA_TRY(keys->Seek(**place));
    if (keys->Valid() && keys->key() == **place) STRATA_TRY(keys->Next());
  } else {
    STRATA_TRY(keys->SeekToFirst());
  }
  place->reset();
  for (std::int64_t seen = 0; keys->Valid() && seen < options.count; ++seen) {
    const std::string_view key = keys->key();
    if (options.strings && (!options.match || MatchesGlob(*options.match, key))) {
      found->emplace_back(key);
    }
    if (seen + 1 == options.count) place->emplace(key);
    STRATA_TRY(keys->Next());
  }
  if (!keys->Valid()) place->reset();
  return {};
}

// SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]
Status Scan(Call& call) {
  const auto cursor = ParseCursor(call.word(1));
  if (!cursor) return call.Fail("ERR invalid cursor");
  ScanOptions options;
  if (!ParseScanOptions(call, &options)) return {};
  std::optional<std::string> place;
  if (*cursor != 0) {
    place = call.shared.cursors.Find(*cursor);
    if (!place) {
      return call.Fail("ERR the cursor is unknown: the server keeps the last " +
                       std::to_string(Cursors::kPlaces) + "; begin again with 0");
    }
  }
  std::vector<std::string> found;
  if (const auto table = call.shared.databases.Find(call.client.db)) {
    STRATA_TRY(ScanFrom(call, *table, options, &place, &found));
  } else {
    place.reset();
  }
  call.reply.Array(2);
  call.reply.Bulk(std::to_string(place ? call.shared.cursors.Keep(*std::move(place)) : 0));
  call.reply.Array(found.size());
  for (const std::string& key : found) call.reply.Bulk(key);
  return {};
}

Status Keys(Call& call) {
  std::vector<std::string> found;
  if (const auto table = call.shared.databases.Find(call.client.db)) {
    STRATA_TRY_ASSIGN(const auto keys, call.keyspace.NewIterator(
                                           {.prefix = GlobPrefix(call.word(1)), .table = *table}));
    STRATA_TRY(keys->SeekToFirst());
    while (keys->Valid()) {
      if (MatchesGlob(call.word(1), keys->key())) found.emplace_back(keys->key());
      STRATA_TRY(keys->Next());
    }
  }
  call.reply.Array(found.size());
  for (const std::string& key : found) call.reply.Bulk(key);
  return {};
}

constexpr Command kCommands[] = {
    {"scan",
     -2,
     kSlow,
     {},
     "generic",
     "2.8.0",
     "Returns the next keys of a scan, and its cursor.",
     Scan,
     Access{access::Scan}},
    {"keys",
     2,
     kSlow | kDangerous,
     {},
     "generic",
     "1.0.0",
     "Returns all keys that match a pattern.",
     Keys,
     Access{access::Pattern}},
};

}  // namespace

std::span<const Command> ScanCommands() {
  return kCommands;
}

}  // namespace strata::resp
