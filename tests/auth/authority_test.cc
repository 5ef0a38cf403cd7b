#include "auth/authority.h"

#include <catch2/catch.hpp>

#include "auth/password.h"
#include "auth/token.h"
#include "testing/test_store.h"

namespace strata::auth {
namespace {

// Keeps what is noted, or refuses to.
class Notes final : public AuditSink {
 public:
  Status Note(AuditRecord record) override {
    if (broken) return Error(ErrorCode::kIo, "the disk is gone");
    text += (record.who.empty() ? "nobody" : record.who) + " " + record.what +
            (record.allowed ? " yes" : " no") +
            (record.key.empty() ? "" : " " + record.table + "/" + record.key) + "\n";
    return {};
  }

  std::string text;
  bool broken = false;
};

class World {
 public:
  explicit World(AuthorityOptions options = {}) {
    environment_.files = &store_.disk();
    environment_.clock = &store_.clock();
    environment_.executor = &store_.executor();
    auto opened = Authority::Open(*store_, environment_, &notes, options);
    REQUIRE(opened.has_value());
    authority_ = *std::move(opened);
  }

  Authority* operator->() { return authority_.get(); }

  void Change(const std::function<Status(Accounts*)>& edit) {
    const Status changed = authority_->Change("root", "here", "change", edit);
    if (!changed) UNSCOPED_INFO(changed.error().message());
    REQUIRE(changed);
  }
  void AddUsers() {
    Change([](Accounts* accounts) -> Status {
      STRATA_TRY(AddUser(accounts, "root", true));
      STRATA_TRY(AddUser(accounts, "ada", false));
      STRATA_TRY(SetPassword(accounts, "ada",
                             *HashPassword("sesame", std::string(kSaltBytes, 's'), {.log_n = 4})));
      return AddGrant(accounts, "ada", false,
                      {.actions = Action::kRead, .table = "t", .keys = KeyRange::Prefix("a")});
    });
  }
  Seat SeatOf(std::string_view user) {
    return {.identity = authority_->rules()->As(user, Identity::Shown::kPassword),
            .from = "10.0.0.7:5000"};
  }
  // What becomes of a read of the key: "7", or why not.
  std::string Read(Seat* seat, std::string_view key) {
    Needs needs;
    needs.Key(Action::kRead, "t", key);
    return Ask(seat, needs);
  }
  std::string Ask(Seat* seat, const Needs& needs) {
    Refusal refusal;
    const auto allowed = authority_->Authorize(seat, "get", needs, 7, &refusal);
    return allowed ? std::to_string(**allowed) : refusal.text;
  }

  Notes notes;
  strata::testing::TestStore& store() { return store_; }

