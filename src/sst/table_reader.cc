#include "sst/table_reader.h"

#include <utility>

#include "base/check.h"
#include "sst/block_cache.h"  //@L08
#include "sst/block_io.h"
#include "sst/bloom.h"      //@L07
#include "sst/readahead.h"  //@L13
#include "sst/table_iterator.h"
#include "sst/table_reader_rep.h"
#include "stats/read_trace.h"  //@L13

namespace strata::sst {

Error TableReader::Rep::InFile(Error error) const {
  return std::move(error).WithContext(name);
}

Status TableReader::Rep::ReadFooter() {
  const std::uint64_t size = file->size();
  if (size < kFooterSize) {
    return Corruption("footer at offset 0: " + std::to_string(size) + " bytes are no table");
  }
  char scratch[kFooterSize];
  STRATA_TRY_ASSIGN(const std::string_view bytes,
                    file->Read(size - kFooterSize, kFooterSize, scratch));
  auto decoded = DecodeFooter(bytes, size);
  if (!decoded.has_value()) {
    return std::move(decoded).error().WithContext("footer at offset " +
                                                  std::to_string(size - kFooterSize));
  }
  footer = *std::move(decoded);
  source = {file.get(), footer.file_id, bytes.data() != scratch, options.counters};
  return {};
}

Status TableReader::Rep::ReadIndex() {
  STRATA_TRY_ASSIGN(StoredBlock stored, ReadBlock(source, footer.index, true));
  auto decoded = [&]() -> Result<TableIndex> {
    STRATA_TRY_ASSIGN(const Block block, Block::Parse(std::move(stored.contents)));
    return TableIndex::Decode(block,
                              footer.filter.IsNone() ? footer.index.offset : footer.filter.offset);
  }();
  if (!decoded.has_value()) {
    return std::move(decoded).error().WithContext("index block at offset " +
                                                  std::to_string(footer.index.offset));
  }
  index = *std::move(decoded);
  if (source.mapped) checked = std::make_unique<std::atomic<bool>[]>(index.size());
  return {};
}

Status TableReader::Rep::ReadProperties() {
  STRATA_TRY_ASSIGN(const StoredBlock stored, ReadBlock(source, footer.properties, true));
  auto decoded = [&]() -> Result<TableSummary> {
    STRATA_TRY_ASSIGN(properties, DecodeProperties(stored.contents.bytes));
    return SummaryOf(properties);
  }();
  if (!decoded.has_value()) {
    return std::move(decoded).error().WithContext("properties block at offset " +
                                                  std::to_string(footer.properties.offset));
  }
  summary = *std::move(decoded);
  summary.size_bytes = footer.file_size;
  summary.footer_checksum = footer.checksum;
  return {};
}

TableReader::TableReader() : rep_(std::make_unique<Rep>()) {}
TableReader::~TableReader() = default;

Result<std::unique_ptr<TableReader>> TableReader::Open(std::unique_ptr<RandomAccessFile> file,
                                                       std::string name,
                                                       const TableReaderOptions& options) {
  STRATA_CHECK(options.counters != nullptr);
  std::unique_ptr<TableReader> reader(new TableReader());
  Rep& rep = *reader->rep_;
  rep.file = std::move(file);
  rep.name = std::move(name);
  rep.options = options;
  const Status opened = [&]() -> Status {
    STRATA_TRY(rep.ReadFooter());
    STRATA_TRY(rep.ReadIndex());
    STRATA_TRY(rep.ReadProperties());
    //@L07{
    if (!rep.footer.filter.IsNone()) {
      STRATA_TRY_ASSIGN(rep.filter, ReadBlock(rep.source, rep.footer.filter, true));
    }
    //@}
    return {};
  }();
  if (!opened.has_value()) return rep.InFile(opened.error());
  if (options.cache != nullptr) rep.cache_id = options.cache->NewTableId();  //@L08
  return reader;
}

Result<Block> TableReader::Rep::LoadBlock(std::size_t i, const BlockSource& from) const {
  const BlockHandle& handle = index.handle(i);
  const bool known = checked != nullptr && checked[i].load(std::memory_order_relaxed);
  auto stored = ReadBlock(from, handle, options.verify_checksums && !known);
  if (!stored.has_value()) return InFile(std::move(stored).error());
  if (checked != nullptr && !known) checked[i].store(true, std::memory_order_relaxed);
  auto block = Block::Parse(std::move(stored->contents));
  if (block.has_value()) return block;
  return InFile(
      std::move(block).error().WithContext("block at offset " + std::to_string(handle.offset)));
}

Result<BlockPin> TableReader::Rep::PinBlock(std::size_t i,
                                            [[maybe_unused]] const TableReadOptions& read,
                                            const BlockSource& from) const {
  //@L08{
  BlockCache* const cache = source.mapped ? nullptr : options.cache;
  const std::uint64_t offset = index.handle(i).offset;
  if (cache != nullptr) {
    if (BlockPin cached = cache->Lookup(cache_id, offset)) {
      Trace(read, i, "from cache");  //@L13
      return cached;
    }
  }
  //@}
  STRATA_TRY_ASSIGN(Block block, LoadBlock(i, from));
  auto pin = std::make_shared<const Block>(std::move(block));
  if (cache != nullptr && read.fill_cache) cache->Insert(cache_id, offset, pin);  //@L08
  Trace(read, i, "read");                                                         //@L13
  return BlockPin(std::move(pin));
}

//@L07{
bool TableReader::Rep::MayContain(std::string_view user_key,
                                  [[maybe_unused]] const TableReadOptions& read) const {
  if (footer.filter.IsNone()) return true;
  options.counters->Add(Counter::kFilterProbes);
  const bool maybe = BloomMayContain(filter.contents.bytes, user_key);
  if (!maybe) options.counters->Add(Counter::kFilterNegatives);
  if (read.trace != nullptr) read.trace->Add(name + " filter", maybe ? "maybe" : "no");  //@L13
  return maybe;
}

//@}
//@L13{
void TableReader::Rep::Trace(const TableReadOptions& read, std::size_t i,
                             std::string_view what) const {
  if (read.trace == nullptr) return;
  const BlockHandle& handle = index.handle(i);
  read.trace->Add(name + " block " + std::to_string(handle.offset),
                  std::string(what) + ", " + std::to_string(handle.size) + " bytes");
}

//@}
Result<std::optional<TableHit>> TableReader::Get(std::string_view user_key, SequenceNumber sequence,
                                                 const TableReadOptions& options,
                                                 std::string* value) const {
  const Rep& rep = *rep_;
  if (!rep.MayContain(user_key, options)) return std::optional<TableHit>();  //@L07
  //@solve 4.4 "look into one block" uses(rep, user_key, sequence, options, value)
  const LookupKey target{user_key, PackTag(sequence, kEntryKindForSeek)};
  const std::size_t i = rep.index.Find(target);
  if (i == rep.index.size()) return std::optional<TableHit>();
  STRATA_TRY_ASSIGN(const BlockPin block, rep.PinBlock(i, options, rep.source));
  return rep.FindIn(*block, i, target, value);
  //@}
}

Result<std::optional<TableHit>> TableReader::Rep::FindIn(const Block& block, std::size_t i,
                                                         const LookupKey& target,
                                                         std::string* value) const {
  SearchCost cost;
  auto found = block.Find(target, &cost);
  options.counters->Add(Counter::kBlockComparisons, cost.comparisons);
  if (cost.hash_hits > 0) options.counters->Add(Counter::kHashIndexHits);  //@L13
  const auto kind =
      static_cast<EntryKind>(found.has_value() && found->has_value() ? (*found)->tag & 0xff : 0);
  if (!found.has_value() || kind > kEntryKindLast) {
    Error error =
        found.has_value() ? Corruption("an entry of unknown kind") : std::move(found).error();
    return InFile(
        std::move(error).WithContext("block at offset " + std::to_string(index.handle(i).offset)));
  }
  if (!found->has_value()) {
    if (!footer.filter.IsNone()) options.counters->Add(Counter::kFilterFalsePositives);  //@L07
    return std::optional<TableHit>();
  }
  value->assign((*found)->value);
  return std::optional(TableHit{kind, (*found)->tag >> 8});
}

std::unique_ptr<InternalIterator> TableReader::NewIterator(const TableReadOptions& options) const {
  const Rep& rep = *rep_;
  //@L13{
  if (options.readahead && !rep.source.mapped) {
    auto ahead =
        std::make_shared<ReadaheadFile>(*rep.file, rep.index.data_end(), *rep.options.counters);
    return NewTableIterator(
        rep.name, rep.index,
        [&rep, options, ahead](std::size_t i) {
          BlockSource source = rep.source;
          source.file = ahead.get();
          return rep.PinBlock(i, options, source);
        },
        *rep.options.counters);
  }
  //@}
  return NewTableIterator(
      rep.name, rep.index,
      [&rep, options](std::size_t i) { return rep.PinBlock(i, options, rep.source); },
      *rep.options.counters);
}

const TableSummary& TableReader::summary() const {
  return rep_->summary;
}
const TableProperties& TableReader::properties() const {
  return rep_->properties;
}
const FileId& TableReader::file_id() const {
  return rep_->footer.file_id;
}
const std::string& TableReader::name() const {
  return rep_->name;
}

std::uint64_t TableReader::memory_bytes() const {
  std::uint64_t bytes = sizeof(Rep) + rep_->index.memory_bytes() + rep_->footer.properties.size;
  bytes += rep_->filter.contents.owned_size;  //@L07
  return bytes;
}

std::vector<std::string> TableReader::SplitKeys(std::size_t count) const {
  const TableIndex& index = rep_->index;
  std::vector<std::string> keys;
  for (std::size_t part = 1; part <= count; ++part) {
    const std::uint64_t wanted = index.data_end() / (count + 1) * part;
    std::size_t block = 0;
    while (block + 2 < index.size() && EndOf(index.handle(block)) < wanted) ++block;
    if (block + 1 >= index.size()) break;
    std::string key(UserKeyOf(index.key(block)));
    if (keys.empty() || keys.back() < key) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace strata::sst
