#include "sst/table_builder.h"

#include <algorithm>

#include "base/check.h"
#include "base/coding.h"
#include "sst/block.h"
#include "sst/block_builder.h"
#include "sst/block_io.h"
#include "sst/bloom.h"
#include "sst/learned_index.h"
#include "sst/table_properties.h"

namespace strata::sst {
namespace {

constexpr std::size_t kWriteBytes = std::size_t{256} << 10;  // Handed to the file at once.

// A short user key at or after `last`, and before or a prefix of `next`. REQUIRES: last <= next.
std::string_view ShortSeparator(std::string_view last, std::string_view next,
                                std::string* scratch) {
  const std::size_t common = CommonPrefix(last, next);
  if (common + 1 >= last.size()) return last;  // Nothing to gain.
  scratch->assign(last.substr(0, common));
  scratch->push_back(static_cast<char>(last[common] + 1));  // At most next[common].
  return *scratch;
}

// The index key between two neighbouring entries of different blocks. Its tag sorts before all
// others, so that it is before `next` even where the user keys are equal.
std::string SeparatorOf(std::string_view last, std::string_view next) {
  std::string scratch;
  const std::string_view last_user = UserKeyOf(last);
  const std::string_view user_key = ShortSeparator(last_user, UserKeyOf(next), &scratch);
  if (user_key == last_user) return std::string(last);
  return MakeInternalKey(user_key, kSequenceMax, kEntryKindForSeek);
}

BlockCodec CodecOf([[maybe_unused]] const TableOptions& options) {
  BlockCodec codec;
  codec.compression = static_cast<std::uint8_t>(options.compression);
  codec.level = options.zstd_level;
  return codec;
}

}  // namespace

struct TableBuilder::Rep {
  Rep(const TableOptions& table_options, WritableFile& table_file, const FileId& id)
      : options(table_options),
        file(table_file),
        cipher(CipherOf(table_file)),
        file_id(id),
        codec(CodecOf(table_options)),
        data(std::max(1, table_options.restart_interval)),
        index(1) {
    if (options.hash_index) data.EnableHashIndex();
  }

  BlockHandle Append(std::string_view contents, const BlockCodec& block_codec) {
    BlockCodec sealed = block_codec;
    sealed.cipher = cipher;
    return AppendBlock(contents, sealed, file_id, written, &unwritten);
  }
  Status FinishDataBlock();
  void AddIndexEntry(std::string_view separator);
  // Appends the index and notes in `footer` where it is, in `properties` what is worth telling.
  void AppendIndex(Footer* footer, TableProperties* properties);
  Status WriteOut();
  std::uint64_t size_so_far() const { return written + unwritten.size(); }

