// The one path: every request of every front comes by here, as a list of what it needs, and goes on
// only as an Authorized. Here people log in, too, and what belongs into the audit log is noted.
//
// As long as the store has no users, the rules are off, and a request costs one look at a flag.
//
// Thread safety: any thread, but a Seat is one thread's at a time.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "auth/attempts.h"
#include "auth/audit_writer.h"
#include "auth/authorized.h"
#include "auth/hash_gate.h"
#include "auth/identity.h"
#include "auth/needs.h"
#include "auth/rules.h"
#include "io/environment.h"
#include "io/mutex.h"
#include "strata/db.h"

namespace strata::auth {

// Why a request isn't carried out.
struct Refusal {
  enum class Why : std::uint8_t {
    kNobody,  // It must say first who it is.
    kWrong,   // It said so, and it isn't true.
    kDenied,  // Its user may not.
    kBusy,    // Too many log in, or the audit log is behind: later.
    kFailed,  // The audit log or the store can't be written or read.
  };
  Why why = Why::kDenied;
  std::string text = {};  // For the client: no more than it knows already.
};

// A client, as far as it matters here.
struct Seat {
  Identity identity = {};
  std::string from = {};                    // An address.
  std::shared_ptr<const Rules> rules = {};  // By which it was judged last.
};

enum class AuditScope : std::uint8_t {
  kNotable,  // Logins, refusals, and what is of tables, the server or users.
  kAll,      // Every request.
};

struct AuthorityOptions {
  AuditScope audit = AuditScope::kNotable;
  bool audit_keys = false;  // Keys go into the log, too.
  HashGate::Options hashing = {};
  Attempts::Options attempts = {};
};

class Authority {
 public:
  // All borrowed; `sink` may be null: nobody wants to know. Errors: those of LoadAccounts.
  static Result<std::unique_ptr<Authority>> Open(DB& db, const Environment& environment,
                                                 AuditSink* sink, const AuthorityOptions& options);
  // One that is off for ever: for a server, or a test, that has no rules.
  static Authority& Off();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority() = default;

  // There are users, so there are rules. While there are none, needs need not be listed.
  bool on() const { return on_.load(std::memory_order_acquire); }

  // The request, if its needs are allowed to who sits there, by the rules of this moment. Nothing:
  // `*refusal` says why not. `what` names the command or method.
  template <typename Op>
  std::optional<Authorized<Op>> Authorize(Seat* seat, std::string_view what, const Needs& needs,
                                          Op op, Refusal* refusal) {
    if (on() && !IsAllowed(seat, what, needs, refusal)) return std::nullopt;
    return Authorized<Op>(std::move(op));
  }
  // As Authorize, of something that goes on for longer (a watch, a transaction): whether it still
  // may. It costs nothing as long as the rules are those by which it was judged.
  bool StillMay(Seat* seat, std::string_view what, const Needs& needs, Refusal* refusal);

  // Whether the table is worth telling to who sits there: something may be done with it.
  bool Sees(const Seat& seat, std::string_view table) const;

  // Who has this name and password. May take long: it waits for its turn, and no loop calls it.
  std::optional<Identity> LogIn(std::string_view user, std::string_view password,
                                std::string_view from, Refusal* refusal);
  // Whose token it is: at once.
  std::optional<Identity> LogInByToken(std::string_view token, std::string_view from,
                                       Refusal* refusal);

  // Makes a change to users, roles or tokens, which holds from now on. The right to do so was
  // checked before, as of any request. May wait for the disk. Errors: those of ChangeAccounts.
  Status Change(std::string_view who, std::string_view from, std::string_view what,
                const std::function<Status(Accounts*)>& edit);

  std::shared_ptr<const Rules> rules() const;  // Null while they are off.
  std::uint64_t decisions() const { return decisions_.load(std::memory_order_relaxed); }
  std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  Authority(DB* db, const Environment& environment, AuditSink* sink,
            const AuthorityOptions& options);
  bool IsAllowed(Seat* seat, std::string_view what, const Needs& needs, Refusal* refusal);
  bool Decide(const Seat& seat, const Needs& needs, Refusal* refusal) const;
  bool Note(const Seat& seat, std::string_view what, const Needs& needs, Refusal* refusal,
            bool allowed);
  std::optional<Identity> CheckPassword(std::string_view user, std::string_view password,
                                        Refusal* refusal);
  bool NoteLogin(std::string_view user, std::string_view from, std::string_view how, bool allowed,
                 Refusal* refusal);
  void Install(Accounts accounts);

  DB* const db_;  // Null: Off().
  const Environment& environment_;
  AuditSink* const sink_;
  const AuthorityOptions options_;
  HashGate gate_;
  Attempts attempts_;
  std::atomic<bool> on_{false};
  std::atomic<std::uint64_t> version_{0};  // Of rules_.
  std::atomic<std::uint64_t> decisions_{0};
  std::atomic<std::uint64_t> refusals_{0};
  Mutex change_mutex_;  // One change at a time is made and installed.
  mutable Mutex mutex_;
  std::shared_ptr<const Rules> rules_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::auth
