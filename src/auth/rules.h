// Accounts made ready to decide: one immutable snapshot, which all requests of a moment share. A
// change makes another one.
//
// Roles and grants of a user are merged, table by table, into sets of key ranges for each action; a
// decision is a look-up of the user, one of the table, and a binary search for each need.
// What isn't granted is denied.
//
// Thread safety: any number of threads.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/account.h"
#include "auth/identity.h"
#include "auth/key_range.h"
#include "auth/needs.h"

namespace strata::auth {

class Rules {
 public:
  // Roles that aren't there give nothing.
  explicit Rules(Accounts accounts);
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;
  ~Rules() = default;

  // The first need that the identity's user may not, at the time `now_us` (wall clock); nothing: it
  // may all. Who is nobody, unknown, disabled, expired, or was
  // let in before User::since may nothing: the first of `needs` then.
  // REQUIRES: there is a need.
  std::optional<std::size_t> FirstDenied(const Identity& identity, std::uint64_t now_us,
                                         std::span<const Need> needs) const;
  // Whether the identity stands for a user who may be asked about.
  bool Knows(const Identity& identity, std::uint64_t now_us) const;
  // Whether the identity's user may do anything with the table.
  bool Sees(const Identity& identity, std::uint64_t now_us, std::string_view table) const;
  // Who is let in now as the user; nobody: there is none, or it is disabled.
  Identity As(std::string_view user, Identity::Shown shown, std::uint64_t expires_at_us = 0) const;
  // The user that a name in a certificate stands for.
  Identity OfCertificate(std::string_view name) const;

  const Accounts& accounts() const { return accounts_; }
  std::uint64_t version() const { return accounts_.version; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <typename T>
  using ByName = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  // What a user may on one table, or on all tables whose names begin alike.
  struct TableRules {
    std::array<RangeSet, kKeyActions> keys;
    bool tables = false;  // Action::kTables.
  };
  struct Compiled {
    bool enabled = false;
    std::uint64_t since = 0;
    bool everything = false;
    ActionSet of_server = {};
    ByName<TableRules> by_name = {};
    // By beginnings of names, the longest first; each has what those have that it begins with.
    std::vector<std::pair<std::string, TableRules>> by_beginning = {};

    const TableRules* Find(std::string_view table) const;
    bool May(const Need& need) const;
  };

  static Compiled Compile(const Accounts& accounts, const User& user);
  static TableRules Merge(const std::vector<Grant>& grants, std::string_view table, bool exact);
  const Compiled* Find(const Identity& identity, std::uint64_t now_us) const;

  const Accounts accounts_;
  ByName<Compiled> users_;
  ByName<std::string> certificates_;
};

}  // namespace strata::auth