  const TableOptions options;
  WritableFile& file;
  const FileCipher* const cipher;  // Null: in the clear.
  const FileId file_id;
  const BlockCodec codec;
  BlockBuilder data;
  BlockBuilder index;
  std::optional<BlockHandle> unindexed;  // The last block, until the key after it is known.
  std::unique_ptr<BloomBuilder> filter;
  std::unique_ptr<LearnedIndexBuilder> learned;
  std::string first_user_key;  // Of the block being filled; kept for a learned index only.
  BlobUses blobs;
  std::string unwritten;      // Finished blocks on their way to the file.
  std::uint64_t written = 0;  // Bytes that the file has.
  std::string last_key;
  TableSummary summary;
};

TableBuilder::TableBuilder(const TableOptions& options, WritableFile& file, const FileId& file_id)
    : rep_(std::make_unique<Rep>(options, file, file_id)) {
  STRATA_CHECK(file.size() == 0);
  if (options.filter_bits_per_key > 0) {
    rep_->filter = std::make_unique<BloomBuilder>(options.filter_bits_per_key);
  }
  if (options.learned_index) rep_->learned = std::make_unique<LearnedIndexBuilder>();
}

TableBuilder::~TableBuilder() = default;

Status TableBuilder::Add(std::string_view key, std::string_view value) {
  Rep& rep = *rep_;
  if (!IsWellFormedInternalKey(key)) return Corruption("an entry without a well-formed key");
  if (!rep.last_key.empty() && CompareInternalKeys(rep.last_key, key) >= 0) {
    return Corruption("entries out of order at key " + KeyText(UserKeyOf(key), rep.cipher));
  }
  const std::size_t entry_size = BlockBuilder::EntrySizeMax(key, value);
  if (entry_size > kBlockContentsSizeMax / 2) {
    return InvalidArgument("an entry of " + std::to_string(entry_size) + " bytes");
  }
  if (!rep.data.empty() && rep.data.size_estimate() + entry_size > rep.options.block_bytes) {
    STRATA_TRY(rep.FinishDataBlock());
  }
  if (rep.unindexed) rep.AddIndexEntry(SeparatorOf(rep.last_key, key));
  if (rep.learned != nullptr && rep.data.empty()) rep.first_user_key = UserKeyOf(key);
  rep.data.Add(key, value);
  if (rep.filter != nullptr) rep.filter->AddKey(UserKeyOf(key));
  STRATA_TRY(rep.blobs.Note(KindOf(key), value));
  rep.summary.Count(key, value);
  rep.last_key.assign(key);
  return {};
}

void TableSummary::Count(std::string_view key, std::string_view value) {
  const SequenceNumber sequence = SequenceOf(key);
  if (entries == 0) {
    smallest.assign(key);
    sequence_min = sequence;
  }
  sequence_min = std::min(sequence_min, sequence);
  sequence_max = std::max(sequence_max, sequence);
  raw_bytes += UserKeyOf(key).size() + value.size();
  deletes += KindOf(key) == EntryKind::kDelete ? 1 : 0;
  ++entries;
}

Status TableBuilder::Rep::FinishDataBlock() {
  unindexed = Append(data.Finish(), codec);
  if (learned != nullptr) learned->AddBlock(first_user_key, UserKeyOf(last_key), unindexed->size);
  data.Reset();
  ++summary.data_blocks;
  return unwritten.size() < kWriteBytes ? Status() : WriteOut();
}

void TableBuilder::Rep::AddIndexEntry(std::string_view separator) {
  std::string handle;
  AppendVarint64(&handle, unindexed->offset);
  AppendVarint64(&handle, unindexed->size);
  index.Add(separator, handle);
  unindexed.reset();
}

void TableBuilder::Rep::AppendIndex(Footer* footer, [[maybe_unused]] TableProperties* properties) {
  const std::string_view sparse = index.Finish();
  if (const auto bytes = learned ? learned->Finish(sparse.size()) : std::nullopt) {
    footer->features |= kFeatureLearnedIndex;
    footer->index = Append(*bytes, codec);
    properties->emplace_back("learned_index_bytes", std::to_string(bytes->size()));
    properties->emplace_back("sparse_index_bytes", std::to_string(sparse.size()));
    return;
  }
  footer->index = Append(sparse, codec);
}

Status TableBuilder::Rep::WriteOut() {
  STRATA_TRY(file.Append(unwritten));
  written += unwritten.size();
  unwritten.clear();
  return {};
}

Result<TableSummary> TableBuilder::Finish() {
  Rep& rep = *rep_;
  STRATA_CHECK(rep.summary.entries > 0);
  if (!rep.data.empty()) STRATA_TRY(rep.FinishDataBlock());
  rep.AddIndexEntry(rep.last_key);
  rep.summary.largest = rep.last_key;
  rep.summary.data_bytes = rep.size_so_far();
  rep.summary.blobs = rep.blobs.Summary();

  Footer footer;
  footer.file_id = rep.file_id;
  if (rep.filter != nullptr) footer.filter = rep.Append(rep.filter->Finish(), {});
  TableProperties properties = MakeProperties(rep.summary, rep.options);
  rep.AppendIndex(&footer, &properties);
  if (!rep.blobs.empty()) {
    properties.emplace_back("blobs", rep.blobs.Encode());
    footer.features |= kFeatureBlobPointers;
  }
  std::sort(properties.begin(), properties.end());
  footer.properties = rep.Append(EncodeProperties(properties), {});
  if (rep.options.compression != Compression::kNone) footer.features |= kFeatureCompression;
  if (rep.options.hash_index) footer.features |= kFeatureHashIndex;
  if (rep.cipher != nullptr) footer.features |= kFeatureSealed;
  const std::uint64_t footer_offset = rep.size_so_far() + SealSizeOf(footer.features);
  footer.file_size = footer_offset + kFooterSize;
  const std::string encoded = EncodeFooter(footer);
  if (rep.cipher != nullptr) rep.unwritten += SealFooter(*rep.cipher, encoded, footer_offset);
  rep.unwritten.append(encoded);
  STRATA_TRY(rep.WriteOut());
  rep.summary.size_bytes = footer.file_size;
  rep.summary.footer_checksum = DecodeFixed<std::uint32_t>(encoded.data() + kFooterChecked);
  return rep.summary;
}

std::uint64_t TableBuilder::entries() const {
  return rep_->summary.entries;
}

std::uint64_t TableBuilder::size_estimate() const {
  return rep_->size_so_far() + (rep_->data.empty() ? 0 : rep_->data.size_estimate());
}

}  // namespace strata::sst
