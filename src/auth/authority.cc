#include "auth/authority.h"

#include "auth/password.h"
#include "auth/rules_table.h"
#include "auth/token.h"
#include "base/escape.h"

namespace strata::auth {
namespace {

constexpr ActionSet kNotable =
    Action::kTables | Action::kObserve | ActionSet(Action::kOperate) | ActionSet(Action::kUsers);

Refusal RefusalOf(const Error& error) {
  const bool is_busy = error.code() == ErrorCode::kBusy;
  return {.why = is_busy ? Refusal::Why::kBusy : Refusal::Why::kFailed, .text = error.message()};
}

// What a user is told says which grant is missing, and nothing of what is in the store.
std::string WhyNot(const Identity& identity, const Need& need) {
  std::string text = identity.user + " may not " + std::string(ActionName(need.action));
  if (IsOfServer(need.action)) return text + " on this server";
  if (IsOfKeys(need.action)) {
    text += need.extent == Need::Extent::kKey ? " this key of" : " all of these keys of";
  }
  return text + " table " + EscapeShort(need.table);
}

}  // namespace

Authority::Authority(DB* db, const Environment& environment, AuditSink* sink,
                     const AuthorityOptions& options)
    : db_(db),
      environment_(environment),
      sink_(sink),
      options_(options),
      gate_(*environment.executor, options.hashing),
      attempts_(options.attempts) {}

Result<std::unique_ptr<Authority>> Authority::Open(DB& db, const Environment& environment,
                                                   AuditSink* sink,
                                                   const AuthorityOptions& options) {
  std::unique_ptr<Authority> authority(new Authority(&db, environment, sink, options));
  STRATA_TRY_ASSIGN(Accounts accounts, LoadAccounts(db));
  authority->Install(std::move(accounts));
  return authority;
}

Authority& Authority::Off() {
  static Authority off(nullptr, RealEnvironment(), nullptr, {});
  return off;
}

void Authority::Install(Accounts accounts) {
  const std::uint64_t version = accounts.version;
  const bool any = !accounts.users.empty();
  auto rules = std::make_shared<const Rules>(std::move(accounts));
  {
    const MutexLock lock(mutex_);
    rules_ = std::move(rules);
  }
  version_.store(version, std::memory_order_release);
  on_.store(any, std::memory_order_release);
}

std::shared_ptr<const Rules> Authority::rules() const {
  if (!on()) return nullptr;
  const MutexLock lock(mutex_);
  return rules_;
}

// --- deciding ------------------------------------------------------------------------------------

bool Authority::IsAllowed(Seat* seat, std::string_view what, const Needs& needs, Refusal* refusal) {
  const std::uint64_t version = version_.load(std::memory_order_acquire);
  if (seat->rules == nullptr || seat->rules->version() != version) {
    const MutexLock lock(mutex_);
    seat->rules = rules_;
  }
  decisions_.fetch_add(1, std::memory_order_relaxed);
  const bool allowed = Decide(*seat, needs, refusal);
  if (!allowed) refusals_.fetch_add(1, std::memory_order_relaxed);
  const bool is_noted =
      sink_ != nullptr && (!allowed || options_.audit == AuditScope::kAll || needs.Has(kNotable));
  return is_noted ? Note(*seat, what, needs, refusal, allowed) && allowed : allowed;
}

// REQUIRES: the seat's rules are those of now.
bool Authority::Decide(const Seat& seat, const Needs& needs, Refusal* refusal) const {
  if (needs.who() == Needs::Who::kAnybody && needs.list().empty()) return true;
  const Identity& identity = seat.identity;
  const std::uint64_t now_us = environment_.clock->WallMicros();
  if (!seat.rules->Knows(identity, now_us)) {
    *refusal = {.why = Refusal::Why::kNobody,
                .text = identity.is_nobody() ? "say first who you are"
                                             : "you aren't let in any more: say again who you are"};
    return false;
  }
  if (needs.who() == Needs::Who::kNotSaid) {
    *refusal = {.why = Refusal::Why::kDenied, .text = "nobody may: it isn't known what this needs"};
    return false;
  }
  const auto denied = seat.rules->FirstDenied(identity, now_us, needs.list());
  if (!denied) return true;
  *refusal = {.why = Refusal::Why::kDenied, .text = WhyNot(identity, needs.list()[*denied])};
  return false;
}

bool Authority::StillMay(Seat* seat, std::string_view what, const Needs& needs, Refusal* refusal) {
  if (!on()) return true;
  const bool is_same = seat->rules != nullptr && seat->identity.expires_at_us == 0 &&
                       seat->rules->version() == version_.load(std::memory_order_acquire);
  return is_same || IsAllowed(seat, what, needs, refusal);
}

bool Authority::Sees(const Seat& seat, std::string_view table) const {
  const auto now = rules();
  return now == nullptr || now->Sees(seat.identity, environment_.clock->WallMicros(), table);
}

// --- the record of it ----------------------------------------------------------------------------

// False: there is no record, so it may not happen.
bool Authority::Note(const Seat& seat, std::string_view what, const Needs& needs, Refusal* refusal,
                     bool allowed) {
  AuditRecord record{.time_us = environment_.clock->WallMicros(),
                     .who = seat.identity.user,
                     .from = seat.from,
                     .what = std::string(what),
                     .allowed = allowed};
  if (!allowed) record.note = refusal->text;
  if (!needs.list().empty()) {
    const Need& need = needs.list().front();
    record.table = Escape(need.table);
    if (options_.audit_keys && IsOfKeys(need.action)) record.key = Escape(need.lower);
  }
  const Status noted = sink_->Note(std::move(record));
  if (!noted && allowed) *refusal = RefusalOf(noted.error());
  return noted.has_value();
}

bool Authority::NoteLogin(std::string_view user, std::string_view from, std::string_view how,
                          bool allowed, Refusal* refusal) {
  if (sink_ == nullptr) return true;
  const Status noted = sink_->Note({.time_us = environment_.clock->WallMicros(),
                                    .who = EscapeShort(user),
                                    .from = std::string(from),
                                    .what = "login",
                                    .allowed = allowed,
                                    .note = std::string(how)});
  if (!noted && allowed) *refusal = RefusalOf(noted.error());
  return noted.has_value();
}

// --- logging in ----------------------------------------------------------------------------------

std::optional<Identity> Authority::LogIn(std::string_view user, std::string_view password,
                                         std::string_view from, Refusal* refusal) {
  // Of a user and an address, so that nobody elsewhere can lock the user out.
  const std::string_view host = from.substr(0, from.rfind(':'));
  const std::string pair = std::string(user.substr(0, 64)) + "@" + std::string(host);
  const std::uint64_t now_us = environment_.clock->NowMicros();
  if (const std::uint64_t until_us = attempts_.RefusedUntil(pair, now_us); until_us != 0) {
    *refusal = {.why = Refusal::Why::kBusy,
                .text = "too many wrong passwords: try again in " +
                        std::to_string((until_us - now_us + 999'999) / 1'000'000) + " s"};
    return std::nullopt;
  }
  auto identity = CheckPassword(user, password, refusal);
  if (!identity && refusal->why != Refusal::Why::kWrong) return std::nullopt;
  if (identity) {
    attempts_.Succeeded(pair);
  } else {
    attempts_.Failed(pair, environment_.clock->NowMicros());
  }
  if (!NoteLogin(user, from, "password", identity.has_value(), refusal)) return std::nullopt;
  return identity;
}

// A user that there isn't costs as much time as one that there is.
std::optional<Identity> Authority::CheckPassword(std::string_view user, std::string_view password,
                                                 Refusal* refusal) {
  const auto place = gate_.Enter();
  if (!place) {
    *refusal = RefusalOf(place.error());
    return std::nullopt;
  }
  const auto now = rules();
  Identity identity;
  std::vector<std::string> hashes;
  if (now != nullptr) {
    identity = now->As(user, Identity::Shown::kPassword);
    if (!identity.is_nobody()) hashes = now->accounts().users.find(user)->second.passwords;
  }
  const bool is_real = !hashes.empty();
  if (!is_real) hashes.push_back(HashOfNobody());
  for (const std::string& hash : hashes) {
    const auto is_right = IsPassword(password, hash);
    if (!is_right) {
      *refusal = RefusalOf(is_right.error());
      return std::nullopt;
    }
    if (*is_right && is_real) return identity;
  }
  *refusal = {.why = Refusal::Why::kWrong, .text = "no enabled user has this name and password"};
  return std::nullopt;
}

std::optional<Identity> Authority::LogInByToken(std::string_view token, std::string_view from,
                                                Refusal* refusal) {
  const auto now = rules();
  Identity identity;
  if (now != nullptr) {
    const Token* const found = FindToken(now->accounts(), token, environment_.clock->WallMicros());
    if (found != nullptr) {
      identity = now->As(found->user, Identity::Shown::kToken, found->expires_at_us);
    }
  }
  if (identity.is_nobody()) {
    *refusal = {.why = Refusal::Why::kWrong, .text = "the token is none, or has expired"};
  }
  if (!NoteLogin(identity.user, from, "token", !identity.is_nobody(), refusal)) return std::nullopt;
  if (identity.is_nobody()) return std::nullopt;
  return identity;
}

// --- changes -------------------------------------------------------------------------------------

Status Authority::Change(std::string_view who, std::string_view from, std::string_view what,
                         const std::function<Status(Accounts*)>& edit) {
  if (db_ == nullptr) return Error(ErrorCode::kUnsupported, "this server has no users");
  const MutexLock lock(change_mutex_);
  AuditRecord record{.time_us = environment_.clock->WallMicros(),
                     .who = std::string(who),
                     .from = std::string(from),
                     .what = "users",
                     .note = std::string(what)};
  STRATA_TRY_ASSIGN(Accounts accounts, ChangeAccounts(*db_, std::move(record), edit));
  Install(std::move(accounts));
  return {};
}

}  // namespace strata::auth
