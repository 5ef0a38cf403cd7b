// MULTI and what belongs to it. Requests after MULTI are queued; EXEC carries them out one after
// the other, with nobody's in between, and what they write is one batch. WATCH remembers the
// versions of keys: EXEC does nothing if one has another version by then.

#include <utility>

#include "base/check.h"
#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

void EndTransaction(Client* client) {
  client->in_transaction = false;
  client->broken_transaction = false;
  client->queued.clear();
  client->queued_bytes = 0;
  client->card->queued = -1;
}

void ForgetWatched(Client* client) {
  client->watched.clear();
  client->card->watched = 0;
}

Status Multi(Call& call) {
  if (call.client.in_transaction) return call.Fail("ERR MULTI calls can not be nested");
  call.client.in_transaction = true;
  call.client.card->queued = 0;
  call.reply.Ok();
  return {};
}

Status Discard(Call& call) {
  if (!call.client.in_transaction) return call.Fail("ERR DISCARD without MULTI");
  EndTransaction(&call.client);
  ForgetWatched(&call.client);
  call.reply.Ok();
  return {};
}

Result<std::uint64_t> VersionOf(const Call& call, int db, std::string_view key) {
  STRATA_TRY_ASSIGN(const auto entry, call.FindIn(db, key));
  return entry ? entry->version : std::uint64_t{0};
}

Result<bool> AllUnchanged(const Call& call) {
  for (const Watched& watched : call.client.watched) {
    STRATA_TRY_ASSIGN(const std::uint64_t version, VersionOf(call, watched.db, watched.key));
    if (version != watched.version) return false;
  }
  return true;
}

// Each with its own reply; one that fails doesn't keep the others from being carried out. Each is
// allowed once more: rules may have changed since it was queued, and so may the database, which
// another request before it chooses.
Status CarryOutAll(const Call& call, const std::vector<std::vector<std::string>>& requests) {
  call.reply.Array(requests.size());
  for (const auto& request : requests) {
    const std::vector<std::string_view> words(request.begin(), request.end());
    const Command* container = nullptr;
    const Command* const command = FindCommand(words, &container);
    STRATA_CHECK(command != nullptr);  // It was looked up before it was queued.
    Call one{*command, words, call.keyspace, call.client, call.shared, call.reply};
    const auto allowed = Allow(one);
    if (!allowed) continue;
    STRATA_TRY(CarryOut(*allowed));
  }
  return {};
}

Status Exec(Call& call) {
  if (!call.client.in_transaction) return call.Fail("ERR EXEC without MULTI");
  const auto requests = std::move(call.client.queued);
  const bool broken = call.client.broken_transaction;
  STRATA_TRY_ASSIGN(const bool unchanged, AllUnchanged(call));
  EndTransaction(&call.client);
  ForgetWatched(&call.client);
  if (broken) return call.Fail("EXECABORT Transaction discarded because of previous errors.");
  if (!unchanged) {
    call.reply.NullArray();
    return {};
  }
  return CarryOutAll(call, requests);
}

Status Watch(Call& call) {
  if (call.client.in_transaction) return call.Fail("ERR WATCH inside MULTI is not allowed");
  for (const std::string_view key : call.words.subspan(1)) {
    STRATA_TRY_ASSIGN(std::uint64_t version, VersionOf(call, call.client.db, key));
    if (version == server::Keyspace::kUnwritten) {  // It gets its version when it is written.
      STRATA_TRY(call.keyspace.Commit());
      STRATA_TRY_ASSIGN(version, VersionOf(call, call.client.db, key));
    }
    call.client.watched.push_back(
        {.db = call.client.db, .key = std::string(key), .version = version});
  }
  call.client.card->watched = call.client.watched.size();
  call.reply.Ok();
  return {};
}

Status Unwatch(Call& call) {
  ForgetWatched(&call.client);
  call.reply.Ok();
  return {};
}

constexpr KeyPlaces kAllKeys{1, -1, 1};

constexpr Command kCommands[] = {
    {"multi",
     1,
     kFast | kControl,
     {},
     "transactions",
     "1.2.0",
     "Begins to queue requests.",
     Multi,
     kAnyUser},
    {"exec",
     1,
     kWrite | kControl,
     {},
     "transactions",
     "1.2.0",
     "Carries out what was queued.",
     Exec,
     kAnyUser},
    {"discard",
     1,
     kFast | kControl,
     {},
     "transactions",
     "2.0.0",
     "Forgets what was queued.",
     Discard,
     kAnyUser},
    {"watch", -2, kRead | kFast | kControl, kAllKeys, "transactions", "2.2.0",
     "Has EXEC do nothing if one of these keys changes before.", Watch, kReads},
    {"unwatch",
     1,
     kFast,
     {},
     "transactions",
     "2.2.0",
     "Forgets the keys that are watched.",
     Unwatch,
     kAnyUser},
};

}  // namespace

std::span<const Command> TransactionCommands() {
  return kCommands;
}

}  // namespace strata::resp
