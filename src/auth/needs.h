// What a request is about to do, as a list: which action, on which keys of which table. Each front
// compiles each of its requests to one, whatever the request looks like: the changes of a batch, a
// condition, a value that is answered besides, the bounds of a scan or a watch.
//
// Thread safety: none.

#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/action.h"

namespace strata::auth {

struct Need {
  enum class Extent : std::uint8_t { kKey, kRange };

  Action action = Action::kUsers;
  Extent extent = Extent::kRange;
  std::string_view table = {};                 // "" where the action is of the server.
  std::string_view lower = {};                 // The key.
  std::optional<std::string_view> upper = {};  // Of a range; nothing: to the end.
};

class Needs {
 public:
  // Who may, if nothing is in the list. As long as nobody said that it is empty on purpose, nobody.
  enum class Who : std::uint8_t { kNotSaid, kAnyUser, kAnybody };

  Needs() = default;
  Needs(const Needs&) = delete;
  Needs& operator=(const Needs&) = delete;
  Needs(Needs&&) = default;
  Needs& operator=(Needs&&) = default;

  // Here and below: texts are borrowed until Clear; `table`: "" is the default table.
  void Key(ActionSet actions, std::string_view table, std::string_view key);
  // Keys that begin with `prefix`, from `lower` on and before `upper`, as far as they are given: an
  // end that isn't is that of the table. One in which no key can be needs its lower bound.
  void Range(ActionSet actions, std::string_view table, std::string_view prefix,
             std::optional<std::string_view> lower = std::nullopt,
             std::optional<std::string_view> upper = std::nullopt);
  void Table(ActionSet actions, std::string_view table) { Range(actions, table, {}); }
  // REQUIRES: IsOfServer(action).
  void Server(Action action) { Add(action, {}); }

  // Nothing, but to be known. Nothing at all, as for what one says to become known; REQUIRES: the
  // list is empty.
  void AnyUser() { who_ = Who::kAnyUser; }
  void Anybody() { who_ = Who::kAnybody; }

  Who who() const { return who_; }
  std::span<const Need> list() const { return list_; }
  bool empty() const { return list_.empty(); }
  // Of the action, anywhere.
  bool Has(ActionSet actions) const;
  void Clear();
  // Adds those of `other`, with texts of its own.
  void AddCopies(const Needs& other);

 private:
  void Add(ActionSet actions, Need need);
  std::string_view Keep(std::string_view text) { return kept_.emplace_back(text); }

  Who who_ = Who::kNotSaid;
  std::vector<Need> list_;
  std::list<std::string> kept_;  // Texts that nobody else has.
};

// The name under which rules know a table: "" is "default".
std::string_view TableName(std::string_view table);
// The server's own tables, which begin with "strata.": administrators alone see them.
bool IsReserved(std::string_view table);

}  // namespace strata::auth
