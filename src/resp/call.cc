#include "resp/call.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

#include "base/escape.h"
#include "resp/command_table.h"

namespace strata::resp {

Result<std::optional<Entry>> Call::FindIn(int db, std::string_view key) const {
  const auto table = shared.databases.Find(db);
  if (!table) return std::optional<Entry>();
  return keyspace.Get(*table, key);
}

Result<bool> Call::Exists(std::string_view key) const {
  STRATA_TRY_ASSIGN(const auto entry, Find(key));
  return entry.has_value();
}

Status Call::PutIn(int db, std::string_view key, std::string_view value,
                   std::uint64_t expires_at_us) const {
  STRATA_TRY_ASSIGN(const TableRef table, shared.databases.FindOrCreate(db));
  return keyspace.Put(table, key, value, expires_at_us);
}

Result<bool> Call::Delete(std::string_view key) const {
  STRATA_TRY_ASSIGN(const bool found, Exists(key));
  if (found) STRATA_TRY(keyspace.Delete(*shared.databases.Find(client.db), key));
  return found;
}

Status Call::ReplyEntry(std::optional<Entry> entry) const {
  if (entry) {
    reply.Take(std::move(entry->value));
  } else {
    reply.Null();
  }
  return {};
}

// --- numbers -------------------------------------------------------------------------------------

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.starts_with('0') && text != "0") return std::nullopt;
  return value;
}

std::optional<std::uint64_t> ParseCursor(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<long double> ParseFloat(std::string_view text) {
  constexpr std::size_t kSizeMax = 5'000;  // What FloatText may write is read again.
  if (text.empty() || text.size() > kSizeMax || text.front() == ' ' || text.back() == ' ') {
    return std::nullopt;
  }
  const std::string copy(text);  // strtold needs an end.
  char* end = nullptr;
  const long double value = std::strtold(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size() || std::isnan(value)) return std::nullopt;
  return value;
}

std::string FloatText(long double value) {
  std::array<char, 5'000> text;  // The largest has 4,932 digits before the point.
  const int size = std::snprintf(text.data(), text.size(), "%.17Lf", value);
  std::string_view digits(text.data(), static_cast<std::size_t>(size));
  while (digits.ends_with('0')) digits.remove_suffix(1);
  if (digits.ends_with('.')) digits.remove_suffix(1);
  return digits == "-0" ? "0" : std::string(digits);
}

// --- carrying out --------------------------------------------------------------------------------

namespace {

// "ERR ..." of an error of the store.
std::string ErrorText(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kReadOnly:
      return "READONLY " + error.message();
    case ErrorCode::kNoSpace:
    case ErrorCode::kNoDescriptors:
      return "MISCONF " + error.message();
    case ErrorCode::kCorruption:
      return "CORRUPT " + error.message();
    default:
      return "ERR " + error.message();
  }
}

void Queue(Call& call) {
  std::vector<std::string> words(call.words.begin(), call.words.end());
  for (const std::string& word : words)
    call.client.queued_bytes += word.size() + sizeof(std::string);
  if (call.client.queued_bytes > call.shared.limits.request_bytes_max) {
    call.client.broken_transaction = true;
    call.client.limit_met = "request_bytes_max";
    call.reply.Error("ERR the transaction is larger than request_bytes_max, " +
                     std::to_string(call.shared.limits.request_bytes_max) + " bytes");
    return;
  }
  call.client.queued.push_back(std::move(words));
  call.client.card->queued = static_cast<int>(call.client.queued.size());
  call.reply.Simple("QUEUED");
}

// Those that others may see.
std::span<const std::string_view> ShownWords(const Call& call) {
  return (call.command.flags & kSecret) != 0 ? call.words.first(1) : call.words;
}

// 1700000000.123456 [0 127.0.0.1:5000] "set" "k" "v"
std::string MonitorLine(const Call& call) {
  std::array<char, 32> time;
  const std::uint64_t now = call.now_us();
  (void)std::snprintf(time.data(), time.size(), "%llu.%06llu",
                      static_cast<unsigned long long>(now / 1'000'000),
                      static_cast<unsigned long long>(now % 1'000'000));
  std::string line = time.data();
  line +=
      " [" + std::to_string(call.client.db) + " " + ToString(call.client.card->peer.address) + "]";
  for (const std::string_view word : ShownWords(call)) line += " \"" + Escape(word) + "\"";
  return line;
}

void LogSlow(const Call& call, std::uint64_t micros) {
  Logger* const logger = call.shared.logger;
  if (logger == nullptr) return;
  const auto key = static_cast<std::size_t>(call.command.keys.first);
  logger->Log(LogLevel::kWarn, "slow request",
              {{"connection", call.client.card->peer.id},
               {"command", call.command.name},
               {"micros", micros},
               {"client", ToString(call.client.card->peer.address)},
               {"key", key > 0 && key < call.words.size() ? logger->KeyForLog(call.words[key])
                                                          : std::string("none")}});
}

void Account(const Call& call, std::uint64_t began_nanos, std::uint64_t errors_before) {
  CommandStats& stats = call.shared.command_stats[call.command.number];
  call.client.took_nanos = call.shared.environment.clock->NowNanos() - began_nanos;
  const std::uint64_t micros = call.client.took_nanos / 1'000;
  AddTo(call.client.card->requests, 1);
  stats.calls.fetch_add(1, std::memory_order_relaxed);
  stats.micros.fetch_add(micros, std::memory_order_relaxed);
  if (call.reply.errors() > errors_before) stats.failed.fetch_add(1, std::memory_order_relaxed);
  if (const std::uint64_t millis = micros / 1'000; call.shared.latency.Wants(millis)) {
    const bool is_fast = (call.command.flags & kFast) != 0;
    call.shared.latency.Note(is_fast ? "fast-command" : "command",
                             {.at_seconds = call.now_us() / 1'000'000, .millis = millis});
  }
  if (!call.shared.slow_log.Wants(micros)) return;
  SlowLog::Entry entry{
      .at_us = call.now_us(), .micros = micros, .command = std::string(call.command.name)};
  entry.peer = ToString(call.client.card->peer.address);
  {
    const MutexLock lock(call.client.card->mutex);
    entry.client = call.client.card->name;
  }
  call.client.slow_id = call.shared.slow_log.Note(std::move(entry), ShownWords(call));
  LogSlow(call, micros);
}

}  // namespace

