// A table of which opening reads the footer alone: the rest comes with the first use, once, and so
// does what is wrong with it.

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bitmap.h"
#include "sst/block_cache.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

// Counts reads, and fails the next one if it is told to.
class CountingFile final : public RandomAccessFile {
 public:
  CountingFile(std::string bytes, bool mapped) : file_(std::move(bytes), mapped) {}
  Result<std::string_view> Read(std::uint64_t offset, std::size_t count,
                                char* scratch) const override {
    ++reads;
    if (fail_next.exchange(false)) return Error(ErrorCode::kIo, "the disk is gone for a moment");
    return file_.Read(offset, count, scratch);
  }
  std::uint64_t size() const override { return file_.size(); }

  mutable std::atomic<int> reads = 0;
  mutable std::atomic<bool> fail_next = false;

 private:
  testing::BytesFile file_;
};

Entries SomeEntries() {
  Entries entries;
  for (int i = 100; i < 300; ++i) entries.emplace_back(Key("key" + std::to_string(i), 1), "v");
  return entries;
}

struct World {
  explicit World(std::string bytes, bool mapped = false) {
    auto owned = std::make_unique<CountingFile>(std::move(bytes), mapped);
    file = owned.get();
    TableReaderOptions options;
    options.counters = &counters;
    options.load_later = true;
    table = Must(TableReader::Open(std::move(owned), std::string(kTableName), options));
  }
  Counters counters;
  CountingFile* file = nullptr;
  std::unique_ptr<TableReader> table;
};

std::string Filtered() {
  TableOptions options = PlainOptions();
  options.filter_bits_per_key = 10;
  return Build(SomeEntries(), options);
}

TEST_CASE("opening reads the footer, the first use the rest, and later ones a block each",
          "[learned-index]") {
  World world(Filtered());
  CHECK(world.file->reads == 1);
  CHECK(world.table->file_id() == kFileId);
  CHECK(world.table->summary().size_bytes == world.file->size());
  CHECK(world.table->index_bytes_saved() == 0);
  const std::uint64_t before = world.table->memory_bytes();
  CHECK(before < world.file->size() + 2'000);
  CHECK(Ask(*world.table, "key150") == "value v");
  CHECK(world.file->reads == 1 + 3 + 1);  // Index, properties, filter; and a block.
  CHECK(Ask(*world.table, "key151") == "value v");
  CHECK(world.file->reads == 6);
  CHECK(world.table->summary().entries == 200);
}

TEST_CASE("whatever is asked first, the rest is there", "[learned-index]") {
  const bool mapped = GENERATE(false, true);
  {
    World world(Filtered(), mapped);
    CHECK(Must(ScanForward(*world.table->NewIterator({}))) == SomeEntries());
  }
  {
    World world(Filtered(), mapped);
    CHECK(world.table->VerifyAll());
  }
  {
    World world(Filtered(), mapped);
    CHECK(Must(world.table->Blocks()).size() > 5);
  }
  {
    World world(Filtered(), mapped);
    CHECK_FALSE(world.table->SplitKeys(4).empty());
  }
  {
    World world(Filtered(), mapped);
    Bitmap live;
    CHECK(world.table->AddLiveIn(7, &live));
  }
  {
    World world(Filtered(), mapped);
    CHECK(world.table->Load());
    CHECK_FALSE(world.table->properties().empty());
  }
}

TEST_CASE("damage that opening didn't see is an error of whoever comes upon it",
          "[learned-index]") {
  std::string bytes = Filtered();
  const Footer footer =
      Must(DecodeFooter(std::string_view(bytes).substr(bytes.size() - kFooterSize), bytes.size()));
  const BlockHandle damaged = GENERATE_COPY(footer.index, footer.properties, footer.filter);
  bytes[damaged.offset + 2] ^= 1;
  World world(bytes);
  const std::string said = Ask(*world.table, "key150");
  CHECK(said.starts_with("corruption: 000007.sst"));
  CHECK(Ask(*world.table, "key150") == said);
  CHECK(Outcome(ScanForward(*world.table->NewIterator({}))) == said);
  CHECK(Outcome(ScanBackward(*world.table->NewIterator({}))) == said);
  CHECK(Outcome(world.table->NewIterator({})->Seek(Key("key150", 1))) == said);
  CHECK(Outcome(world.table->VerifyAll()) == said);
  CHECK(Outcome(world.table->Blocks()) == said);
  CHECK(Outcome(world.table->Load()) == said);
  CHECK(world.table->SplitKeys(4).empty());
  CHECK_FALSE(world.table->Locate("key150", kSequenceMax));
}

TEST_CASE("an error that passes is tried again", "[learned-index]") {
  World world(Filtered());
  world.file->fail_next = true;
  CHECK(Ask(*world.table, "key150").starts_with("i/o error: 000007.sst"));
  CHECK(Ask(*world.table, "key150") == "value v");
}

TEST_CASE("many who come first read it once", "[learned-index][concurrency]") {
  for (int round = 0; round < 20; ++round) {
    World world(Filtered());
    std::atomic<int> right{0};
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] { right += Ask(*world.table, "key150") == "value v"; });
    }
    readers.clear();
    CHECK(right == 4);
    CHECK(world.file->reads == 1 + 3 + 4);
  }
}

}  // namespace
}  // namespace strata::sst
