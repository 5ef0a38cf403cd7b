// Values that entries only point to: where a reader finds them, and how a cursor and a multi-get
// read them.

#include "read/values.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "blob/pending_blob.h"
#include "compaction/table_writer.h"
#include "read/blob_iterator.h"
#include "read/read_world.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

// Values in a file that no version names, as a log's are.
class Pending final : public blob::PendingFiles {
 public:
  Pending(FileSystem& files, BlobId blob, Counters& counters)
      : file_(std::make_shared<blob::PendingBlob>(Make(files, blob), blob::WriterOptions{},
                                                  counters)) {}

  BlobPointer Append(std::string_view value) {
    any_ = true;
    const BlobPointer pointer = Must(file_->Append(value)).pointer;
    REQUIRE(file_->HandOver());
    return pointer;
  }
  const blob::ValueFile* Find(BlobId blob) const override {
    return blob == file_->blob() ? file_.get() : nullptr;
  }
  bool empty() const override { return !any_; }

 private:
  static blob::NewBlobFile Make(FileSystem& files, BlobId blob) {
    blob::NewBlobFile made{.name = JoinPath("db", BlobFileName(blob)), .file_id = FileId{1}};
    made.blob = blob;
    made.writer = Must(files.Create(made.name));
    made.reader = Must(files.Open(made.name, ReadMode::kGrowing));
    return made;
  }

  const std::shared_ptr<blob::PendingBlob> file_;
  bool any_ = false;
};

struct World : ReadWorld {
  // Another file of values, for the newest entries.
  Pending& AddPending(BlobId blob) {
    auto pending = std::make_shared<Pending>(*files, blob, counters);
    state.direct.insert(state.direct.begin(), pending);
    return *pending;
  }
  void PutPointer(SequenceNumber sequence, std::string_view key, const BlobPointer& pointer) const {
    std::string encoded;
    AppendBlobPointer(&encoded, pointer);
    state.memtable->Add(sequence, EntryKind::kBlobPointer, key, encoded);
  }
  // A table whose values are in a blob. Returns the blob's id.
  BlobId AddTableWithBlob(std::string_view entries) {
    TableStore& store = tables.Store();
    compaction::TableWriterOptions options;
    options.position = {0, 1};
    options.blob_threshold = 1;
    compaction::TableWriter writer(store, options);
    for (const testing::Entry& entry : testing::ParseEntries(entries)) {
      REQUIRE(writer.Add(entry.key, entry.value));
    }
    auto opened = Must(writer.Finish());
    VersionEdit edit;
    edit.added = {opened.at(0)->meta()};
    AddBlobs(writer.TakeBlobs(), &edit);
    state.version = Must(state.version->With(edit, std::move(opened)));
    return edit.blobs.at(0).id;
  }
};

TEST_CASE("a blob is looked for among what no version names, then in the version",
          "[value-separation]") {
  World world;
  CHECK_FALSE(HasBlobs(world.state));
  CHECK(FileOf(world.state, 1) == nullptr);
  world.AddPending(100);
  CHECK_FALSE(HasBlobs(world.state));  // It has no value yet.
  world.AddPending(101).Append("x");
  CHECK(HasBlobs(world.state));
  CHECK(FileOf(world.state, 100) == world.state.direct[1]->Find(100));
  CHECK(FileOf(world.state, 101) == world.state.direct[0]->Find(101));
  const BlobId blob = world.AddTableWithBlob("a@1=x");
  CHECK(FileOf(world.state, blob) == world.state.version->FileOf(blob));
  CHECK(FileOf(world.state, 102) == nullptr);
  world.state.direct.clear();
  CHECK(HasBlobs(world.state));
}

TEST_CASE("a pointer becomes the value that it means, and nothing else changes",
          "[value-separation]") {
  World world;
  std::string pointer;
  AppendBlobPointer(&pointer, world.AddPending(100).Append("the value"));
  EntryKind kind = EntryKind::kBlobPointer;
  std::string value = pointer;
  CHECK(Outcome(Resolve(world.state, &kind, &value)) == "ok");
  CHECK(value == "the value");
  CHECK(kind == EntryKind::kValue);
  for (const EntryKind other : {EntryKind::kValue, EntryKind::kDelete}) {
    kind = other;
    value = pointer;
    CHECK(Outcome(Resolve(world.state, &kind, &value)) == "ok");
    CHECK((value == pointer && kind == other));
  }
  world.state.direct.clear();
  kind = EntryKind::kBlobPointer;
  CHECK(CodeOf(Resolve(world.state, &kind, &value)) == "corruption");
  value = "no pointer";
  CHECK(CodeOf(Resolve(world.state, &kind, &value)) == "corruption");
}

TEST_CASE("a pointer that expires becomes a value that does", "[value-separation]") {
  World world;
  std::string value;
  AppendFixed64(&value, 77);
  const std::string expiry = value;
  AppendBlobPointer(&value, world.AddPending(100).Append("the value"));
  EntryKind kind = EntryKind::kExpiringBlobPointer;
  CHECK(Outcome(Resolve(world.state, &kind, &value)) == "ok");
  CHECK(kind == EntryKind::kExpiringValue);
  CHECK(value == expiry + "the value");
}

