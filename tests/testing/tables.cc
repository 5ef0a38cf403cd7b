#include "testing/tables.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "iter/internal_key.h"
#include "testing/results.h"
#include "version/local_table_store.h"

namespace strata::testing {

std::vector<Entry> ParseEntries(std::string_view text) {
  std::vector<Entry> entries;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    const std::size_t at = word.find('@');
    const std::size_t equals = word.find('=', at);
    const bool is_delete = equals == word.npos;
    entries.push_back({MakeInternalKey(word.substr(0, at), std::stoull(word.substr(at + 1)),
                                       is_delete ? EntryKind::kDelete : EntryKind::kValue),
                       is_delete ? "" : word.substr(equals + 1)});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return CompareInternalKeys(a.key, b.key) < 0; });
  return entries;
}

std::string ShowEntry(std::string_view key, std::string_view value) {
  std::string text = std::string(UserKeyOf(key)) + "@" + std::to_string(SequenceOf(key));
  if (KindOf(key) != EntryKind::kDelete) text += "=" + std::string(value);
  return text;
}

namespace {

std::string Walk(InternalIterator& entries, Status moved, Status (InternalIterator::*step)()) {
  std::string text;
  while (moved.has_value() && entries.Valid()) {
    if (!text.empty()) text += " ";
    text += ShowEntry(entries.key(), entries.value());
    moved = (entries.*step)();
  }
  return moved.has_value() ? text : text + " " + Outcome(moved);
}

}  // namespace

std::string Forwards(InternalIterator& entries) {
  return Walk(entries, entries.SeekToFirst(), &InternalIterator::Next);
}

std::string Backwards(InternalIterator& entries) {
  return Walk(entries, entries.SeekToLast(), &InternalIterator::Prev);
}

TableFactory::TableFactory() : disk(NewMemoryFileSystem()), files(disk.get()) {
  const bool made = files->CreateDirectories("db").has_value();
  if (!made || !files->SyncDirectory(ParentDirectory("db")).has_value()) std::abort();
}

FileId TableFactory::NewFileId() {
  FileId id;
  random_.Bytes(id.size()).copy(id.data(), id.size());
  return id;
}

std::shared_ptr<const Table> TableFactory::Make(FileNumber number, RunPosition position,
                                                std::string_view entries) {
  const auto file = Must(files->Create(JoinPath("db", TableFileName(number))));
  const FileId id = NewFileId();
  sst::TableBuilder builder(options, *file, id);
  for (const Entry& entry : ParseEntries(entries)) {
    if (!builder.Add(entry.key, entry.value).has_value()) std::abort();
  }
  const TableMeta meta = MakeTableMeta(number, position, id, Must(builder.Finish()));
  if (!file->Sync().has_value() || !file->Close().has_value()) std::abort();
  return Must(Open(meta));
}

Result<std::shared_ptr<const Table>> TableFactory::Open(const TableMeta& meta) {
  const std::string name = TableFileName(meta.number);
  STRATA_TRY_ASSIGN(auto file, files->Open(JoinPath("db", name)));
  sst::TableReaderOptions reader_options;
  reader_options.counters = &counters;
  STRATA_TRY_ASSIGN(auto reader, sst::TableReader::Open(std::move(file), name, reader_options));
  STRATA_TRY(CheckOpenedTable(meta, *reader));
  return std::make_shared<const Table>(meta, std::move(reader));
}

TableStore& TableFactory::Store() {
  auto store = std::make_unique<LocalTableStore>(
      LocalTableOptions{.directory = "db", .reader = {.counters = &counters}, .seed = 20});
  store->Start({std::shared_ptr<void>(), files}, [this] { return next_number++; });
  stores_.push_back(std::move(store));
  return *stores_.back();
}

}  // namespace strata::testing
