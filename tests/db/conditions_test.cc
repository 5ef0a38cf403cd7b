// Batches that are written only if the store is as their writer thinks it is.

#include "commit/conditions.h"

#include <catch2/catch.hpp>

#include <string>

#include "io/faulty_file_system.h"
#include "stats/counters.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Scan;
using testing::TestStore;
using Kind = Condition::Kind;

// "written@3", or "failed 0: a is x@1", "failed 1: b isn't there".
std::string Tell(const Result<WriteOutcome>& outcome) {
  REQUIRE(outcome);
  if (outcome->written()) return "written@" + std::to_string(outcome->version);
  const FailedCondition& failed = *outcome->failed;
  std::string text = "failed " + std::to_string(failed.index) + ": " + failed.key;
  if (!failed.current) return text + " isn't there";
  return text + " is " + failed.current->value + "@" + std::to_string(failed.current->version);
}

TEST_CASE("a condition holds or doesn't", "[conditional-writes][conditional-writes.1]") {
  const std::optional<Entry> none;
  const std::optional<Entry> entry = Entry{.value = "v", .version = 7};
  const auto holds = [&](Kind kind, const std::optional<Entry>& current) {
    return Holds({.kind = kind, .key = "k", .value = "v", .version = 7}, current);
  };
  CHECK(holds(Kind::kAbsent, none));
  CHECK_FALSE(holds(Kind::kAbsent, entry));
  CHECK_FALSE(holds(Kind::kPresent, none));
  CHECK(holds(Kind::kPresent, entry));
  CHECK_FALSE(holds(Kind::kValue, none));
  CHECK(holds(Kind::kValue, entry));
  CHECK_FALSE(holds(Kind::kValue, Entry{.value = "w", .version = 7}));
  CHECK_FALSE(Holds({.kind = Kind::kValue, .key = "k"}, none));  // Nothing isn't empty.
  CHECK_FALSE(holds(Kind::kVersion, none));
  CHECK(holds(Kind::kVersion, entry));
  CHECK_FALSE(holds(Kind::kVersion, Entry{.value = "v", .version = 8}));
}

TEST_CASE("an entry comes with the version that its write got", "[conditional-writes]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  const auto before = store->GetSnapshot();
  WriteBatch batch;
  batch.Put("b", "2");
  batch.Put("a", "2");
  CHECK(Tell(store->WriteIf(batch)) == "written@3");
  CHECK(**store->GetEntry("a") == Entry{.value = "2", .version = 3});
  CHECK(**store->GetEntry("b") == Entry{.value = "2", .version = 2});
  CHECK(**store->GetEntry("a", {.snapshot = before}) == Entry{.value = "1", .version = 1});
  CHECK_FALSE(store->GetEntry("c")->has_value());
  REQUIRE(store->Flush());
  REQUIRE(store->CompactRange({}, {}));
  store.Reopen();
  CHECK(**store->GetEntry("a") == Entry{.value = "2", .version = 3});
}

TEST_CASE("five verbs write or say what is there instead", "[conditional-writes]") {
  TestStore store;
  CHECK(Tell(store->UpdateIfExists("a", "x")) == "failed 0: a isn't there");
  CHECK(Tell(store->DeleteIfExists("a")) == "failed 0: a isn't there");
  CHECK(Tell(store->PutIfAbsent("a", "1")) == "written@1");
  CHECK(Tell(store->PutIfAbsent("a", "2")) == "failed 0: a is 1@1");
  CHECK(Tell(store->UpdateIfExists("a", "2")) == "written@2");
  CHECK(Tell(store->CompareAndSwap("a", "1", "3")) == "failed 0: a is 2@2");
  CHECK(Tell(store->CompareAndSwap("a", "2", "3")) == "written@3");
  CHECK(Tell(store->CompareAndSwapVersion("a", 2, "4")) == "failed 0: a is 3@3");
  CHECK(Tell(store->CompareAndSwapVersion("a", 3, "4")) == "written@4");
  CHECK(Tell(store->DeleteIfExists("a")) == "written@5");
  CHECK(Tell(store->DeleteIfExists("a")) == "failed 0: a isn't there");
  CHECK(Tell(store->PutIfAbsent("a", "5")) == "written@6");
  CHECK(Scan(*store) == "a=5 ");
}

TEST_CASE("a value that came back has another version", "[conditional-writes]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  const std::uint64_t version = (*store->GetEntry("a"))->version;
  REQUIRE(store->Put("a", "2"));
  REQUIRE(store->Put("a", "1"));
  CHECK(Tell(store->CompareAndSwapVersion("a", version, "x")) == "failed 0: a is 1@3");
  CHECK(Tell(store->CompareAndSwap("a", "1", "y")) == "written@4");
}

TEST_CASE("conditions are checked in order up to the first that fails",
          "[conditional-writes][conditional-writes.2]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Put("b", "2"));
  WriteBatch batch;
  batch.RequirePresent("a");
  batch.RequireValue("b", "other");
  batch.RequireAbsent("a");
  batch.Put("a", "new");
  batch.Put("c", "new");
  const std::uint64_t checked = store->counters().Get(Counter::kConditionsChecked);
  CHECK(Tell(store->WriteIf(batch)) == "failed 1: b is 2@2");
  CHECK(store->counters().Get(Counter::kConditionsChecked) - checked == 2);
  CHECK(store->counters().Get(Counter::kConditionsFailed) == 1);
  CHECK(Scan(*store) == "a=1 b=2 ");
}

