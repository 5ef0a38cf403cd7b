// What is separated, what is worth collecting, and what a collection copies.

#include "compaction/blob_collector.h"

#include <catch2/catch.hpp>

#include <map>

#include "compaction/compaction_runner.h"
#include "compaction/value_separator.h"
#include "sst/table_format.h"
#include "testing/bytes_file.h"
#include "testing/mutant_guard.h"
#include "testing/results.h"
#include "testing/tables.h"
#include "version/file_names.h"

namespace strata::compaction {
namespace {

using strata::testing::Entry;
using strata::testing::Must;
using strata::testing::Outcome;
using strata::testing::ParseEntries;
using strata::testing::TableFactory;

// Tables whose values live in blobs, and the version that they make.
class BlobTree {
 public:
  // Adds a table of `entries` as the newest run, with all values in one blob; returns its number.
  FileNumber Add(std::string_view entries) {
    TableWriterOptions options;
    options.position = {0, ++runs_};
    options.blob_threshold = 1;
    TableWriter writer(store, options);
    for (const Entry& entry : ParseEntries(entries)) REQUIRE(writer.Add(entry.key, entry.value));
    VersionEdit edit;
    auto opened = Must(writer.Finish());
    edit.added.push_back(opened.at(0)->meta());
    AddBlobs(writer.TakeBlobs(), &edit);
    version = Must(version->With(edit, std::move(opened)));
    return edit.added.front().number;
  }

  void Remove(FileNumber table) {
    VersionEdit edit;
    edit.removed = {table};
    version = Must(version->With(edit, {}));
  }

  // Merges all tables into one run; values stay where they are.
  void Merge() {
    CompactionJob job;
    for (const Run& run : version->runs()) {
      for (const auto& table : run.tables) job.inputs.push_back(table->meta().number);
    }
    job.output = {1, 1};
    job.table_bytes = 1 << 20;
    RunnerOptions options;
    options.counters = &tables.counters;
    auto result = Must(RunJob(job, version, store, options));
    version = Must(version->With(result.edit, std::move(result.opened)));
  }

  std::shared_ptr<const Blob> Collect(BlobId blob) {
    BlobCollection collection(store, version, blob, true);
    while (!Must(collection.Step(1))) {
    }
    return Must(collection.Finish());
  }

  std::string Get(std::string_view key) {
    std::string value;
    const auto hit = version->Get(key, kSequenceMax, {}, tables.counters, &value);
    if (!hit) return Outcome(hit);
    if (!*hit) return "nothing";
    return (*hit)->kind == EntryKind::kDelete ? "deleted" : value;
  }

  TableFactory tables;
  TableStore& store = tables.Store();
  std::shared_ptr<const Version> version = std::make_shared<Version>();

