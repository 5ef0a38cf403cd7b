#include "wal/log_salvage.h"

#include <algorithm>

#include "base/coding.h"
#include "base/crc32c.h"

namespace strata::wal {

LogSalvage::LogSalvage(std::string_view contents, std::optional<std::uint64_t> sealed_length)
    : contents_(contents.substr(0, sealed_length.value_or(contents.size()))),
      sealed_length_(sealed_length) {}

std::optional<Record> LogSalvage::Next() {
  while (!ended_) {
    const auto record = RecordAt(offset_);
    if (!record) {
      const std::uint64_t next = FindRecordFrom(offset_ + 1);
      NoteGap(next);
      offset_ = next;
      ended_ = next >= contents_.size();
      continue;
    }
    const auto header = *ParseHeader(contents_.substr(offset_, kHeaderSize));
    if (!after_gap_ && header.header.previous != previous_) {
      gaps_.push_back({offset_, 0, "the record before isn't the one that it follows"});
    }
    after_gap_ = false;
    log_id_ = header.header.log_id;
    previous_ = header.checksum;
    offset_ += kHeaderSize + record->payload.size();
    ended_ = offset_ >= contents_.size() || record->type == RecordType::kEnd;
    if (ended_) NoteGap(offset_);
    if (record->type == RecordType::kBatch || record->type == RecordType::kEdit) return record;
  }
  return std::nullopt;
}

// Its own checks and the log's id are proof enough, wherever it stands.
std::optional<Record> LogSalvage::RecordAt(std::uint64_t at) const {
  const std::string_view rest = contents_.substr(std::min<std::uint64_t>(at, contents_.size()));
  const auto parsed = ParseHeader(rest);
  if (!parsed) return std::nullopt;
  const Header& header = parsed->header;
  const auto type = static_cast<unsigned>(header.type);
  if (type < 1 || type > 4 || header.flags != 0 || header.log_id == 0) return std::nullopt;
  if (log_id_ != 0 && header.log_id != log_id_) return std::nullopt;
  if (header.length > rest.size() - kHeaderSize) return std::nullopt;
  const std::string_view payload = rest.substr(kHeaderSize, header.length);
  if (ExtendCrc32c(parsed->header_crc, payload) != parsed->checksum) return std::nullopt;
  return Record{.type = header.type,
                .sequence = header.sequence,
                .offset = at,
                .synced = header.synced,
                .flags = header.flags,
                .payload = payload};
}

std::uint64_t LogSalvage::FindRecordFrom(std::uint64_t at) const {
  for (; at + kHeaderSize <= contents_.size(); ++at) {
    const char type = contents_[at + kTypeOffset];
    if (type >= 1 && type <= 4 && RecordAt(at)) return at;
  }
  return contents_.size();
}

// From offset_ to `end` there is no record that is whole.
void LogSalvage::NoteGap(std::uint64_t end) {
  after_gap_ = true;
  const bool is_tail = end >= contents_.size();
  const std::uint64_t must_reach = sealed_length_.value_or(0);
  if (is_tail && offset_ >= must_reach) return;  // Nobody was promised what stood here.
  if (!is_tail && end == offset_) return;
  const std::uint64_t until = std::max(end, must_reach);
  gaps_.push_back({offset_, until - offset_,
                   offset_ >= contents_.size() ? "missing" : "damaged, or no record"});
}

}  // namespace strata::wal
