#include "wal/log_writer.h"

#include "base/check.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/mutant.h"
#include "io/os_error.h"

namespace strata::wal {
namespace {

// A record larger than this gives its memory back.
constexpr std::size_t kScratchKept = 4 << 20;

std::uint64_t TotalSize(std::span<const std::string_view> parts) {
  std::uint64_t total = 0;
  for (const std::string_view part : parts) total += part.size();
  return total;
}

}  // namespace

LogWriter::LogWriter(WritableFile& file, std::uint64_t log_id, Counters* counters)
    : file_(file), cipher_(CipherOf(file)), log_id_(log_id), counters_(counters) {
  STRATA_CHECK(log_id != 0 && file.size() == 0);
}

Status LogWriter::Start(std::span<const std::string_view> features) {
  STRATA_CHECK(size_ == 0);
  std::string payload(kMagic);
  AppendFixed32(&payload, kVersion);
  AppendVarint64(&payload, features.size());
  for (const std::string_view name : features) AppendLengthPrefixed(&payload, name);
  const std::string_view part = payload;
  return Append(RecordType::kStart, 0, {&part, 1});
}

Status LogWriter::Append(RecordType type, SequenceNumber sequence,
                         std::span<const std::string_view> parts) {
  STRATA_TRY(first_error_);
  STRATA_CHECK((size_ == 0) == (type == RecordType::kStart));
  const std::uint64_t length = TotalSize(parts);
  if (length > kPayloadSizeMax) {
    return InvalidArgument("a log record of " + std::to_string(length) + " bytes; the largest is " +
                           std::to_string(kPayloadSizeMax));
  }
  const std::uint64_t stored = length + (cipher_ == nullptr ? 0 : FileCipher::kOverhead);
  scratch_.resize(kHeaderSize);
  const std::uint32_t header_crc =
      EncodeHeader({.type = type,
                    .flags = cipher_ == nullptr ? std::uint8_t{0} : kFlagSealed,
                    .length = static_cast<std::uint32_t>(stored),
                    .previous = previous_,
                    .log_id = log_id_,
                    .sequence = sequence,
                    .synced = synced_size_},
                   scratch_.data());
  for (const std::string_view part : parts) scratch_.append(part);
  if (cipher_ != nullptr) SealPayload(length);
  const std::uint32_t checksum =
      ExtendCrc32c(header_crc, std::string_view(scratch_).substr(kHeaderSize));
  EncodeFixed(scratch_.data(), checksum);
  EncodeFixed(scratch_.data() + kHeaderCheckOffset, static_cast<std::uint16_t>(header_crc));
  STRATA_TRY(Remember(file_.Append(scratch_)));
  previous_ = checksum;
  size_ += scratch_.size();
  if (counters_ != nullptr) {
    counters_->Add(Counter::kWalBytes, kHeaderSize + stored);
    counters_->Add(Counter::kWalRecords);
  }
  if (scratch_.capacity() > kScratchKept) scratch_ = std::string();
  return {};
}

// Of the record that is put together; the header but for its checks is there.
void LogWriter::SealPayload(std::uint64_t length) {
  scratch_.resize(kHeaderSize + length + FileCipher::kOverhead);
  char* const payload = scratch_.data() + kHeaderSize;
  cipher_->Seal({SealedPart::kRecord, size_, CoveredHeader(scratch_)}, {payload, length}, payload);
}

Status LogWriter::Sync() {
  STRATA_TRY(first_error_);
  Status synced = file_.Sync();
  if (!synced && STRATA_MUTANT(retry_fsync_and_continue)) synced = file_.Sync();
  STRATA_TRY(Remember(AsFinal(std::move(synced))));
  synced_size_ = size_;
  if (counters_ != nullptr) counters_->Add(Counter::kWalSyncs);
  return {};
}

Status LogWriter::End() {
  STRATA_TRY(Append(RecordType::kEnd, 0, {}));
  return Sync();
}

// Where there was no room the file is as it was.
Status LogWriter::Remember(Status status) {
  if (!status && status.error().code() != ErrorCode::kNoSpace) first_error_ = status;
  return status;
}

}  // namespace strata::wal
