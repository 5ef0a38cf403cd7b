#include "sst/readahead.h"

#include <catch2/catch.hpp>

#include "sst/table_testing.h"

namespace strata::sst {
namespace {

// Remembers what was asked of the file below.
class CountingFile final : public RandomAccessFile {
 public:
  explicit CountingFile(std::string bytes) : file_(std::move(bytes)) {}
  Result<std::string_view> Read(std::uint64_t offset, std::size_t count,
                                char* scratch) const override {
    ++reads;
    furthest = std::max(furthest, offset + count);
    return file_.Read(offset, count, scratch);
  }
  std::uint64_t size() const override { return file_.size(); }

  mutable int reads = 0;
  mutable std::uint64_t furthest = 0;

 private:
  testing::BytesFile file_;
};

}  // namespace

TEST_CASE("reads from front to back become few and large", "[parallel-reads]") {
  Random random(1);
  Counters counters;
  const std::string bytes = random.Bytes(1 << 20);
  const CountingFile below(bytes);
  const ReadaheadFile file(below, bytes.size() - 1000, counters);
  std::string scratch(8000, '\0');
  for (std::uint64_t offset = 0; offset < bytes.size() - 1000;) {
    const std::size_t size =
        std::min<std::uint64_t>(1 + random.Uniform(8000), bytes.size() - 1000 - offset);
    const auto got = Must(file.Read(offset, size, scratch.data()));
    REQUIRE((got == std::string_view(bytes).substr(offset, size)));
    offset += size;
  }
  CHECK(below.reads < 12);
  CHECK(below.furthest == bytes.size() - 1000);
  CHECK(counters.Get(Counter::kPrefetchedBlocks) > 200);
}

TEST_CASE("reads here and there bring nothing that wasn't asked for", "[parallel-reads]") {
  Random random(2);
  Counters counters;
  const std::string bytes = random.Bytes(1 << 20);
  const CountingFile below(bytes);
  const ReadaheadFile file(below, bytes.size(), counters);
  std::string scratch(300'000, '\0');
  for (int round = 0; round < 200; ++round) {
    const std::size_t size = 1 + random.Uniform(round == 100 ? 300'000 : 5000);
    const std::uint64_t offset = 1 + random.Uniform(bytes.size() - size);
    const auto got = Must(file.Read(offset, size, scratch.data()));
    REQUIRE((got == std::string_view(bytes).substr(offset, size)));
  }
  CHECK(below.reads >= 195);
  CHECK(CodeOf(file.Read(bytes.size() - 1, 2, scratch.data())) == "corruption");
}

TEST_CASE("a cursor that reads ahead sees the same table with fewer reads", "[parallel-reads]") {
  Entries entries;
  for (int i = 0; i < 3000; ++i) entries.emplace_back(Key(std::to_string(10'000 + i), 1), "value");
  const std::string bytes = Build(entries);
  Counters counters;
  TableReaderOptions options;
  options.counters = &counters;
  auto counting = std::make_unique<CountingFile>(bytes);
  const CountingFile& below = *counting;
  const auto table = Must(TableReader::Open(std::move(counting), "x.sst", options));
  const int before = below.reads;
  TableReadOptions read;
  read.readahead = true;
  CHECK(Must(ScanForward(*table->NewIterator(read))) == entries);
  CHECK(below.reads - before < 10);
  CHECK(Must(ScanBackward(*table->NewIterator(read))) == entries);
}

}  // namespace strata::sst