 private:
  std::uint64_t runs_ = 0;
};

BlobId OnlyBlob(const BlobTree& tree) {
  REQUIRE(tree.version->blobs().size() == 1);
  return tree.version->blobs().begin()->first;
}

TEST_CASE("a version knows how much of each blob its tables use", "[blob-collection]") {
  BlobTree tree;
  tree.Add("a@1=aaaa b@2=bbbb c@3=cccc d@4=dddd");
  const BlobId blob = OnlyBlob(tree);
  CHECK(tree.version->blobs().at(blob).live_values == 4);
  tree.Add("b@5 c@6");
  CHECK(tree.version->blobs().at(blob).live_values == 4);  // Not known yet to be dead.
  tree.Merge();
  CHECK(tree.version->blobs().at(blob).live_values == 2);
  CHECK(tree.version->blobs().at(blob).live_raw_bytes == 8);
  CHECK(tree.Get("a") == "aaaa");
  CHECK(tree.Get("b") == "nothing");
  Bitmap live;
  live.Add(0);
  live.Add(3);
  CHECK((Must(tree.version->LiveIn(blob)) == live));
}

TEST_CASE("live is what any table of the version uses", "[blob-collection][blob-collection.2]") {
  BlobTree tree;
  const FileNumber first = tree.Add("a@1=aaaa b@2=bbbb");
  const BlobId blob = OnlyBlob(tree);
  tree.Add("b@3=BBBB");
  CHECK(tree.version->blobs().size() == 2);
  CHECK(Must(tree.version->LiveIn(blob)).Count() == 2);
  tree.Remove(first);
  CHECK(tree.version->blobs().count(blob) == 0);  // Nothing uses it: it is gone.
}

TEST_CASE("a value is live in whichever run a table uses it", "[blob-collection]") {
  BlobTree tree;
  const FileNumber first = tree.Add("a@1=aaaa b@2=bbbb");
  const BlobId blob = OnlyBlob(tree);
  VersionEdit edit;
  edit.removed = {first};
  std::vector<std::shared_ptr<const Table>> opened;
  const auto table = tree.version->FindTable(first);
  const auto entries = table->reader().NewIterator({});
  REQUIRE(entries->SeekToFirst());
  for (std::uint32_t level = 1; level <= 2; ++level) {
    TableWriterOptions options;
    options.position = {level, 1};
    TableWriter writer(tree.store, options);
    REQUIRE(writer.Add(entries->key(), entries->value()));
    for (auto& written : Must(writer.Finish())) {
      edit.added.push_back(written->meta());
      opened.push_back(std::move(written));
    }
    REQUIRE(entries->Next());
  }
  tree.version = Must(tree.version->With(edit, std::move(opened)));
  CHECK(tree.version->runs().size() == 2);
  CHECK(Must(tree.version->LiveIn(blob)).Count() == 2);
}

TEST_CASE("a collection copies what is live, and every pointer still finds its value",
          "[blob-collection]") {
  BlobTree tree;
  tree.Add("a@1=aaaa b@2=bbbb c@3=cccc d@4=dddd e@5=eeee");
  const BlobId blob = OnlyBlob(tree);
  tree.Add("a@6 c@7 d@8");
  tree.Merge();
  const auto copy = tree.Collect(blob);
  CHECK(copy->meta().id == blob);
  CHECK(copy->meta().file > blob);
  CHECK(copy->meta().values == 2);
  VersionEdit edit;
  AddBlobs({copy}, &edit);
  const auto before = tree.version;
  tree.version = Must(before->With(edit, {}));
  CHECK(tree.Get("b") == "bbbb");
  CHECK(tree.Get("e") == "eeee");
  CHECK(tree.Get("d") == "nothing");
  CHECK(tree.version->blobs().at(blob).live_values == 2);
  CHECK(before->blobs().at(blob).blob->meta().file == blob);  // The past keeps its file.
}

TEST_CASE("a collection's step ends once it has copied enough, trailers counted",
          "[blob-collection][blob-collection.3]") {
  BlobTree tree;
  tree.Add("a@1=aaaa b@2=bbbb c@3=cccc");
  BlobCollection collection(tree.store, tree.version, OnlyBlob(tree), true);
  const std::uint64_t record = 4 + blob::kTrailerSize;
  CHECK_FALSE(Must(collection.Step(record)));
  CHECK(collection.bytes_copied() == record);
  CHECK(Must(collection.Step(record + 1)));  // One more, and what is begun is copied whole.
  CHECK(collection.bytes_copied() == 3 * record);
  CHECK(Must(collection.Finish())->meta().values == 3);
}

TEST_CASE("while a table can't say what it uses, a blob isn't collected", "[learned-index]") {
  BlobTree tree;
  const FileNumber number = tree.Add("a@1=aaaa b@2=bbbb");
  const BlobId blob = OnlyBlob(tree);
  const std::string name = TableFileName(number);
  std::string bytes = Must(tree.tables.disk->Contents(JoinPath("db", name)));
  const auto tail = std::string_view(bytes).substr(bytes.size() - sst::kFooterSize);
  const sst::Footer footer = Must(sst::DecodeFooter(tail, bytes.size()));
  bytes[footer.properties.offset + 2] ^= 1;
  sst::TableReaderOptions options;
  options.counters = &tree.tables.counters;
  options.load_later = true;
  auto file = std::make_unique<strata::testing::BytesFile>(std::move(bytes));
  auto reader = Must(sst::TableReader::Open(std::move(file), name, options));
  const TableMeta meta = tree.version->FindTable(number)->meta();
  VersionEdit edit;
  edit.added = {meta};
  AddBlobs({tree.version->blobs().at(blob).blob}, &edit);
  const auto version =
      Must(Version().With(edit, {std::make_shared<const Table>(meta, std::move(reader))}));
  CHECK(Outcome(version->LiveIn(blob)).starts_with("corruption: " + name));
  BlobCollection collection(tree.store, version, blob, true);
  CHECK(Outcome(collection.Step(1)).starts_with("corruption: " + name));
}

TEST_CASE("a file that lacks a value in use can't take a blob's place", "[blob-collection]") {
  BlobTree tree;
  tree.Add("a@1=aaaa b@2=bbbb");
  const BlobId blob = OnlyBlob(tree);
  const auto full = tree.version;
  tree.Add("a@3");
  tree.Merge();
  VersionEdit edit;
  AddBlobs({tree.Collect(blob)}, &edit);
  CHECK(Outcome(full->With(edit, {})).find("lacks values in use") != std::string::npos);
}

TEST_CASE("a collection that is given up leaves no file", "[blob-collection][blob-collection.3]") {
  BlobTree tree;
  tree.Add("a@1=aaaa b@2=bbbb");
  const std::size_t files = Must(tree.tables.disk->List("db")).size();
  {
    BlobCollection collection(tree.store, tree.version, OnlyBlob(tree), true);
    CHECK(!Must(collection.Step(1)));
    CHECK(Must(tree.tables.disk->List("db")).size() == files + 1);
  }
  CHECK(Must(tree.tables.disk->List("db")).size() == files);
}

TEST_CASE("an edit that uses a blob that isn't there is refused", "[value-separation]") {
  BlobTree tree;
  tree.Add("a@1=aaaa");
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened{tree.version->runs().at(0).tables.at(0)};
  edit.added = {opened.at(0)->meta()};
  CHECK(Outcome(Version().With(edit, opened)).find("which isn't there") != std::string::npos);
}

// --- which blob ----------------------------------------------------------------------------------

BlobMap MapOf(const std::map<BlobId, std::pair<std::uint64_t, std::uint64_t>>& sizes_and_live) {
  BlobMap map;
  for (const auto& [id, numbers] : sizes_and_live) {
    const BlobMeta meta{.id = id,
                        .file = id,
                        .size_bytes = numbers.first,
                        .values = numbers.first,
                        .raw_bytes = numbers.first};
    map[id] = {std::make_shared<const Blob>(meta, nullptr), numbers.second, numbers.second};
  }
  return map;
}

std::string Picked(const BlobMap& map, const CollectionRules& rules) {
  const auto picked = PickBlob(map, SpaceOf(map), rules);
  return picked ? std::to_string(picked->blob) : "none";
}

TEST_CASE("the blob that gives back most for each byte copied is collected first",
          "[blob-collection][blob-collection.4]") {
  const CollectionRules rules{.garbage_ratio = 0.5, .space_bound = 1.25};
  CHECK(Picked(MapOf({{1, {100, 100}}, {2, {100, 90}}}), rules) == "none");  // Nothing is due.
  CHECK(Picked(MapOf({{1, {1000, 1000}}, {2, {10, 5}}}), rules) == "2");     // Half of it is dead.
  CHECK(Picked(MapOf({{1, {1000, 700}}, {2, {10, 6}}}), rules) == "2");      // Over the bound.
  CHECK(Picked(MapOf({{1, {1000, 100}}, {2, {10, 5}}}), rules) == "1");
  CHECK(Picked(MapOf({{1, {1000, 1000}}}), {.garbage_ratio = 0, .space_bound = 1}) == "none");
  CHECK(Picked({}, rules) == "none");
}

TEST_CASE("the bound counts what is live, and is over by bytes", "[blob-collection]") {
  CHECK(BytesOverBound({.bytes = 1250, .live_bytes = 1000}, 1.25) == 0);
  CHECK(BytesOverBound({.bytes = 1300, .live_bytes = 1000}, 1.25) == 50);
  CHECK(BytesOverBound({.bytes = 7, .live_bytes = 0}, 1.25) == 7);
}

// --- locality ------------------------------------------------------------------------------------

TEST_CASE("of blobs that lie over one key, the small ones beyond a number are rewritten",
          "[value-separation]") {
  BlobTree tree;
  std::vector<FileNumber> numbers;
  const std::string sizes[] = {"xxxxxxxxxxxxxxxx", "xxxxxxxx", "xxxx", "xx", "x"};
  SequenceNumber sequence = 1;
  for (const std::string& value : sizes) {
    const std::string at = std::to_string(++sequence);
    tree.Add("a@" + at + "=" + value + " z@" + at + "=" + value);
  }
  std::vector<std::shared_ptr<const Table>> inputs;
  for (const Run& run : tree.version->runs()) inputs.push_back(run.tables.at(0));
  std::vector<BlobId> ids;
  for (const auto& [id, _] : tree.version->blobs()) ids.push_back(id);
  CHECK(BlobsToRewrite(inputs, *tree.version, 5).empty());
  CHECK(BlobsToRewrite(inputs, *tree.version, 0).empty());
  CHECK(BlobsToRewrite(inputs, *tree.version, 4) == std::set<BlobId>{ids[2], ids[3], ids[4]});
}

TEST_CASE("blobs that lie beside each other are left alone, however many", "[value-separation]") {
  BlobTree tree;
  for (char c = 'a'; c < 'k'; ++c) {
    const std::string key(1, c);
    tree.Add(key + "1@5=value " + key + "2@6=value");
  }
  std::vector<std::shared_ptr<const Table>> inputs;
  for (const Run& run : tree.version->runs()) inputs.push_back(run.tables.at(0));
  CHECK(BlobsToRewrite(inputs, *tree.version, 2).empty());
}

TEST_CASE("a separator leaves small values, deletes and other blobs' pointers alone",
          "[value-separation]") {
  BlobTree tree;
  SeparatorOptions options;
  options.threshold = 4;
  ValueSeparator separator(tree.store, options);
  const auto separated = [&](EntryKind kind, std::string_view in) {
    const std::string internal = MakeInternalKey("k", 7, kind);
    std::string_view key = internal;
    std::string_view value = in;
    REQUIRE(separator.Separate(&key, &value));
    CHECK(UserKeyOf(key) == "k");
    CHECK(SequenceOf(key) == 7);
    return std::pair(KindOf(key), std::string(value));
  };
  CHECK(separated(EntryKind::kValue, "abc") == std::pair(EntryKind::kValue, std::string("abc")));
  CHECK(separated(EntryKind::kDelete, "") == std::pair(EntryKind::kDelete, std::string()));
  CHECK(separated(EntryKind::kBlobPointer, "\1\2\3").first == EntryKind::kBlobPointer);
  const auto [kind, pointer] = separated(EntryKind::kValue, "abcd");
  CHECK(kind == EntryKind::kBlobPointer);
  CHECK((DecodeBlobPointer(pointer) == BlobPointer{1, 0, 4}));
  // An expiry stays before the pointer.
  const auto expiring = separated(EntryKind::kExpiringValue, "12345678wxyz");
  CHECK(expiring.first == EntryKind::kExpiringBlobPointer);
  CHECK(expiring.second.substr(0, 8) == "12345678");
  CHECK((DecodeBlobPointer(expiring.second.substr(8)) == BlobPointer{1, 1, 4}));
  REQUIRE(separator.Finish());
  const auto blobs = separator.TakeBlobs();
  REQUIRE(blobs.size() == 1);
  std::string value;
  REQUIRE(blobs[0]->reader().Read({1, 1, 4}, &value));
  CHECK(value == "wxyz");
}

}  // namespace
}  // namespace strata::compaction
