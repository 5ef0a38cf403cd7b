// The lock table, by a disk-less simulation: waits run whatever else is queued.

#include "txn/lock_table.h"

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/clock.h"
#include "io/executor.h"

namespace strata {
namespace {

struct World {
  ManualClock clock;
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  std::shared_ptr<LockTable> locks = std::make_shared<LockTable>(*executor, clock);
  std::vector<std::string> log;

  std::string Lock(TxnId owner, std::string_view key, LockMode mode, std::uint32_t timeout_ms) {
    const Status locked = locks->Acquire(owner, key, mode, timeout_ms);
    return locked ? "ok" : std::string(ErrorCodeName(locked.error().code()));
  }
  std::string Share(TxnId owner, std::string_view key, std::uint32_t timeout_ms = 0) {
    return Lock(owner, key, LockMode::kShared, timeout_ms);
  }
  std::string Own(TxnId owner, std::string_view key, std::uint32_t timeout_ms = 0) {
    return Lock(owner, key, LockMode::kExclusive, timeout_ms);
  }
  // Does it while somebody waits.
  void Later(std::function<void()> what) {
    executor->Schedule(Priority::kLow, [what = std::move(what)] {
      what();
      return Step::kDone;
    });
  }
};

TEST_CASE("shared locks go together, an exclusive one goes alone",
          "[transactions][transactions.3]") {
  World world;
  CHECK(world.Share(1, "a") == "ok");
  CHECK(world.Share(2, "a") == "ok");
  CHECK(world.Own(3, "a") == "timed out");
  CHECK(world.Own(1, "a") == "timed out");  // 2 shares it.
  world.locks->ReleaseAll(2);
  CHECK(world.Own(1, "a") == "ok");
  CHECK(world.Own(1, "a") == "ok");
  CHECK(world.Share(1, "a") == "ok");
  CHECK(world.Share(2, "a") == "timed out");
  CHECK(world.Own(2, "b") == "ok");
  world.locks->ReleaseAll(1);
  world.locks->ReleaseAll(2);
  CHECK(world.locks->locked_keys() == 0);
}

TEST_CASE("a lock is waited for, and had when its owner lets go", "[transactions]") {
  World world;
  REQUIRE(world.Own(1, "a") == "ok");
  world.Later([&] { world.locks->ReleaseAll(1); });
  CHECK(world.Own(2, "a", 1'000) == "ok");
  CHECK(world.Own(3, "a") == "timed out");
}

TEST_CASE("a wait ends when its time is over, no matter who else waits", "[transactions]") {
  World world;
  REQUIRE(world.Own(1, "a") == "ok");
  const std::uint64_t start = world.clock.NowMicros();
  std::uint64_t short_wait = 0;
  world.Later([&] {
    CHECK(world.Own(3, "a", 100) == "timed out");
    short_wait = world.clock.NowMicros() - start;
  });
  CHECK(world.Own(2, "a", 250) == "timed out");
  CHECK(short_wait == 100'000);
  CHECK(world.clock.NowMicros() - start == 250'000);
  CHECK(world.locks->waiters() == 0);
}

TEST_CASE("nobody overtakes those who wait", "[transactions]") {
  World world;
  REQUIRE(world.Share(1, "a") == "ok");
  world.Later([&] {
    CHECK(world.Share(3, "a") == "timed out");  // 2 waits to have it alone.
    CHECK(world.Share(1, "a") == "ok");         // It has it.
    world.locks->ReleaseAll(1);
  });
  CHECK(world.Own(2, "a", 1'000) == "ok");
}

TEST_CASE("those who wait to share a lock come in together", "[transactions][transactions.3]") {
  World world;
  REQUIRE(world.Own(1, "a") == "ok");
  world.Later([&] {
    world.Later([&] {
      CHECK(world.locks->waiters() == 2);
      world.locks->ReleaseAll(1);
      CHECK(world.locks->waiters() == 0);
    });
    CHECK(world.Share(3, "a", 1'000) == "ok");
  });
  CHECK(world.Share(2, "a", 1'000) == "ok");
}

TEST_CASE("of two that wait for each other the younger is told", "[transactions][transactions.4]") {
  World world;
  REQUIRE(world.Own(1, "a") == "ok");
  REQUIRE(world.Own(2, "b") == "ok");
  world.Later([&] {
    const Status locked = world.locks->Acquire(2, "a", LockMode::kExclusive, 1'000);
    REQUIRE_FALSE(locked);
    CHECK(locked.error().code() == ErrorCode::kDeadlock);
    CHECK(locked.error().message() ==
          "deadlock: transaction 2 waits for 1 (key \"a\"), which waits for 2 (key \"b\"); 2, the "
          "youngest, gives way");
    world.locks->ReleaseAll(2);
  });
  CHECK(world.Own(1, "b", 1'000) == "ok");
}

TEST_CASE("who doesn't wait is told so, and nobody gives way for it", "[transactions]") {
  World world;
  REQUIRE(world.Own(1, "a") == "ok");
  REQUIRE(world.Own(2, "b") == "ok");
  world.Later([&] {
    CHECK(world.Own(1, "b", 0) == "timed out");
    world.locks->ReleaseAll(1);
  });
  CHECK(world.Own(2, "a", 1'000) == "ok");
}

TEST_CASE("of two that share a lock and both want it alone one gives way",
          "[transactions][transactions.4]") {
  World world;
  REQUIRE(world.Share(1, "a") == "ok");
  REQUIRE(world.Share(2, "a") == "ok");
  world.Later([&] {
    CHECK(world.Own(2, "a", 1'000) == "deadlock");
    world.locks->ReleaseAll(2);
  });
  CHECK(world.Own(1, "a", 1'000) == "ok");
}

TEST_CASE("a circle of three is found, and who isn't in it is left alone",
          "[transactions][transactions.4]") {
  World world;
  for (TxnId owner = 1; owner <= 3; ++owner) {
    REQUIRE(world.Own(owner, "k" + std::to_string(owner)) == "ok");
  }
  std::vector<std::string> outcomes(5);
  world.Later([&] {
    world.Later([&] {
      world.Later([&] {
        outcomes[3] = world.Own(3, "k1", 1'000);
        world.locks->ReleaseAll(3);
      });
      outcomes[4] = world.Own(4, "k1", 50);  // Waits for the circle, and isn't in it.
    });
    outcomes[2] = world.Own(2, "k3", 1'000);
    world.locks->ReleaseAll(2);
  });
  outcomes[1] = world.Own(1, "k2", 1'000);
  CHECK(outcomes[1] == "ok");
  CHECK(outcomes[2] == "ok");
  CHECK(outcomes[3] == "deadlock");
  CHECK(outcomes[4] == "timed out");
}

TEST_CASE("a circle is found behind one that waits for nobody", "[transactions][transactions.4]") {
  World world;
  REQUIRE(world.Own(1, "a") == "ok");
  REQUIRE(world.Share(2, "b") == "ok");
  REQUIRE(world.Share(3, "b") == "ok");  // Of these two only 2 waits.
  std::string second;
  world.Later([&] {
    second = world.Own(2, "a", 1'000);
    world.locks->ReleaseAll(2);
    world.locks->ReleaseAll(3);
  });
  CHECK(world.Own(1, "b", 1'000) == "ok");
  CHECK(second == "deadlock");
}

TEST_CASE("one wait that closes two circles breaks both", "[transactions][transactions.4]") {
  World world;
  REQUIRE(world.Own(1, "a") == "ok");
  REQUIRE(world.Own(1, "b") == "ok");
  REQUIRE(world.Share(2, "c") == "ok");
  REQUIRE(world.Share(3, "c") == "ok");
  std::vector<std::string> outcomes(4);
  world.Later([&] {
    world.Later([&] {
      // The others go on only when this wait is over.
      world.Later([&] { outcomes[1] = world.Own(1, "c", 100); });
      outcomes[3] = world.Own(3, "b", 1'000);
    });
    outcomes[2] = world.Own(2, "a", 1'000);
  });
  world.executor->RunAll();
  CHECK(outcomes[1] == "timed out");
  CHECK(outcomes[2] == "deadlock");
  CHECK(outcomes[3] == "deadlock");
}

TEST_CASE("an upgrade goes before those who want a lock that they don't share", "[transactions]") {
  World world;
  REQUIRE(world.Share(1, "a") == "ok");
  REQUIRE(world.Share(2, "a") == "ok");
  world.Later([&] {
    world.Later([&] { world.locks->ReleaseAll(2); });
    CHECK(world.Own(1, "a", 1'000) == "ok");
    world.locks->ReleaseAll(1);
  });
  CHECK(world.Own(3, "a", 1'000) == "ok");
}

}  // namespace
}  // namespace strata
