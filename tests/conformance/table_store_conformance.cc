#include "conformance/table_store_conformance.h"

#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "compaction/table_writer.h"
#include "testing/results.h"
#include "testing/tables.h"

namespace strata::testing {
namespace {

std::unique_ptr<compaction::TableWriter> WriterOf(TableStore& store) {
  compaction::TableWriterOptions options;
  options.position = {0, 1};
  return std::make_unique<compaction::TableWriter>(store, options);
}

std::shared_ptr<const Table> WriteTable(TableStore& store, std::string_view entries) {
  const auto writer = WriterOf(store);
  for (const Entry& entry : ParseEntries(entries)) REQUIRE(writer->Add(entry.key, entry.value));
  auto tables = Must(writer->Finish());
  REQUIRE(tables.size() == 1);
  tables[0]->MarkNamed();
  REQUIRE(store.SyncNames());
  return tables[0];
}

void NothingIsGivenTwice(const MakeTableStore& make) {
  const auto store = make();
  std::set<FileNumber> numbers;
  std::set<FileId> ids;
  for (int i = 0; i < 10; ++i) {
    const FileIdentity file = store->NewIdentity(FileKind::kTable);
    CHECK(file.kind == FileKind::kTable);
    numbers.insert(file.number);
    ids.insert(file.id);
  }
  numbers.insert(store->NewNumber());
  ids.insert(store->NewId());
  CHECK(numbers.size() == 11);
  CHECK(ids.size() == 11);
  CHECK(Must(store->List()).empty());  // No file comes of it.
}

void OpensWhatIsMeant(const MakeTableStore& make) {
  const auto store = make();
  const auto first = WriteTable(*store, "a@5=x b@3");
  const auto second = WriteTable(*store, "c@6=y");
  const auto read = [](const Table& table) { return Forwards(*table.reader().NewIterator({})); };
  CHECK(read(*Must(store->Open(first->meta()))) == "a@5=x b@3");
  CHECK(read(*Must(store->Open(second->meta()))) == "c@6=y");

  TableMeta meta = first->meta();
  meta.number = second->meta().number + 100;
  CHECK(CodeOf(store->Open(meta)) == "not found");
  meta = first->meta();
  ++meta.file_id[0];
  CHECK_FALSE(store->Open(meta).has_value());
  meta = first->meta();
  ++meta.size_bytes;
  CHECK(CodeOf(store->Open(meta)) == "corruption");
}

void MakesAFileOnce(const MakeTableStore& make) {
  const auto store = make();
  const FileIdentity file = store->NewIdentity(FileKind::kTable);
  const auto writer = Must(store->Create(file));
  REQUIRE(writer->Append("abc"));
  CHECK(CodeOf(store->Create(file)) == "i/o error");
  CHECK(Must(store->List()) == std::vector<StoredFile>{{.number = file.number, .size_bytes = 3}});
  CHECK(store->NameOf(file).find(std::to_string(file.number)) != std::string::npos);
}

void ListsByNumber(const MakeTableStore& make) {
  const auto store = make();
  std::vector<StoredFile> expected;
  for (int i = 0; i < 12; ++i) {
    const auto table = WriteTable(*store, "k@" + std::to_string(i + 1) + "=v");
    expected.push_back({.number = table->meta().number, .size_bytes = table->meta().size_bytes});
  }
  CHECK(Must(store->List()) == expected);
}

void RemovesWithoutTheStore(const MakeTableStore& make) {
  auto store = make();
  const auto table = WriteTable(*store, "a@5=x");
  const TableMeta meta = WriteTable(*store, "b@6=y")->meta();
  const auto remove = store->RemovalOf(IdentityOf(table->meta()));
  remove();
  CHECK(CodeOf(store->Open(table->meta())) == "not found");
  CHECK(Forwards(*table->reader().NewIterator({})) == "a@5=x");  // Who has it open keeps it.
  remove();  // That it isn't there is no failure.
  CHECK(Must(store->List()).size() == 1);
  const auto later = store->RemovalOf(IdentityOf(meta));
  later();
  CHECK(Must(store->List()).empty());
}

void WhatIsGivenUpLeavesNothing(const MakeTableStore& make) {
  const auto store = make();
  const auto writer = WriterOf(*store);
  REQUIRE(writer->Add(MakeInternalKey("k", 1, EntryKind::kValue), "v"));
  CHECK(Must(store->List()).size() == 1);
  writer->Abandon();
  CHECK(Must(store->List()).empty());
  REQUIRE(writer->Add(MakeInternalKey("k", 1, EntryKind::kValue), "v"));
  {
    const auto finished = Must(writer->Finish());
  }  // No edit named it.
  CHECK(Must(store->List()).empty());
}

}  // namespace

void CheckTableStore(const MakeTableStore& make) {
  NothingIsGivenTwice(make);
  OpensWhatIsMeant(make);
  MakesAFileOnce(make);
  ListsByNumber(make);
  RemovesWithoutTheStore(make);
  WhatIsGivenUpLeavesNothing(make);
}

namespace {

void ShowsAFileThatGrows(const MakeTableStore& make) {
  const auto store = make();
  const FileIdentity file = store->NewIdentity(FileKind::kBlob);
  const auto writer = Must(store->Create(file));
  const auto reader = Must(store->OpenGrowing(file));
  char scratch[3];
  CHECK_FALSE(reader->Read(0, 3, scratch).has_value());
  REQUIRE(writer->Append("abc"));
  REQUIRE(writer->Append("def"));
  CHECK(Must(reader->Read(2, 3, scratch)) == "cde");
}

}  // namespace

void CheckBlobsOfTableStore(const MakeTableStore& make) {
  ShowsAFileThatGrows(make);
  const auto store = make();
  const FileIdentity file = store->NewIdentity(FileKind::kBlob);
  const auto writer = Must(store->Create(file));
  blob::BlobWriter values({.compression = Compression::kNone}, *writer, file.id, file.number);
  const BlobPointer pointer = Must(values.Add("value"));
  const blob::BlobSummary summary = Must(values.Finish());
  REQUIRE(writer->Sync());
  REQUIRE(writer->Close());

  BlobMeta meta = MakeBlobMeta(file.number, file.id, summary);
  const auto blob = Must(store->Open(meta));
  std::string value;
  REQUIRE(blob->reader().Read(pointer, &value));
  CHECK(value == "value");
  CHECK(IdentityOf(meta) == file);
  CHECK(Must(store->List()) ==
        std::vector<StoredFile>{
            {.kind = FileKind::kBlob, .number = file.number, .size_bytes = meta.size_bytes}});

  // A table of the same number is another file.
  CHECK(store->Create({FileKind::kTable, file.number, file.id}).has_value());
  store->RemovalOf(file)();
  CHECK(CodeOf(store->Open(meta)) == "not found");
  CHECK(Must(store->List()).size() == 1);
  ++meta.file_id[0];
  CHECK_FALSE(store->Open(meta).has_value());
}
}  // namespace strata::testing
