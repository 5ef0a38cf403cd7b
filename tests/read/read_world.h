// A reader alone, without a store: what it shows is put together by hand from memtables and, from
// lesson flush-and-merge on, tables.

#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/clock.h"
#include "io/executor.h"
#include "io/faulty_file_system.h"
#include "read/reader.h"
#include "sst/block_cache.h"
#include "testing/results.h"
#include "testing/tables.h"

namespace strata {

struct ReadWorld {
  ReadWorld() {
    state.memtable = std::make_shared<MemTable>(1);
    state.version = std::make_shared<const Version>();
    tables.files = files.get();
  }

  void Put(SequenceNumber sequence, std::string_view key, std::string_view value) const {
    state.memtable->Add(sequence, EntryKind::kValue, key, value);
  }
  void Delete(SequenceNumber sequence, std::string_view key) const {
    state.memtable->Add(sequence, EntryKind::kDelete, key, "");
  }
  // Adds a table of "a@5=x b@3" and the like.
  void AddTable(RunPosition position, std::string_view entries) {
    auto table = tables.Make(tables.next_number++, position, entries);
    VersionEdit edit;
    edit.added = {table->meta()};
    state.version = testing::Must(state.version->With(edit, {std::move(table)}));
  }
  // The memtable is full; another comes before it.
  void SwitchMemTable() {
    state.immutables.insert(state.immutables.begin(), std::move(state.memtable));
    state.memtable = std::make_shared<MemTable>(1);
  }
  // Readers see the state as it is now, up to `sequence`.
  void Show(SequenceNumber sequence) {
    reader.Publish(state);
    reader.Show(sequence);
  }

  // The value, "(none)", or the error.
  std::string Get(std::string_view key, const ReadOptions& options = {}) {
    std::string value;
    const auto found = reader.Get(key, &value, options);
    if (!found) return testing::Outcome(found);
    return *found ? value : "(none)";
  }
  // "a=x b=y ".
  std::string Scan(const ReadOptions& options = {}) {
    return Rest(*testing::Must(reader.NewIterator(options)));
  }
  static std::string Rest(Iterator& it) {
    std::string text;
    Status moved = it.SeekToFirst();
    for (; moved && it.Valid(); moved = it.Next()) {
      text += std::string(it.key()) + "=" + std::string(it.value()) + " ";
    }
    return moved ? text : text + testing::Outcome(moved);
  }

  testing::TableFactory tables;
  const std::unique_ptr<FaultyFileSystem> files = NewFaultyFileSystem(*tables.disk);
  ManualClock clock;
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  Counters counters;
  sst::BlockCache cache{1 << 20, counters};  // Of tables that are opened with it.
  std::shared_ptr<SnapshotList> snapshots = std::make_shared<SnapshotList>([](SequenceNumber) {});
  std::vector<std::uint32_t> many_hidden;  // Of which tables the reader spoke.
  ReadState state;
  Reader reader{ReaderContext{
      .counters = counters,
      .clock = clock,
      .executor = *executor,
      .snapshots = snapshots,
      .many_hidden = [this](std::uint32_t table) { many_hidden.push_back(table); },
  }};
};

}  // namespace strata
