#include "conformance/journal_conformance.h"

#include <catch2/catch.hpp>

#include <string_view>

#include "testing/results.h"

namespace strata::testing {
namespace {

// --- what is told of a journal -------------------------------------------------------------------

// "3: 1=a 2=b end, 4: 3=c".
std::string Show(JournalRemains& remains) {
  std::string text;
  for (const KeptLog& log : remains.Logs()) {
    text += (text.empty() ? "" : ", ") + std::to_string(log.number) + ":";
    for (const auto& [sequence, payload] : log.records) {
      text += " " + std::to_string(sequence) + "=" + payload;
    }
    if (log.ended) text += " end";
  }
  return text;
}

std::string AfterKill(JournalWorld& world) {
  return Show(*world.AfterKill());
}

// The least that a power cut leaves.
std::unique_ptr<JournalRemains> PowerCut(JournalWorld& world) {
  Random random(1);
  return world.AfterPowerCut(CrashKind::kNothingUnsynced, random);
}
std::string AfterPowerCut(JournalWorld& world) {
  return Show(*PowerCut(world));
}

Status Begin(JournalWorld& world, FileNumber number) {
  return world.journal().Begin(number, world.NewDirect());
}

// Another log. Before lesson background-work, the one before has to be ended.
void BeginNext(JournalWorld& world, FileNumber number) {
  REQUIRE(Begin(world, number));
}

Status Append(JournalWorld& world, SequenceNumber first, std::string_view payload) {
  return world.journal().Append(first, {&payload, 1});
}

// --- one log -------------------------------------------------------------------------------------

void KnowsItsLastLog(const MakeJournalWorld& make) {
  const auto world = make();
  Journal& journal = world->journal();
  CHECK(journal.number() == 0);
  CHECK(journal.size() == 0);
  CHECK(AfterKill(*world).empty());
  REQUIRE(Begin(*world, 3));
  CHECK(journal.number() == 3);
  const std::uint64_t empty = journal.size();
  REQUIRE(Append(*world, 1, "a"));
  CHECK(journal.size() > empty);
  BeginNext(*world, 7);
  CHECK(journal.number() == 7);
  CHECK(journal.size() == empty);
}

void KeepsRecordsWhenTheProcessEnds(const MakeJournalWorld& make) {
  const auto world = make();
  REQUIRE(Begin(*world, 3));
  CHECK(AfterKill(*world) == "3:");
  REQUIRE(Append(*world, 1, "a"));
  const std::vector<std::string_view> parts = {"b", "", "cd"};
  REQUIRE(world->journal().Append(2, parts));
  REQUIRE(Append(*world, 5, "e"));
  CHECK(AfterKill(*world) == "3: 1=a 2=bcd 5=e");
}

void HasADurableNameOnceItIsBegun(const MakeJournalWorld& make) {
  const auto world = make();
  REQUIRE(Begin(*world, 3));
  CHECK(PowerCut(*world)->Logs().size() == 1);
}

// Of what wasn't synced there is a beginning: no power cut leaves a hole, or what nobody wrote.
void KeepsWhatWasSyncedWhenThePowerGoes(const MakeJournalWorld& make) {
  Random random(3);
  const auto world = make();
  REQUIRE(Begin(*world, 3));
  REQUIRE(Append(*world, 1, "a"));
  REQUIRE(world->journal().Sync());
  const std::string synced = AfterKill(*world);
  REQUIRE(Append(*world, 2, std::string(5'000, 'b')));
  REQUIRE(Append(*world, 3, "c"));
  const std::string all = AfterKill(*world);
  for (int kind = 0; kind < kCrashKinds; ++kind) {
    for (int round = 0; round < 10; ++round) {
      CAPTURE(kind, round);
      const auto kept = Show(*world->AfterPowerCut(static_cast<CrashKind>(kind), random));
      CHECK((kept.starts_with(synced) && all.starts_with(kept)));
    }
  }
  CHECK(AfterPowerCut(*world) == synced);
  REQUIRE(world->journal().Sync());
  CHECK(AfterPowerCut(*world) == all);
}

void SaysAtItsEndThatNothingFollows(const MakeJournalWorld& make) {
  const auto world = make();
  REQUIRE(Begin(*world, 3));
  REQUIRE(Append(*world, 1, "a"));
  REQUIRE(world->journal().End());
  CHECK(AfterPowerCut(*world) == "3: 1=a end");
  CHECK(world->journal().number() == 3);
}

// The n-th operation fails, for every n that there is; the log before is what it was.
void LeavesNothingOfALogThatFailsToBegin(const MakeJournalWorld& make) {
  for (const Fault fault : {Fault::kEio, Fault::kEnospc}) {
    const auto world = make();
    REQUIRE(Begin(*world, 3));
    REQUIRE(Append(*world, 1, "a"));
    const std::string before = AfterKill(*world);
    std::uint64_t at = 0;
    for (bool fired = true; fired; ++at) {
      CAPTURE(at);
      world->SetPlan({.fail_at = at, .fault = fault});
      const Status begun = Begin(*world, 4);
      fired = world->fired();
      world->SetPlan({});
      CHECK(begun.has_value() == !fired);
      CHECK(AfterKill(*world) == before + (fired ? "" : ", 4:"));
      CHECK(world->journal().number() == (fired ? 3u : 4u));
    }
    CHECK(at > 1);
    REQUIRE(Append(*world, 2, "b"));
    CHECK(AfterKill(*world) == before + ", 4: 2=b");
  }
}

// What is on the disk then isn't known, so it takes no more.
void SaysWhenAWriteFails(const MakeJournalWorld& make) {
  for (const Fault fault : {Fault::kEio, Fault::kShortWrite}) {
    const auto world = make();
    REQUIRE(Begin(*world, 3));
    REQUIRE(Append(*world, 1, "a"));
    world->SetPlan({.fail_at = 0, .fault = fault});
    CHECK(CodeOf(Append(*world, 2, "b")) != "ok");
    REQUIRE(world->fired());
    CHECK(CodeOf(Append(*world, 3, "c")) != "ok");
    CHECK(CodeOf(world->journal().Sync()) != "ok");
    CHECK(CodeOf(world->journal().End()) != "ok");
    CHECK(AfterKill(*world) == "3: 1=a");
  }
}

// What is refused is nowhere, and what comes after it follows what was before.
void GoesOnAfterItFoundNoRoom(const MakeJournalWorld& make) {
  for (const Fault fault : {Fault::kEnospc, Fault::kEdquot}) {
    const auto world = make();
    REQUIRE(Begin(*world, 3));
    REQUIRE(Append(*world, 1, "a"));
    const std::uint64_t size = world->journal().size();
    world->SetPlan({.fail_at = 0, .fault = fault});
    CHECK(CodeOf(Append(*world, 2, "refused")) == "no space");
    REQUIRE(world->fired());
    CHECK(world->journal().size() == size);
    CHECK(AfterKill(*world) == "3: 1=a");
    REQUIRE(Append(*world, 2, "b"));
    REQUIRE(world->journal().Sync());
    CHECK(AfterPowerCut(*world) == "3: 1=a 2=b");
    REQUIRE(world->journal().End());
    CHECK(AfterPowerCut(*world) == "3: 1=a 2=b end");
  }
}

void SaysWhenASyncFails(const MakeJournalWorld& make) {
  for (const Fault fault :
       {Fault::kSyncKeepsData, Fault::kSyncRevertsData, Fault::kSyncLosesOnCrash}) {
    const auto world = make();
    REQUIRE(Begin(*world, 3));
    REQUIRE(Append(*world, 1, "a"));
    world->SetPlan({.fail_at = 0, .fault = fault});
    CHECK(CodeOf(world->journal().Sync()) == "i/o error");
    REQUIRE(world->fired());
    CHECK(CodeOf(world->journal().Sync()) == "i/o error");
    CHECK(CodeOf(world->journal().End()) == "i/o error");
  }
  // That there is no room is as final as any other reason.
  const auto world = make();
  REQUIRE(Begin(*world, 3));
  REQUIRE(Append(*world, 1, "a"));
  world->SetPlan({.fail_at = 0, .fault = Fault::kEnospc});
  CHECK(CodeOf(world->journal().Sync()) == "i/o error");
  CHECK(CodeOf(Append(*world, 2, "b")) == "i/o error");
}

}  // namespace

void CheckJournalConformance(const MakeJournalWorld& make) {
  KnowsItsLastLog(make);
  KeepsRecordsWhenTheProcessEnds(make);
  HasADurableNameOnceItIsBegun(make);
  KeepsWhatWasSyncedWhenThePowerGoes(make);
  SaysAtItsEndThatNothingFollows(make);
  LeavesNothingOfALogThatFailsToBegin(make);
  SaysWhenAWriteFails(make);
  GoesOnAfterItFoundNoRoom(make);
  SaysWhenASyncFails(make);
}

// --- logs that aren't needed any more ------------------------------------------------------------

void CheckJournalRelease(const MakeJournalWorld& make) {
  const auto world = make();
  for (FileNumber number = 3; number <= 6; ++number) {
    BeginNext(*world, number);
    REQUIRE(Append(*world, number, "x"));
  }
  const auto kept = [&] {
    std::string numbers;
    for (const KeptLog& log : world->AfterKill()->Logs()) numbers += std::to_string(log.number);
    return numbers;
  };
  world->journal().Release(3);
  CHECK(kept() == "3456");
  world->journal().Release(5);
  CHECK(kept() == "56");
  REQUIRE(Append(*world, 7, "y"));  // The last one goes on.
  world->journal().Release(6);
  CHECK(AfterKill(*world) == "6: 6=x 7=y");
  CHECK(world->journal().number() == 6);
}

// --- logs that were begun before the one before was on the disk ----------------------------------

namespace {

// Logs 3 and 4 are retired and 5 is begun, each with a record.
void RetireTwo(JournalWorld& world) {
  for (FileNumber number = 3; number <= 5; ++number) {
    REQUIRE(Begin(world, number));
    REQUIRE(Append(world, number, "x"));
  }
}

void EndsRetiredLogsOldestFirst(const MakeJournalWorld& make) {
  const auto world = make();
  Journal& journal = world->journal();
  CHECK(Must(journal.SealRetired()).empty());
  CHECK_FALSE(journal.has_retired());
  RetireTwo(*world);
  CHECK(journal.has_retired());
  CHECK(AfterKill(*world) == "3: 3=x, 4: 4=x, 5: 5=x");
  const auto sealed = Must(journal.SealRetired());
  CHECK_FALSE(journal.has_retired());
  CHECK(AfterKill(*world) == "3: 3=x end, 4: 4=x end, 5: 5=x");
  CHECK(AfterPowerCut(*world) == "3: 3=x end, 4: 4=x end, 5:");
  const auto logs = PowerCut(*world)->Logs();
  REQUIRE(sealed.size() == 2);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    CHECK(sealed[i].number == logs[i].number);
    CHECK(sealed[i].length == logs[i].length);
  }
  CHECK(Must(journal.SealRetired()).empty());
  REQUIRE(journal.Sync());
  CHECK(AfterPowerCut(*world) == "3: 3=x end, 4: 4=x end, 5: 5=x");
}

void HoldsNoRetiredLogThatWasReleased(const MakeJournalWorld& make) {
  const auto world = make();
  RetireTwo(*world);
  world->journal().Release(4);
  CHECK(world->journal().has_retired());
  CHECK(AfterKill(*world) == "4: 4=x, 5: 5=x");
  world->journal().Release(5);
  CHECK_FALSE(world->journal().has_retired());
  CHECK(Must(world->journal().SealRetired()).empty());
  CHECK(AfterKill(*world) == "5: 5=x");
}

// Wherever it stops, no log is ended that isn't whole, nor one while an older one isn't.
void EndsNoRetiredLogTooEarly(const MakeJournalWorld& make) {
  Random random(12);
  bool fired = true;
  for (std::uint64_t at = 0; fired; ++at) {
    const auto world = make();
    RetireTwo(*world);
    world->SetPlan({.fail_at = at, .crash = true});
    const bool sealed = world->journal().SealRetired().has_value();
    fired = world->fired();
    CHECK(sealed == !fired);
    for (int kind = 0; kind < kCrashKinds; ++kind) {
      CAPTURE(at, kind);
      const auto logs = world->AfterPowerCut(static_cast<CrashKind>(kind), random)->Logs();
      REQUIRE(logs.size() == 3);
      for (const KeptLog& log : logs) CHECK((!log.ended || log.records.size() == 1));
      if (at == 0) CHECK_FALSE(logs[0].ended);
      CHECK((logs[0].ended || !logs[1].ended));
      if (sealed) CHECK(logs[1].ended);
    }
  }
}

// Wherever it fails, and however well the disk is after it.
void SealsNothingAfterAFailure(const MakeJournalWorld& make) {
  bool fired = true;
  for (std::uint64_t at = 0; fired; ++at) {
    CAPTURE(at);
    const auto world = make();
    Journal& journal = world->journal();
    RetireTwo(*world);
    world->SetPlan({.fail_at = at, .fault = Fault::kEio});
    const bool sealed = journal.SealRetired().has_value();
    fired = world->fired();
    CHECK(sealed == !fired);
    if (!fired) {
      CHECK(at > 2);
      return;
    }
    world->SetPlan({});
    const std::string left = AfterKill(*world);
    CHECK(journal.has_retired());
    CHECK(CodeOf(journal.SealRetired()) == "i/o error");
    CHECK(journal.has_retired());
    CHECK(AfterKill(*world) == left);
    REQUIRE(Append(*world, 6, "y"));  // The last one takes more, which isn't promised to anybody.
    CHECK(AfterKill(*world).ends_with("5: 5=x 6=y"));
    journal.Release(5);  // What they hold is in tables by now.
    CHECK_FALSE(journal.has_retired());
    CHECK(AfterKill(*world) == "5: 5=x 6=y");
  }
}

// Where there is no room to say in it that nothing follows, a log is made durable without.
void SealsWithoutAnEndWhereThereIsNoRoom(const MakeJournalWorld& make) {
  const auto world = make();
  RetireTwo(*world);
  world->SetPlan({.fail_at = 0, .fault = Fault::kFullDisk, .sticky = true});
  const auto sealed = Must(world->journal().SealRetired());
  CHECK(world->fired());
  CHECK_FALSE(world->journal().has_retired());
  CHECK(AfterPowerCut(*world) == "3: 3=x, 4: 4=x, 5:");
  const auto logs = PowerCut(*world)->Logs();
  REQUIRE(sealed.size() == 2);
  for (std::size_t i = 0; i < sealed.size(); ++i) CHECK(sealed[i].length == logs[i].length);
  world->SetPlan({});
  REQUIRE(Append(*world, 6, "y"));
  REQUIRE(world->journal().Sync());
  CHECK(AfterPowerCut(*world) == "3: 3=x, 4: 4=x, 5: 5=x 6=y");
}

void MeasuresItsSyncs(const MakeJournalWorld& make) {
  const auto world = make();
  REQUIRE(Begin(*world, 3));
  CHECK(world->journal().sync_times().count() == 0);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(Append(*world, 1 + i, "x"));
    REQUIRE(world->journal().Sync());
  }
  CHECK(world->journal().sync_times().count() == 3);
}

}  // namespace

void CheckRetiredLogs(const MakeJournalWorld& make) {
  EndsRetiredLogsOldestFirst(make);
  HoldsNoRetiredLogThatWasReleased(make);
  EndsNoRetiredLogTooEarly(make);
  SealsNothingAfterAFailure(make);
  SealsWithoutAnEndWhereThereIsNoRoom(make);
  MeasuresItsSyncs(make);
}

// --- records that point to values elsewhere ------------------------------------------------------

namespace {

// A log of which a record points to a value.
std::shared_ptr<DirectValues> BeginWithValue(JournalWorld& world, FileNumber number) {
  auto direct = world.NewDirect();
  REQUIRE(world.journal().Begin(number, direct));
  std::string record;
  blob::AppendPlace(&record, Must(direct->Append(0, "value " + std::to_string(number), {})));
  REQUIRE(direct->HandOver());
  REQUIRE(Append(world, number, record));
  return direct;
}

// Whether all values are there that records of a log point to.
bool HasValues(JournalRemains& remains, const KeptLog& log) {
  for (const auto& [_, record] : log.records) {
    std::string value;
    const auto place = blob::DecodePlace(record);
    if (!place || !remains.ReadValue(*place, &value)) return false;
    if (value != "value " + std::to_string(log.number)) return false;
  }
  return true;
}

void SyncsValuesWithTheRecords(const MakeJournalWorld& make) {
  const auto world = make();
  const auto direct = BeginWithValue(*world, 3);
  const auto unsynced = PowerCut(*world);
  CHECK(unsynced->Logs().at(0).records.empty());
  REQUIRE(world->journal().Sync());
  CHECK(direct->synced());
  const auto synced = PowerCut(*world);
  CHECK(synced->Logs().at(0).records.size() == 1);
  CHECK(HasValues(*synced, synced->Logs().at(0)));
}

// Wherever it stops: a log that says that nothing follows has all of its values.
void EndsNoLogBeforeItsValues(const MakeJournalWorld& make, bool retired) {
  Random random(19);
  bool fired = true;
  for (std::uint64_t at = 0; fired; ++at) {
    const auto world = make();
    BeginWithValue(*world, 3);
    if (retired) BeginWithValue(*world, 4);
    world->SetPlan({.fail_at = at, .crash = true});
    const bool ended =
        retired ? world->journal().SealRetired().has_value() : world->journal().End().has_value();
    fired = world->fired();
    CHECK(ended == !fired);
    for (int kind = 0; kind < kCrashKinds; ++kind) {
      CAPTURE(retired, at, kind);
      const auto remains = world->AfterPowerCut(static_cast<CrashKind>(kind), random);
      const KeptLog log = remains->Logs().at(0);
      CHECK((!ended || log.ended));
      CHECK((!log.ended || HasValues(*remains, log)));
    }
  }
}

}  // namespace

void CheckJournalValues(const MakeJournalWorld& make) {
  SyncsValuesWithTheRecords(make);
  for (const bool retired : {false, true}) EndsNoLogBeforeItsValues(make, retired);
}
}  // namespace strata::testing
