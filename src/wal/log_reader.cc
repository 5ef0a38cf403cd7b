#include "wal/log_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/coding.h"
#include "base/crc32c.h"
#include "base/escape.h"
#include "base/mutant.h"

namespace strata::wal {
namespace {

Error Corrupt(std::uint64_t offset, std::string_view reason) {
  return Corruption("record at offset " + std::to_string(offset) + ": " + std::string(reason));
}

Error Unsupported(std::uint64_t offset, const std::string& what) {
  return Error(ErrorCode::kUnsupported,
               "record at offset " + std::to_string(offset) + ": a newer program wrote " + what);
}

// A log says in its first record what a reader must know. This program knows no features yet.
Status CheckStartPayload(std::string_view payload) {
  ByteReader reader(payload);
  if (reader.ReadBytes(kMagic.size()) != kMagic) return Corrupt(0, "not a log of this database");
  const auto version = reader.ReadFixed<std::uint32_t>();
  if (!version) return Corrupt(0, "start record is cut short");
  if (*version != kVersion) {
    return Unsupported(0, "format version " + std::to_string(*version));
  }
  const auto count = reader.ReadVarint64();
  if (!count) return Corrupt(0, "start record is cut short");
  if (*count == 0) return {};
  const auto name = reader.ReadLengthPrefixed();
  if (!name) return Corrupt(0, "start record is cut short");
  return Unsupported(0, "a log that needs the feature \"" + EscapeShort(*name) + "\"");
}

}  // namespace

std::string_view EndingName(Ending ending) {
  switch (ending) {
    case Ending::kUnknown:
      return "unknown";
    case Ending::kClean:
      return "clean";
    case Ending::kUnsealed:
      return "unsealed";
    case Ending::kTorn:
      return "torn";
  }
  return "unknown";
}

LogReader::LogReader(std::string_view contents, LogReaderOptions options)
    : contents_(contents.substr(0, options.sealed_length.value_or(contents.size()))),
      is_sealed_(options.sealed_length.has_value()),
      end_(options.sealed_length.value_or(contents.size())),
      all_records_(options.all_records),
      cipher_(options.cipher) {}

Result<std::optional<Record>> LogReader::Next() {
  if (first_error_) return *first_error_;
  while (ending_ == Ending::kUnknown) {
    if (offset_ == end_) {
      ending_ = Ending::kUnsealed;
      break;
    }
    std::optional<Record> record = ReadIntact();
    if (!record) {
      return STRATA_MUTANT(replay_past_corrupt_wal) ? SkipOrEnd() : EndOrCorruption();
    }
    if (Status opened = OpenPayload(&*record); !opened) return Fail(std::move(opened).error());
    if (Status supported = CheckSupported(*record); !supported) {
      return Fail(std::move(supported).error());
    }
    if (record->type == RecordType::kEnd) {
      ending_ = Ending::kClean;
      if (is_sealed_ && offset_ != end_) {
        return Fail(Corrupt(record->offset,
                            "the log ends here, but was sealed at " + std::to_string(end_)));
      }
    }
    const bool is_data = record->type == RecordType::kBatch || record->type == RecordType::kEdit;
    if (is_data || all_records_) return record;
  }
  return std::optional<Record>();
}

std::optional<Record> LogReader::ReadIntact() {
  const std::string_view rest = contents_.substr(offset_);
  const std::optional<ParsedHeader> parsed = ParseHeader(rest);
  why_not_intact_ = kBadHeader;
  if (!parsed) return std::nullopt;

  const Header& header = parsed->header;
  why_not_intact_ = kNotNext;
  if (!BelongsHere(header)) return std::nullopt;

  why_not_intact_ = kPastTheEnd;
  if (header.length > rest.size() - kHeaderSize) return std::nullopt;

  const std::string_view payload = rest.substr(kHeaderSize, header.length);
  why_not_intact_ = kBadChecksum;
  if (ExtendCrc32c(parsed->header_crc, payload) != parsed->checksum) return std::nullopt;

  const Record record{.type = header.type,
                      .sequence = header.sequence,
                      .offset = offset_,
                      .synced = header.synced,
                      .flags = header.flags,
                      .payload = payload};
  log_id_ = header.log_id;
  previous_ = parsed->checksum;
  offset_ += kHeaderSize + payload.size();
  return record;
}

// A file may hold intact records of another log (its space was used before) or of another place.
bool LogReader::BelongsHere(const Header& header) const {
  if (STRATA_MUTANT(stale_record_in_recycled_wal)) return true;
  const bool is_first = offset_ == 0;
  return header.log_id != 0 && (is_first || header.log_id == log_id_) &&
         header.previous == previous_ && header.synced <= offset_;
}

Status LogReader::CheckFlags(const Record& record) const {
  const std::uint8_t wanted = cipher_ == nullptr ? 0 : kFlagSealed;
  if (record.flags == wanted) return {};
  if (record.flags == 0) return Corrupt(record.offset, "it isn't sealed, and its log is");
  return Unsupported(record.offset, (record.flags & kFlagSealed) != 0
                                        ? std::string("a sealed record")
                                        : "record flags " + std::to_string(record.flags));
}

Status LogReader::OpenPayload(Record* record) {
  STRATA_TRY(CheckFlags(*record));
  if (cipher_ == nullptr) return {};
  const std::string_view sealed = record->payload;
  opened_.resize(sealed.size());
  const SealedPlace place{SealedPart::kRecord, record->offset,
                          CoveredHeader(contents_.substr(record->offset))};
  Status opened = cipher_->Open(place, sealed, opened_.data());
  if (!opened) return Corrupt(record->offset, opened.error().message());
  record->payload = std::string_view(opened_).substr(0, sealed.size() - FileCipher::kOverhead);
  return {};
}

Status LogReader::CheckSupported(const Record& record) const {
  const auto type = static_cast<unsigned>(record.type);
  if (type < 1 || type > 4) {
    return Unsupported(record.offset, "record type " + std::to_string(type));
  }
  if ((record.offset == 0) != (record.type == RecordType::kStart)) {
    return Corrupt(record.offset, "a log has one start record, at its start");
  }
  if (record.offset > 0) return {};
  return CheckStartPayload(record.payload);
}

Result<std::optional<Record>> LogReader::EndOrCorruption() {
  if (is_sealed_) {
    const bool is_short = offset_ == contents_.size();
    return Fail(Corrupt(offset_, std::string(is_short ? "missing" : why_not_intact_) +
                                     ", but the log was sealed at " + std::to_string(end_)));
  }
  if (const std::optional<std::uint64_t> witness = FindWitness()) {
    return Fail(Corrupt(offset_, std::string(why_not_intact_) + ", but the record at offset " +
                                     std::to_string(*witness) + " says it had reached the disk"));
  }
  ending_ = WrittenEnd() <= offset_ ? Ending::kUnsealed : Ending::kTorn;
  return std::optional<Record>();
}

// One past the last byte that isn't zero: what follows was preallocated and never written.
std::uint64_t LogReader::WrittenEnd() const {
  std::uint64_t end = contents_.size();
  while (end >= 8 && DecodeFixed<std::uint64_t>(contents_.data() + end - 8) == 0) end -= 8;
  while (end > 0 && contents_[end - 1] == '\0') --end;
  return end;
}

// A record of this log that was written after the bytes at offset_ had been synced. It may stand at
// offset_ itself, when what belongs there was cut out. Preallocated space has none: a type isn't 0.
std::optional<std::uint64_t> LogReader::FindWitness() const {
  const std::uint64_t end = WrittenEnd();
  for (std::uint64_t at = offset_; at + kHeaderSize <= contents_.size(); ++at) {
    if (at + kTypeOffset >= end) break;
    if (IsWitness(at)) return at;
  }
  return std::nullopt;
}

// Looks first at what rules out most places. The header is proof enough, also where its payload is
// damaged too: its check and the log's id are 80 bits. Where the first record is the damaged one
// the id isn't known; then a witness of any log counts: better refuse than lose.
bool LogReader::IsWitness(std::uint64_t at) const {
  const char* in = contents_.data() + at;
  if (in[kTypeOffset] < 1 || in[kTypeOffset] > 4) return false;
  const auto log_id = DecodeFixed<std::uint64_t>(in + kLogIdOffset);
  if (log_id == 0 || (log_id_ != 0 && log_id != log_id_)) return false;
  const auto synced = DecodeFixed<std::uint64_t>(in + kSyncedOffset);
  if (synced <= offset_ || synced > contents_.size()) return false;
  return ParseHeader(contents_.substr(at, kHeaderSize)).has_value();
}

// What a seeded bug does in the place of EndOrCorruption: goes on after the damage.
Result<std::optional<Record>> LogReader::SkipOrEnd() {
  const std::optional<std::uint64_t> witness = is_sealed_ ? std::nullopt : FindWitness();
  if (!witness) return EndOrCorruption();
  offset_ = *witness;
  previous_ = DecodeFixed<std::uint32_t>(contents_.data() + offset_ + kPreviousOffset);
  return Next();
}

Error LogReader::Fail(Error error) {
  first_error_ = error;
  return error;
}

}  // namespace strata::wal
