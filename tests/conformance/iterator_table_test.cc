#include <catch2/catch.hpp>

#include <string>

#include "conformance/iterator_conformance.h"
#include "sst/block.h"
#include "sst/block_builder.h"
#include "sst/table_builder.h"
#include "sst/table_reader.h"
#include "stats/counters.h"
#include "testing/results.h"

namespace strata::testing {
namespace {

class BlockSource final : public IteratorSource {
 public:
  BlockSource(const Model& model, int restart_interval) {
    if (model.empty()) return;
    sst::BlockBuilder builder(restart_interval);
    for (const auto& [key, value] : model) builder.Add(key, value);
    block_.emplace(Must(sst::Block::Parse(sst::BlockContents::Copy(builder.Finish()))));
  }
  std::unique_ptr<InternalIterator> NewIterator() override {
    return std::make_unique<sst::BlockIterator>(block_ ? &*block_ : nullptr);
  }

 private:
  std::optional<sst::Block> block_;
};

class MemorySink final : public WritableFile {
 public:
  Status Append(std::string_view data) override {
    contents.append(data);
    return {};
  }
  Status Sync() override { return {}; }
  Status Close() override { return {}; }
  std::uint64_t size() const override { return contents.size(); }

  std::string contents;
};

class MappedString final : public RandomAccessFile {
 public:
  explicit MappedString(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::string_view> Read(std::uint64_t offset, std::size_t count,
                                char* /*scratch*/) const override {
    return std::string_view(bytes_).substr(offset, count);
  }
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  const std::string bytes_;
};

class TableSource final : public IteratorSource {
 public:
  TableSource(const Model& model, std::uint32_t block_bytes) {
    if (model.empty()) return;
    sst::TableOptions options;
    options.block_bytes = block_bytes;
    options.restart_interval = 3;
    MemorySink sink;
    sst::TableBuilder builder(options, sink, {});
    for (const auto& [key, value] : model) {
      if (!builder.Add(key, value).has_value()) return;
    }
    Must(builder.Finish());
    sst::TableReaderOptions read;
    read.counters = &counters_;
    table_ = Must(sst::TableReader::Open(std::make_unique<MappedString>(std::move(sink.contents)),
                                         "000007.sst", read));
  }
  std::unique_ptr<InternalIterator> NewIterator() override {
    return table_ ? table_->NewIterator({}) : NewEmptyIterator();
  }

 private:
  Counters counters_;
  std::unique_ptr<sst::TableReader> table_;
};

TEST_CASE("a block's iterator conforms", "[sorted-tables]") {
  for (const int interval : {1, 4, 16}) {
    CheckIteratorConformance(
        [&](const Model& model) { return std::make_unique<BlockSource>(model, interval); });
  }
}

TEST_CASE("a table's iterator conforms", "[sorted-tables]") {
  for (const std::uint32_t block_bytes : {1U, 100U, 4096U}) {
    CheckIteratorConformance(
        [&](const Model& model) { return std::make_unique<TableSource>(model, block_bytes); });
  }
}

}  // namespace
}  // namespace strata::testing
