#include "sst/table_reader.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/check.h"
#include "sst/block_cache.h"
#include "sst/block_io.h"
#include "sst/bloom.h"
#include "sst/file_at_once.h"
#include "sst/readahead.h"
#include "sst/table_iterator.h"
#include "sst/table_reader_rep.h"
#include "stats/read_trace.h"

namespace strata::sst {

Error TableReader::Rep::InFile(Error error) const {
  return std::move(error).WithContext(name);
}

Error TableReader::Rep::AtBlock(Error error, std::size_t i) const {
  return InFile(
      std::move(error).WithContext("block at offset " + std::to_string(index.handle(i).offset)));
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
  Status sealed = CheckFooterSeal(*file, bytes, footer.features);
  if (!sealed) {
    return std::move(sealed).error().WithContext("footer at offset " +
                                                 std::to_string(size - kFooterSize));
  }
  source = {file.get(), footer.file_id, bytes.data() != scratch, options.counters, CipherOf(*file)};
  if (source.cipher != nullptr) source.mapped = false;  // What a mapping shows is sealed.
  summary.size_bytes = footer.file_size;
  summary.footer_checksum = footer.checksum;
  return {};
}

Status TableReader::Rep::ReadIndex() {
  STRATA_TRY_ASSIGN(StoredBlock stored, ReadBlock(source, footer.index, true));
  auto decoded =
      TableIndex::Decode(std::move(stored.contents), footer.features,
                         footer.filter.IsNone() ? footer.index.offset : footer.filter.offset);
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
  summary.size_bytes = footer.file_size;  // As ReadFooter said.
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
  if (Status opened = rep.ReadFooter(); !opened.has_value()) {
    return rep.InFile(std::move(opened).error());
  }
  if (options.cache != nullptr) rep.cache_id = options.cache->NewTableId();
  if (!options.load_later) STRATA_TRY(rep.Load());
  return reader;
}

Status TableReader::Load() const {
  return rep_->Load();
}

Status TableReader::Rep::Load() {
  if (is_loaded()) return {};
  MutexLock lock(loading);  // Of this table's readers; all of them need what is read.
  if (is_loaded()) return {};
  const Status read = [&]() -> Status {
    STRATA_TRY(ReadIndex());
    STRATA_TRY(ReadProperties());
    if (!footer.filter.IsNone()) {
      STRATA_TRY_ASSIGN(filter, ReadBlock(source, footer.filter, true));
    }
    return {};
  }();
  if (!read.has_value()) return InFile(read.error());
  loaded.store(true, std::memory_order_release);
  return {};
}

Result<Block> TableReader::Rep::LoadBlock(std::size_t i, const BlockSource& from) const {
  const BlockHandle handle = index.handle(i);
  const bool known = checked != nullptr && checked[i].load(std::memory_order_relaxed);
  auto stored = ReadBlock(from, handle, options.verify_checksums && !known);
  if (!stored.has_value()) return InFile(std::move(stored).error());
  if (checked != nullptr && !known) checked[i].store(true, std::memory_order_relaxed);
  auto block = Block::Parse(std::move(stored->contents));
  return block.has_value() ? std::move(block) : AtBlock(std::move(block).error(), i);
}

Result<BlockPin> TableReader::Rep::PinBlock(std::size_t i,
                                            [[maybe_unused]] const TableReadOptions& read,
                                            const BlockSource& from) const {
  BlockCache* const cache = source.mapped ? nullptr : options.cache;
  const std::uint64_t offset = index.handle(i).offset;
  if (cache != nullptr) {
    if (BlockPin cached = cache->Lookup(cache_id, offset)) {
      Trace(read, i, "from cache");
      return cached;
    }
  }
  const FileAtOnce at_once(*from.file);
  BlockSource now = from;
  now.file = &at_once;
  STRATA_TRY_ASSIGN(Block block, LoadBlock(i, read.may_wait ? from : now));
  auto pin = std::make_shared<const Block>(std::move(block));
  if (cache != nullptr && read.fill_cache) cache->Insert(cache_id, offset, pin);
  Trace(read, i, "read");
  return BlockPin(std::move(pin));
}

bool TableReader::Rep::MayContain(std::string_view user_key,
                                  [[maybe_unused]] const TableReadOptions& read) const {
  if (footer.filter.IsNone()) return true;
  options.counters->Add(Counter::kFilterProbes);
  const bool maybe = BloomMayContain(filter.contents.bytes, user_key);
  if (!maybe) options.counters->Add(Counter::kFilterNegatives);
  if (read.trace != nullptr) read.trace->Add(name + " filter", maybe ? "maybe" : "no");
  return maybe;
}

void TableReader::Rep::Trace(const TableReadOptions& read, std::size_t i,
                             std::string_view what) const {
  if (read.trace == nullptr) return;
  const BlockHandle handle = index.handle(i);
  read.trace->Add(name + " block " + std::to_string(handle.offset),
                  std::string(what) + ", " + std::to_string(handle.size) + " bytes");
}

Result<std::optional<TableHit>> TableReader::Get(std::string_view user_key, SequenceNumber sequence,
                                                 const TableReadOptions& options,
                                                 std::string* value) const {
  if (!options.may_wait && (rep_->source.mapped || !rep_->is_loaded())) return WouldWait();
  STRATA_TRY(rep_->Load());
  const Rep& rep = *rep_;
  if (!rep.MayContain(user_key, options)) return std::optional<TableHit>();
  const LookupKey target{user_key, PackTag(sequence, kEntryKindForSeek)};
  if (rep.index.learned() != nullptr) return rep.FindNear(target, options, value);
  const std::size_t i = rep.index.Find(target);
  if (i == rep.index.size()) return std::optional<TableHit>();
  if (rep.source.mapped) return rep.FindInMapped(i, target, options, value);
  STRATA_TRY_ASSIGN(const BlockPin block, rep.PinBlock(i, options, rep.source));
  return rep.FindIn(*block, i, target, value);
}

// A block of a mapped file needs no owner: nothing takes it away while the table is open.
Result<std::optional<TableHit>> TableReader::Rep::FindInMapped(std::size_t i,
                                                               const LookupKey& target,
                                                               const TableReadOptions& read,
                                                               std::string* value) const {
  STRATA_TRY_ASSIGN(const Block block, LoadBlock(i, source));
  Trace(read, i, "read");
  return FindIn(block, i, target, value);
}

// One block, if the lines are right; two, if they are off by one. Whatever they say, the keys in
// the blocks decide: down while the block begins after the key, else up while it ends before.
Result<std::optional<TableHit>> TableReader::Rep::FindNear(const LookupKey& target,
                                                           const TableReadOptions& read,
                                                           std::string* value) const {
  options.counters->Add(Counter::kLearnedGets);
  const std::size_t guess = index.learned()->Guess(target.user_key);
  std::size_t i = guess;
  STRATA_TRY_ASSIGN(BlockPin block, PinBlock(i, read, source));
  STRATA_TRY_ASSIGN(std::string_view first, FirstKeyOf(*block, i));
  while (i > 0 && target.user_key < first) {
    STRATA_TRY_ASSIGN(block, StepTo(--i, read));
    STRATA_TRY_ASSIGN(first, FirstKeyOf(*block, i));
  }
  std::optional<TableHit> hit;
  while (true) {
    STRATA_TRY_ASSIGN(hit, Search(*block, i, target, value));
    if (hit || i < guess || i + 1 == index.size()) break;
    STRATA_TRY_ASSIGN(const bool ends_before, EndsBefore(*block, i, target.user_key));
    if (!ends_before) break;
    STRATA_TRY_ASSIGN(block, StepTo(++i, read));
  }
  CountMiss(hit);
  return hit;
}

Result<std::string_view> TableReader::Rep::FirstKeyOf(const Block& block, std::size_t i) const {
  auto first = block.FirstUserKey();
  return first.has_value() ? first : AtBlock(std::move(first).error(), i);
}

Result<bool> TableReader::Rep::EndsBefore(const Block& block, std::size_t i,
                                          std::string_view user_key) const {
  auto ends = block.EndsBefore(user_key);
  return ends.has_value() ? ends : AtBlock(std::move(ends).error(), i);
}

Result<BlockPin> TableReader::Rep::StepTo(std::size_t i, const TableReadOptions& read) const {
  options.counters->Add(Counter::kLearnedNeighbours);
  return PinBlock(i, read, source);
}

Result<std::optional<TableHit>> TableReader::Rep::FindIn(const Block& block, std::size_t i,
                                                         const LookupKey& target,
                                                         std::string* value) const {
  STRATA_TRY_ASSIGN(const auto hit, Search(block, i, target, value));
  CountMiss(hit);
  return hit;
}

Result<std::optional<TableHit>> TableReader::Rep::Search(const Block& block, std::size_t i,
                                                         const LookupKey& target,
                                                         std::string* value) const {
  SearchCost cost;
  auto found = block.Find(target, &cost);
  options.counters->Add(Counter::kBlockComparisons, cost.comparisons);
  if (cost.hash_hits > 0) options.counters->Add(Counter::kHashIndexHits);
  if (!found.has_value()) return AtBlock(std::move(found).error(), i);
  if (!found->has_value()) return std::optional<TableHit>();
  const auto kind = static_cast<EntryKind>((*found)->tag & 0xff);
  if (kind > kEntryKindLast) return AtBlock(Corruption("an entry of unknown kind"), i);
  value->assign((*found)->value);
  return std::optional(TableHit{kind, (*found)->tag >> 8});
}

void TableReader::Rep::CountMiss([[maybe_unused]] const std::optional<TableHit>& hit) const {
  if (!hit && !footer.filter.IsNone()) options.counters->Add(Counter::kFilterFalsePositives);
}

Status TableReader::AddLiveIn(BlobId blob, Bitmap* live) const {
  STRATA_TRY(rep_->Load());
  STRATA_TRY_ASSIGN(const BlobUses uses, BlobUsesOf(rep_->properties));
  if (const Bitmap* used = uses.LiveIn(blob)) live->AddAll(*used);
  return {};
}

std::unique_ptr<InternalIterator> TableReader::NewIterator(const TableReadOptions& options) const {
  if (Status loaded = rep_->Load(); !loaded.has_value()) {
    return NewErrorIterator(std::move(loaded).error());
  }
  const Rep& rep = *rep_;
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
  std::uint64_t bytes = sizeof(Rep) + rep_->footer.properties.size;
  if (!rep_->is_loaded()) return bytes + rep_->footer.index.size + rep_->footer.filter.size;
  bytes += rep_->index.memory_bytes() + rep_->filter.contents.owned_size;
  return bytes;
}

std::uint64_t TableReader::index_bytes_saved() const {
  const auto number = [&](std::string_view name) -> std::uint64_t {
    for (const auto& [key, value] : rep_->properties) {
      if (key == name) return std::strtoull(value.c_str(), nullptr, 10);
    }
    return 0;
  };
  if (!rep_->is_loaded() || rep_->index.learned() == nullptr) return 0;
  const std::uint64_t sparse = number("sparse_index_bytes");
  return sparse - std::min(sparse, number("learned_index_bytes"));
}

std::vector<std::string> TableReader::SplitKeys(std::size_t count) const {
  if (!rep_->Load().has_value()) return {};  // Who reads the table will say what is wrong with it.
  const TableIndex& index = rep_->index;
  std::vector<std::string> keys;
  for (std::size_t part = 1; part <= count; ++part) {
    const std::uint64_t wanted = index.data_end() / (count + 1) * part;
    std::size_t block = 0;
    while (block + 2 < index.size() && EndOf(index.handle(block)) < wanted) ++block;
    if (block + 1 >= index.size()) break;
    std::string key;
    if (index.learned() != nullptr) {
      const auto next = rep_->LoadBlock(block + 1, rep_->source);
      const auto first = next.has_value() ? next->FirstUserKey() : next.error();
      if (!first.has_value()) break;  // Who reads the block will say what is wrong with it.
      key = *first;
    } else {
      key = UserKeyOf(index.key(block));
    }
    if (keys.empty() || keys.back() < key) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace strata::sst
