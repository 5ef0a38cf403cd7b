// One request as it is carried out: its words, what it may look at and change, whom it answers.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/authorized.h"
#include "resp/client.h"
#include "resp/command.h"
#include "resp/reply.h"
#include "resp/shared.h"
#include "server/keyspace.h"

namespace strata::resp {

struct Call {
  const Command& command;
  std::span<const std::string_view> words;  // The first names the command.
  server::Keyspace& keyspace;
  Client& client;
  Shared& shared;
  Reply& reply;

  std::string_view word(std::size_t i) const { return words[i]; }
  std::uint64_t now_us() const { return keyspace.now_us(); }

  // Keys of the client's database. Errors: those of Keyspace.
  Result<std::optional<Entry>> Find(std::string_view key) const { return FindIn(client.db, key); }
  Result<bool> Exists(std::string_view key) const;
  // `expires_at_us`: 0: never.
  Status Put(std::string_view key, std::string_view value, std::uint64_t expires_at_us) const {
    return PutIn(client.db, key, value, expires_at_us);
  }
  // True: it was there.
  Result<bool> Delete(std::string_view key) const;
  // Of another database.
  Result<std::optional<Entry>> FindIn(int db, std::string_view key) const;
  Status PutIn(int db, std::string_view key, std::string_view value,
               std::uint64_t expires_at_us) const;

  // Replies with an error; the command has nothing more to say.
  Status Fail(std::string_view text) const {
    reply.Error(text);
    return {};
  }
  Status FailSyntax() const { return Fail("ERR syntax error"); }
  Status FailInteger() const { return Fail("ERR value is not an integer or out of range"); }
  // A value, or that there is none.
  Status ReplyEntry(std::optional<Entry> entry) const;
};

// Numbers as Redis takes them: decimal, no spaces, no leading zeros or '+'.
std::optional<std::int64_t> ParseInteger(std::string_view text);
// "3.0e3", "inf"; no spaces.
std::optional<long double> ParseFloat(std::string_view text);
// Up to 17 digits after the point, without trailing zeros.
std::string FloatText(long double value);

// Whether `text` matches a pattern: * ? [a-z] [^x] \x. Takes time proportional to their product at
// most.
bool MatchesGlob(std::string_view pattern, std::string_view text, bool ignore_case = false);
// What every text that matches begins with.
std::string GlobPrefix(std::string_view pattern);

// The number of a scan; see Cursors. Nothing: it is none.
std::optional<std::uint64_t> ParseCursor(std::string_view text);

// About how many keys a table has, without a look at them.
std::int64_t EstimateKeys(DB& db, TableRef table);

// The call, if the client may; nothing: it has replied why not.
std::optional<auth::Authorized<Call*>> Allow(Call& call);
// Carries out a request that has been looked up: queues it, or calls its function, and keeps the
// statistics. Errors: kWouldWait alone; nothing has happened then but what was replied.
Status CarryOut(const auth::Authorized<Call*>& allowed);
// "NOPERM ...".
std::string RefusalText(const auth::Refusal& refusal);
// Replies why the words are no request: no such command, or too many or few words.
void ReplyUnknown(std::span<const std::string_view> words, const Command* container,
                  const Command* command, Client* client, Shared* shared, Reply* reply);

}  // namespace strata::resp
