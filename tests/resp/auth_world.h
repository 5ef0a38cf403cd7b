// A world of Redis clients whose store has users.
//
// Thread safety: none.

#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "auth/authority.h"
#include "auth/password.h"
#include "resp/resp_world.h"

namespace strata::resp::testing {

// "SET a v" -> SET, a, v.
inline std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

class AuthWorld {
 public:
  explicit AuthWorld(const server::Limits& limits = {}) : world_(limits) {
    environment_ = {.files = &world_.store().disk(),
                    .clock = &world_.store().clock(),
                    .executor = &world_.store().executor()};
    auto opened = auth::Authority::Open(*world_.store(), environment_, nullptr, {});
    REQUIRE(opened.has_value());
    authority_ = *std::move(opened);
    world_.shared().authority = authority_.get();
  }

  RespWorld* operator->() { return &world_; }
  auth::Authority& authority() { return *authority_; }

  void Change(const std::function<Status(auth::Accounts*)>& edit) {
    const Status changed = authority_->Change("test", "here", "change", edit);
    if (!changed) UNSCOPED_INFO(changed.error().message());
    REQUIRE(changed);
  }
  // Its password is its name.
  void AddUser(const std::string& name, std::vector<auth::Grant> grants) {
    Change([&](auth::Accounts* accounts) -> Status {
      STRATA_TRY(auth::AddUser(accounts, name, /*administrator=*/false));
      accounts->users[name].grants = std::move(grants);
      const std::string salt(auth::kSaltBytes, 's');
      accounts->users[name].passwords = {*auth::HashPassword(name, salt, {.log_n = 4})};
      return {};
    });
  }
  // A new client, which is this user; "": nobody.
  int Client(const std::string& user) {
    ++clients_;
    if (!user.empty()) CHECK(world_.Ask(clients_, {"AUTH", user, user}) == "+OK\n");
    return clients_;
  }
  std::string Ask(int client, const std::string& words) { return world_.Ask(client, Words(words)); }
  // The reply's first word: "-NOPERM", "+OK".
  std::string Kind(int client, const std::string& words) {
    const std::string reply = Ask(client, words);
    return reply.substr(0, reply.find_first_of(" \n"));
  }

 private:
  RespWorld world_;
  Environment environment_;
  std::unique_ptr<auth::Authority> authority_;
  int clients_ = 100;
};

}  // namespace strata::resp::testing