// Keys "a" to "h": some point to a value, and two are in a table and a blob.
void FillWithPointers(World& world) {
  world.AddTableWithBlob("c@1=value-c f@2=value-f");
  Pending& pending = world.AddPending(100);
  SequenceNumber sequence = 2;
  for (const char* key : {"a", "b", "d", "e", "g", "h"}) {
    const std::string value = std::string("value-") + key;
    if (sequence++ % 2 == 0) {
      world.PutPointer(sequence, key, pending.Append(value));
    } else {
      world.Put(sequence, key, value);
    }
  }
  world.Show(sequence);
}

TEST_CASE("reads show values wherever they live", "[value-separation]") {
  World world;
  FillWithPointers(world);
  const std::vector<std::string_view> keys = {"a", "b", "c", "d", "e", "f", "g", "h"};
  const auto found = Must(world.reader.MultiGet(keys, {}));
  std::string all;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string value = "value-" + std::string(keys[i]);
    CHECK(world.Get(keys[i]) == value);
    CHECK(found[i].value == value);
    all += std::string(keys[i]) + "=" + value + " ";
  }
  CHECK(world.Scan() == all);
}

TEST_CASE("a cursor over pointers turns round anywhere", "[value-separation]") {
  World world;
  FillWithPointers(world);
  const auto it = Must(world.reader.NewIterator({}));
  REQUIRE(it->SeekToFirst());
  for (char key = 'a'; key < 'h'; ++key) {  // To and fro: one ahead, back, and ahead again.
    CHECK(it->key() == std::string_view(&key, 1));
    REQUIRE(it->Next());
    CHECK(it->value() == "value-" + std::string(1, static_cast<char>(key + 1)));
    REQUIRE(it->Prev());
    CHECK(it->value() == "value-" + std::string(1, key));
    REQUIRE(it->Next());
  }
  REQUIRE(it->Next());
  CHECK_FALSE(it->Valid());
  REQUIRE(it->SeekForPrev("bb"));
  CHECK(it->key() == "b");
  REQUIRE(it->Prev());
  REQUIRE(it->Prev());
  CHECK_FALSE(it->Valid());
  REQUIRE(it->SeekToLast());
  CHECK(it->value() == "value-h");
  REQUIRE(it->Seek("dd"));
  CHECK(it->value() == "value-e");
}

TEST_CASE("the further a cursor goes, the more values it reads at the same time",
          "[value-separation]") {
  World world;
  Pending& pending = world.AddPending(100);
  for (SequenceNumber i = 1; i <= 100; ++i) {
    world.PutPointer(i, "key" + std::to_string(100 + i), pending.Append("v" + std::to_string(i)));
  }
  world.Show(100);
  const auto it = Must(world.reader.NewIterator({}));
  REQUIRE(it->SeekToFirst());
  CHECK(world.counters.Get(Counter::kParallelReads) == 0);  // One may be all that is wanted.
  int steps = 0;
  for (; it->Valid(); ++steps) REQUIRE(it->Next());
  CHECK(steps == 100);
  CHECK(world.counters.Get(Counter::kReadsInFlightPeak) == 32);
  CHECK(world.counters.Get(Counter::kParallelReads) == 99);
}

TEST_CASE("a value that can't be read is an error where the cursor comes to it",
          "[value-separation]") {
  World world;
  Pending& pending = world.AddPending(100);
  for (const char* key : {"a", "b", "d"}) {
    world.PutPointer(1, key, pending.Append(std::string("value-") + key));
  }
  world.PutPointer(1, "c", {999, 0, 5});
  world.Show(1);
  const auto it = Must(world.reader.NewIterator({}));
  REQUIRE(it->SeekToFirst());
  REQUIRE(it->Next());
  CHECK(it->value() == "value-b");
  CHECK(CodeOf(it->Next()) == "corruption");
  CHECK_FALSE(it->Valid());
  REQUIRE(it->Seek("d"));
  CHECK(it->value() == "value-d");
  CHECK(world.Get("c").find("corruption: ") == 0);
  const std::vector<std::string_view> keys = {"a", "c"};
  CHECK(CodeOf(world.reader.MultiGet(keys, {})) == "corruption");
}

TEST_CASE("an error of the disk names the file whose value was to be read", "[value-separation]") {
  World world;
  Pending& pending = world.AddPending(100);
  for (const char* key : {"a", "b", "c"}) world.PutPointer(1, key, pending.Append("x"));
  world.Show(1);
  const auto it = Must(world.reader.NewIterator({}));
  REQUIRE(it->SeekToFirst());
  world.files->SetPlan({.fail_at = 0});
  CHECK(Outcome(it->Next()).find("i/o error: db/000100.blob: ") == 0);
  REQUIRE(it->Seek("b"));
  CHECK(it->value() == "x");
}

}  // namespace
}  // namespace strata
