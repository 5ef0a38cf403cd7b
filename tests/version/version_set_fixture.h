// A store's directory in which tables are files of one word: what the version set's tests need of
// them is only that they are there.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/faulty_file_system.h"
#include "testing/edits.h"
#include "testing/results.h"
#include "version/version_set.h"

namespace strata::testing {

// Refuses a table whose file is missing or isn't the one that was written.
inline TableOpener OpenerOf(FileSystem& files) {
  return [&files](const TableMeta& meta) -> Result<std::shared_ptr<const Table>> {
    const std::string name = TableFileName(meta.number);
    STRATA_TRY_ASSIGN(const std::string contents, files.ReadFile(JoinPath("db", name), 100));
    if (contents != name) return Corruption(name + ": isn't what was written");
    return std::make_shared<const Table>(meta, nullptr);
  };
}

inline Status WriteTableFile(FileSystem& files, FileNumber number) {
  const std::string name = TableFileName(number);
  STRATA_TRY_ASSIGN(const auto file, files.Create(JoinPath("db", name)));
  STRATA_TRY(file->Append(name));
  STRATA_TRY(file->Sync());
  STRATA_TRY(file->Close());
  return files.SyncDirectory("db");
}

inline std::unique_ptr<MemoryFileSystem> EmptyStoreDirectory() {
  auto disk = NewMemoryFileSystem();
  if (!disk->CreateDirectories("db") || !disk->SyncDirectory(".")) std::abort();
  return disk;
}

// Adds a table of the run `run` of level 0; its keys are `key_bytes` long.
inline Status AddTable(VersionSet& set, FileSystem& files, std::size_t key_bytes = 1) {
  const FileNumber number = set.NewFileNumber();
  STRATA_TRY(WriteTableFile(files, number));
  VersionEdit edit;
  edit.added = {
      SomeTable(number, {0, number}, std::string(key_bytes, 'a'), std::string(key_bytes, 'z'))};
  auto table = std::make_shared<const Table>(edit.added[0], nullptr);
  return set.LogAndApply(std::move(edit), {std::move(table)});
}

inline Status RemoveTable(VersionSet& set, FileNumber number) {
  VersionEdit edit;
  edit.removed = {number};
  return set.LogAndApply(std::move(edit), {});
}

// "5 2 ": numbers of the tables, newest first.
inline std::string TablesOf(const VersionSet& set) {
  std::string text;
  for (const Run& run : set.current()->runs()) {
    for (const auto& table : run.tables) text += std::to_string(table->meta().number) + " ";
  }
  return text;
}

// "5 2 | 9": the tables, and the last sequence.
inline std::string Summary(const VersionSet& set) {
  return TablesOf(set) + "| " + std::to_string(set.last_sequence());
}

}  // namespace strata::testing
