#include "testing/parts_world.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace strata::testing {

Parts::Parts(const Environment& environment, const Options& options)
    : context(options, environment, kDirectory),
      reader({
          .counters = context.counters,
          .clock = *context.environment.clock,
          .executor = *context.environment.executor,
          .snapshots = snapshots,
      }) {
  STRATA_CHECK(trees.Start(files.store()).has_value());
}

Status Parts::Open() {
  MutexLock held(context.mutex);
  Recovery recovery({
      .context = context,
      .reader = reader,
      .trees = trees,
      .journal = journal,
      .files = files,
      .versions = versions,
      .writer = flush_writer,
      .direct_writer = direct_writer,
      .health = health,
  });
  STRATA_TRY(recovery.Run());
  lock = recovery.TakeLock();
  recovered_entries = recovery.recovered_entries();
  trees.Publish();
  return {};
}

Status Parts::Write(const WriteBatch& batch, bool sync) {
  MutexLock held(context.mutex);
  const SequenceNumber first = trees.last_sequence() + 1;
  if (trees.MemTablesEmpty()) trees.SetSince(context.environment.clock->WallMicros());
  std::string_view entries = batch.encoded();
  std::string with_pointers;
  if (direct_writer.MayHave(batch)) {
    STRATA_TRY(direct_writer.Write(batch, /*only_huge=*/false, &with_pointers));
    STRATA_TRY(trees.direct()->HandOver());
    entries = with_pointers;
  }
  STRATA_TRY(journal.Append(first, {&entries, 1}));
  if (sync) STRATA_TRY(journal.Sync());
  STRATA_TRY(trees.Insert(entries, first, /*concurrently=*/false));
  trees.Touch(batch.tables());
  trees.SetLastSequence(first + batch.count() - 1);
  reader.Show(trees.last_sequence());
  return {};
}

Status Parts::Put(std::string_view key, std::string_view value, bool sync) {
  WriteBatch batch;
  batch.Put(key, value);
  return Write(batch, sync);
}

Status Parts::Delete(std::string_view key) {
  WriteBatch batch;
  batch.Delete(key);
  return Write(batch);
}

Status Parts::Switch() {
  MutexLock held(context.mutex);
  const FileNumber number = versions.set().NewFileNumber();
  VersionEdit begun;
  begun.begun_logs.push_back({number, context.environment.clock->WallMicros()});
  auto direct = trees.NewDirect();
  STRATA_TRY(journal.Begin(number, direct));
  trees.Switch(number, std::move(direct));
  return versions.NoteLogs(begun);
}

std::string Parts::Get(std::string_view key) {
  std::string value;
  const auto found = reader.Get(key, &value, {});
  if (!found) return std::string(ErrorCodeName(found.error().code()));
  return *found ? value : "none";
}

PartsWorld::PartsWorld(const Options& store_options, Start start) : options(store_options) {
  environment = {.clock = &clock, .executor = executor.get(), .entropy = SeededEntropy(1)};
  Use(std::move(disk));
  if (start == Start::kOpen) STRATA_CHECK(Open().has_value());
}

void PartsWorld::Use(std::unique_ptr<MemoryFileSystem> survivor) {
  executor->DropAll();
  parts.reset();  // Whatever it still writes goes to the disk that is thrown away.
  disk = std::move(survivor);
  faults = NewFaultyFileSystem(*disk);
  watched = NewWatchedFileSystem(*faults, [this](const FileEvent& event) {
    if (before) before(event);
  });
  environment.files = watched.get();
}

Status PartsWorld::Open() {
  parts.reset();
  parts = std::make_unique<Parts>(environment, options);
  return parts->Open();
}

void PartsWorld::Kill() {
  Use(disk->Clone());
}

void PartsWorld::PowerCut(CrashKind kind) {
  Random random(1);
  Use(disk->Crash(kind, random));
}

std::string PartsWorld::Names(std::string_view part) const {
  auto names = disk->List(Parts::kDirectory);
  if (!names) return "";
  std::sort(names->begin(), names->end());
  std::string text;
  for (const std::string& name : *names) {
    if (name.find(part) != name.npos) text += name + " ";
  }
  return text;
}

std::uint64_t PartsWorld::EventAt(FileOperation operation, std::string_view part_of_path) const {
  const auto events = faults->events();
  const auto found = std::find_if(events.begin(), events.end(), [&](const FileEvent& event) {
    return event.operation == operation && event.path.find(part_of_path) != event.path.npos;
  });
  return static_cast<std::uint64_t>(found - events.begin());
}

void PartsWorld::FlushAll() {
  std::function<void()> look = [] {};
  Failures failures(parts->context, parts->health, parts->jobs, [&] { look(); });
  Flusher flusher(parts->upkeep(), failures, [&] { look(); });
  look = [&] { flusher.Start(); };
  MutexLock held(parts->context.mutex);
  look();
  executor->WaitUntil(parts->context.mutex, [&] { return parts->trees.full().empty(); });
}

}  // namespace strata::testing