TEST_CASE("conditions see the store before the batch, not the batch", "[conditional-writes]") {
  TestStore store;
  WriteBatch batch;
  batch.Put("a", "1");
  batch.RequireAbsent("a");
  batch.Put("a", "2");
  CHECK(Tell(store->WriteIf(batch)) == "written@2");
  CHECK(Tell(store->WriteIf(batch)) == "failed 0: a is 2@2");
}

TEST_CASE("a batch whose condition fails leaves nothing in the log", "[conditional-writes]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  const auto now = [&](Counter counter) { return store->counters().Get(counter); };
  const std::uint64_t bytes = now(Counter::kWalBytes);
  const std::uint64_t syncs = now(Counter::kWalSyncs);
  const StoreStats before = store->Stats();
  for (int i = 0; i < 10; ++i) {
    CHECK(Tell(store->PutIfAbsent("a", std::string(1'000, 'x'))) == "failed 0: a is 1@1");
  }
  CHECK(now(Counter::kWalBytes) == bytes);
  CHECK(now(Counter::kWalSyncs) == syncs);
  CHECK(store->Stats().log_bytes == before.log_bytes);
  CHECK(store->Stats().last_sequence == before.last_sequence);
  CHECK(store->Stats().memtable_entries == before.memtable_entries);
  CHECK(now(Counter::kWrites) == 1);
}

TEST_CASE("a batch of conditions alone asks a question and writes nothing",
          "[conditional-writes]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  const std::uint64_t bytes = store->counters().Get(Counter::kWalBytes);
  WriteBatch batch;
  batch.RequireVersion("a", 1);
  batch.RequireAbsent("b");
  CHECK(Tell(store->WriteIf(batch)) == "written@0");
  REQUIRE(store->Write(batch));
  batch.RequirePresent("b");
  CHECK(Tell(store->WriteIf(batch)) == "failed 2: b isn't there");
  CHECK(store->counters().Get(Counter::kWalBytes) == bytes);
  CHECK(store->Stats().last_sequence == 1);
}

TEST_CASE("write makes an error of a failed condition", "[conditional-writes]") {
  TestStore store;
  WriteBatch batch;
  batch.RequirePresent("a");
  batch.Put("a", "1");
  const Status written = store->Write(batch);
  REQUIRE_FALSE(written);
  CHECK(written.error().code() == ErrorCode::kConditionFailed);
  CHECK(written.error().message() ==
        "condition 0 of the batch doesn't hold: key \"a\" should be present, and it isn't there; "
        "nothing was written");
  REQUIRE(store->Put("b", "1"));  // The store goes on.
  batch.Clear();
  batch.Put("a", "1");
  REQUIRE(store->Write(batch));
}

TEST_CASE("conditions look into tables and full memtables too", "[conditional-writes]") {
  TestStore store({.memtable_bytes = 8 << 10});
  for (int i = 0; i < 300; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), std::string(100, 'v')));
  }
  REQUIRE(store->Stats().immutable_memtables > 0);
  for (int i = 0; i < 300; i += 7) {
    CHECK_FALSE(store->PutIfAbsent("key" + std::to_string(i), "x")->written());
  }
  REQUIRE(store->Delete("key7"));
  REQUIRE(store->CompactRange({}, {}));
  CHECK_FALSE(store->PutIfAbsent("key8", "x")->written());
  CHECK(store->PutIfAbsent("key7", "x")->written());
}

TEST_CASE("a key over the limit is refused in a condition too", "[conditional-writes]") {
  TestStore store;
  WriteBatch batch;
  batch.RequireAbsent(std::string(kKeySizeMax + 1, 'k'));
  batch.Put("a", "1");
  const auto outcome = store->WriteIf(batch);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("a batch whose conditions can't be read is not written, and its writer learns it",
          "[conditional-writes]") {
  const auto disk = NewMemoryFileSystem();
  const auto faulty = NewFaultyFileSystem(*disk);
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  const Environment environment{.files = faulty.get(),
                                .clock = &clock,
                                .executor = executor.get(),
                                .entropy = SeededEntropy(1)};
  Options options;
  options.environment = &environment;
  options.block_cache_bytes = 0;
  const auto db = testing::Must(DB::Open(options, "db"));
  REQUIRE(db->Put("a", "1"));
  REQUIRE(db->Flush());
  faulty->SetPlan({.fail_at = 0, .sticky = true});
  CHECK(testing::CodeOf(db->CompareAndSwap("a", "1", "2")) == "i/o error");
  faulty->SetPlan({});
  std::string value;
  CHECK(testing::Must(db->Get("a", &value)));
  CHECK(value == "1");
  CHECK(db->CompareAndSwap("a", "1", "2")->written());
}

TEST_CASE("a batch joins a group unless the group decides its conditions",
          "[conditional-writes][conditional-writes.3]") {
  GroupKeys keys;
  WriteBatch a;
  a.Put("a", "1");
  a.Delete("b");
  WriteBatch about_b;
  about_b.RequireAbsent("x");
  about_b.RequireAbsent("b");
  WriteBatch about_c;
  about_c.RequireAbsent("c");
  about_c.Put("d", "1");
  CHECK_FALSE(keys.Decide(about_b));  // Nobody is in it yet.
  keys.Add(a);
  CHECK_FALSE(keys.Decide(a));
  CHECK(keys.Decide(about_b));
  CHECK_FALSE(keys.Decide(about_c));
  keys.Add(about_c);
  WriteBatch about_d;
  about_d.RequirePresent("d");
  CHECK(keys.Decide(about_d));
}

}  // namespace
}  // namespace strata