 private:
  strata::testing::TestStore store_;
  Environment environment_;
  std::unique_ptr<Authority> authority_;
};

}  // namespace

static_assert(!std::is_constructible_v<Authorized<int>, int>,
              "nobody but Authority makes an Authorized");
static_assert(!std::is_default_constructible_v<Authorized<int>>);

TEST_CASE("without users everybody may everything, and nothing is decided", "[roles-and-audit]") {
  World world;
  Seat nobody;
  CHECK(world.Read(&nobody, "b") == "7");
  Needs none;
  CHECK(world.Ask(&nobody, none) == "7");
  CHECK(world->decisions() == 0);
  CHECK(world->rules() == nullptr);
}

TEST_CASE("with users nobody may anything until it says who it is", "[roles-and-audit]") {
  World world;
  world.AddUsers();
  Seat nobody;
  CHECK(world.Read(&nobody, "a") == "say first who you are");
  Needs anybody;
  anybody.Anybody();
  CHECK(world.Ask(&nobody, anybody) == "7");
  Needs any_user;
  any_user.AnyUser();
  CHECK(world.Ask(&nobody, any_user) == "say first who you are");
  Seat ada = world.SeatOf("ada");
  CHECK(world.Ask(&ada, any_user) == "7");
  CHECK(world.Read(&ada, "a1") == "7");
  CHECK(world.Read(&ada, "b1") == "ada may not read this key of table t");
  CHECK(world->decisions() == 6);
  CHECK(world->refusals() == 3);
}

TEST_CASE("needs that nobody listed are denied, even to an administrator", "[roles-and-audit]") {
  World world;
  world.AddUsers();
  Seat root = world.SeatOf("root");
  CHECK(world.Ask(&root, Needs()) == "nobody may: it isn't known what this needs");
  Needs anybody;
  anybody.Key(Action::kRead, "t", "b");
  anybody.Anybody();
  Seat ada = world.SeatOf("ada");
  CHECK(world.Ask(&ada, anybody) == "ada may not read this key of table t");
}

TEST_CASE("a change holds from the next request on, for those who are there already",
          "[roles-and-audit]") {
  World world;
  world.AddUsers();
  Seat ada = world.SeatOf("ada");
  CHECK(world.Read(&ada, "a") == "7");
  Needs needs;
  needs.Key(Action::kRead, "t", "a");
  Refusal refusal;
  const std::uint64_t decided = world->decisions();
  CHECK(world->StillMay(&ada, "watch", needs, &refusal));
  CHECK(world->decisions() == decided);
  world.Change([](Accounts* accounts) {
    return RevokeGrant(accounts, "ada", false,
                       {.actions = Action::kRead, .table = "t", .keys = KeyRange::Prefix("a")});
  });
  CHECK_FALSE(world->StillMay(&ada, "watch", needs, &refusal));
  CHECK(refusal.text == "ada may not read this key of table t");
  CHECK(world.Read(&ada, "a") != "7");
}

TEST_CASE("who was let in is out when the user goes, even if one of that name comes",
          "[roles-and-audit]") {
  World world;
  world.AddUsers();
  Seat root = world.SeatOf("root");
  Seat ada = world.SeatOf("ada");
  world.Change([](Accounts* accounts) { return RemoveUser(accounts, "ada"); });
  CHECK(world.Read(&ada, "a") == "you aren't let in any more: say again who you are");
  world.Change([](Accounts* accounts) { return AddUser(accounts, "ada", true); });
  CHECK(world.Read(&ada, "a") == "you aren't let in any more: say again who you are");
  CHECK(world.Read(&root, "a") == "7");
}

TEST_CASE("the right name and password let one in, and nothing else says which was wrong",
          "[roles-and-audit]") {
  World world;
  Refusal refusal;
  CHECK_FALSE(world->LogIn("ada", "sesame", "10.0.0.7:1", &refusal));
  world.AddUsers();
  CHECK(world->LogIn("ada", "sesame", "10.0.0.7:1", &refusal)->user == "ada");
  CHECK_FALSE(world->LogIn("ada", "seesaw", "10.0.0.7:1", &refusal));
  const std::string wrong = refusal.text;
  CHECK_FALSE(world->LogIn("eve", "sesame", "10.0.0.7:1", &refusal));
  CHECK(refusal.text == wrong);
  CHECK_FALSE(world->LogIn("root", "", "10.0.0.7:1", &refusal));  // It has no password.
  CHECK(refusal.text == wrong);
  CHECK(world.notes.text ==
        "ada login no\nada login yes\nada login no\neve login no\nroot login no\n");
}

TEST_CASE("who guesses waits, and holds up nobody elsewhere", "[roles-and-audit]") {
  World world({.attempts = {.free = 1, .wait_us = 1'000'000}});
  world.AddUsers();
  Refusal refusal;
  for (int i = 0; i < 2; ++i) CHECK_FALSE(world->LogIn("ada", "x", "10.0.0.7:1", &refusal));
  CHECK_FALSE(world->LogIn("ada", "sesame", "10.0.0.7:2", &refusal));
  CHECK(refusal.why == Refusal::Why::kBusy);
  CHECK(world->LogIn("ada", "sesame", "10.0.0.8:1", &refusal));
  world.store().clock().Advance(1'100'000);
  CHECK(world->LogIn("ada", "sesame", "10.0.0.7:3", &refusal));
}

TEST_CASE("a token lets one in until it expires or is revoked", "[roles-and-audit]") {
  World world;
  world.AddUsers();
  const std::uint64_t now_us = world.store().clock().WallMicros();
  const NewToken made = MakeToken("ada", now_us + 1'000, SeededEntropy(1));
  world.Change([&](Accounts* accounts) {
    accounts->tokens[made.id] = made.token;
    return Status();
  });
  Refusal refusal;
  Seat ada{.identity = *world->LogInByToken(made.text, "10.0.0.7:1", &refusal)};
  CHECK(world.Read(&ada, "a") == "7");
  world.store().clock().Advance(1'000);
  CHECK(world.Read(&ada, "a") == "you aren't let in any more: say again who you are");
  CHECK_FALSE(world->LogInByToken(made.text, "10.0.0.7:1", &refusal));
  CHECK(refusal.why == Refusal::Why::kWrong);
}

TEST_CASE("refusals, logins and administration are noted, and all if asked for",
          "[roles-and-audit]") {
  World world;
  world.AddUsers();
  Seat ada = world.SeatOf("ada");
  Seat root = world.SeatOf("root");
  (void)world.Read(&ada, "a");
  CHECK(world.notes.text.empty());
  (void)world.Read(&ada, "b");
  Needs flush;
  flush.Server(Action::kOperate);
  (void)world.Ask(&root, flush);
  CHECK(world.notes.text == "ada get no\nroot get yes\n");
  World all({.audit = AuditScope::kAll, .audit_keys = true});
  all.AddUsers();
  Seat there = all.SeatOf("ada");
  (void)all.Read(&there, "a\n");
  CHECK(all.notes.text == "ada get yes t/a\\n\n");
}

TEST_CASE("what can't be noted isn't done", "[roles-and-audit]") {
  World world;
  world.AddUsers();
  Seat root = world.SeatOf("root");
  Seat ada = world.SeatOf("ada");
  world.notes.broken = true;
  Needs flush;
  flush.Server(Action::kOperate);
  CHECK(world.Ask(&root, flush) == "the disk is gone");
  CHECK(world.Read(&ada, "a") == "7");
  Refusal refusal;
  CHECK_FALSE(world->LogIn("ada", "sesame", "10.0.0.7:1", &refusal));
  CHECK(refusal.text == "the disk is gone");
}

}  // namespace strata::auth
