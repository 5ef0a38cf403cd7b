// A client of a server: `strata serve --db DIR` in one terminal, this in another.
//
//   client HOST:PORT        the server's gRPC port, 127.0.0.1:7379 if it wasn't told another

#include "strata/client.h"

#include <cstdio>
#include <string>

namespace {

// [outcome]
// What a program makes of the three outcomes of a write.
const char* Name(const strata::WriteResult& result) {
  switch (result.outcome) {
    case strata::Outcome::kDone:
      return "it is there";
    case strata::Outcome::kFailed:
      return "it isn't there, and won't be";
    case strata::Outcome::kUnknown:
      return "nobody knows: read, or write it again";
  }
  return "";
}
// [outcome]

// [count]
// Adds one to a counter that others add to as well. The condition makes it safe to try again, even
// when nobody knows what became of the attempt before.
strata::Result<int> AddOne(strata::Client& client, const std::string& key) {
  while (true) {
    STRATA_TRY_ASSIGN(const auto entry, client.Get(key));
    const int value = entry ? std::stoi(entry->value) + 1 : 1;
    strata::ClientBatch batch;
    if (entry) {
      batch.RequireVersion(key, entry->version);
    } else {
      batch.RequireAbsent(key);
    }
    batch.Put(key, std::to_string(value));
    const strata::WriteResult result = client.Write(batch);
    if (result.done()) return value;
    if (!result.failed) return result.error.error();  // Not because of the condition.
  }
}
// [count]

// [transfer]
strata::WriteResult Move(strata::ClientTransaction& transaction, const std::string& from,
                         const std::string& to) {
  const auto value = transaction.GetForUpdate(from);
  strata::Status moved = value ? strata::Status() : strata::Status(value.error());
  if (moved && *value) moved = transaction.Put(to, (*value)->value);
  if (moved) moved = transaction.Delete(from);
  if (!moved) return {.outcome = strata::Outcome::kFailed, .failed = {}, .error = moved};
  return transaction.Commit();
}
// [transfer]

strata::Status Run(const std::string& server) {
  STRATA_TRY_ASSIGN(const auto client, strata::Client::Connect({.endpoints = {server}}));

  const auto tell = [](const strata::WatchNews& news) {
    for (const auto& event : news.events) std::printf("changed: %s\n", event.key.c_str());
  };
  STRATA_TRY_ASSIGN(const auto watch, client->Watch({.range = {.prefix = "city/"}}, tell));

  std::printf("put: %s\n", Name(client->Put("city/london", "8900000")));
  auto later = client->PutLater("city/paris", "2100000");  // Both are under way at once.
  auto soon = client->PutLater("city/rome", "2800000");
  std::printf("put: %s, %s\n", Name(later.get()), Name(soon.get()));

  for (int i = 0; i < 3; ++i) {
    STRATA_TRY_ASSIGN(const int count, AddOne(*client, "visits"));
    std::printf("visits: %d\n", count);
  }

  STRATA_TRY_ASSIGN(const auto transaction, client->Begin());
  std::printf("move: %s\n", Name(Move(*transaction, "city/rome", "town/rome")));

  const auto scan = client->Scan({});
  while (true) {
    STRATA_TRY_ASSIGN(const auto row, scan->Next());
    if (!row) return {};
    std::printf("%s = %s\n", row->key.c_str(), row->entry.value.c_str());
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: client HOST:PORT\n");
    return 2;
  }
  if (const strata::Status done = Run(arguments[1]); !done) {
    std::fprintf(stderr, "client: %s\n", done.error().message().c_str());
    return 1;
  }
  return 0;
}