std::optional<auth::Authorized<Call*>> Allow(Call& call) {
  auth::Authority& authority = *call.shared.authority;
  auth::Needs needs;
  if (authority.on()) {
    call.command.access.AddTo({.command = call.command, .words = call.words, .db = call.client.db},
                              &needs);
  }
  auth::Refusal refusal;
  auto allowed = authority.Authorize(&call.client.seat, call.command.name, needs, &call, &refusal);
  if (allowed) return allowed;
  if (call.client.in_transaction) call.client.broken_transaction = true;
  call.shared.command_stats[call.command.number].rejected.fetch_add(1, std::memory_order_relaxed);
  call.reply.Error(RefusalText(refusal));
  return std::nullopt;
}

std::string RefusalText(const auth::Refusal& refusal) {
  switch (refusal.why) {
    case auth::Refusal::Why::kNobody:
      return "NOAUTH Authentication required.";
    case auth::Refusal::Why::kWrong:
      return "WRONGPASS invalid username-password pair or user is disabled.";
    case auth::Refusal::Why::kDenied:
      return "NOPERM " + refusal.text;
    default:
      return "ERR " + refusal.text;
  }
}

Status CarryOut(const auth::Authorized<Call*>& allowed) {
  Call& call = **allowed;
  Client& client = call.client;
  client.card->last.store(&call.command, std::memory_order_relaxed);
  client.card->last_us.store(call.now_us(), std::memory_order_relaxed);
  if (client.in_transaction && (call.command.flags & kControl) == 0) {
    if ((call.command.flags & kNoMulti) != 0) {
      client.broken_transaction = true;
      return call.Fail("ERR Command not allowed inside a transaction");
    }
    Queue(call);
    return {};
  }
  const std::uint64_t errors_before = call.reply.errors();
  const std::uint64_t began_nanos = call.shared.environment.clock->NowNanos();
  Status done = call.command.function(call);
  if (!done && done.error().code() == ErrorCode::kWouldWait) return done;
  if (!done) call.reply.Error(ErrorText(done.error()));
  Account(call, began_nanos, errors_before);
  if (call.shared.clients.any_monitors() && (call.command.flags & kAdmin) == 0) {
    call.shared.clients.TellMonitors(MonitorLine(call));
  }
  return {};
}

void ReplyUnknown(std::span<const std::string_view> words, const Command* container,
                  const Command* command, Client* client, Shared* shared, Reply* reply) {
  constexpr std::size_t kShown = 128;
  if (client->in_transaction) client->broken_transaction = true;
  // A web page has a browser send this, and what follows is its words, not those of a client.
  if (EqualsIgnoringCase(words[0], "post") || EqualsIgnoringCase(words[0], "host:")) {
    client->closing = true;
  }
  if (command != nullptr) {
    shared->command_stats[command->number].rejected.fetch_add(1, std::memory_order_relaxed);
    return reply->Error(WrongArity(*command));
  }
  if (container != nullptr) {
    std::string name(container->name);
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return reply->Error("ERR unknown subcommand '" + std::string(words[1].substr(0, kShown)) +
                        "'. Try " + name + " HELP.");
  }
  std::string text = "ERR unknown command '" + std::string(words[0].substr(0, kShown)) +
                     "', with args beginning with: ";
  std::size_t room = kShown;
  for (const std::string_view word : words.subspan(1)) {
    if (room == 0) break;
    const std::string_view shown = word.substr(0, room);
    text += "'" + std::string(shown) + "' ";
    room -= shown.size();
  }
  reply->Error(text);
}

}  // namespace strata::resp
