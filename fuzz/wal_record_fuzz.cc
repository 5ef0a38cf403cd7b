// One log record on any bytes. The input is a header's free fields and a payload; ids and checksums
// are put right before it is read, so that mutations get past them to the code behind.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "wal/batch_format.h"
#include "wal/log_reader.h"

namespace {

using strata::wal::Header;
using strata::wal::kHeaderSize;
using strata::wal::RecordType;

constexpr std::uint64_t kLogId = 0x1122334455667788;

// Appends the record with right checks; returns its checksum.
std::uint32_t AppendRecord(std::string* log, const Header& header, std::string_view payload) {
  std::string encoded(kHeaderSize, '\0');
  const std::uint32_t crc = EncodeHeader(header, encoded.data());
  const std::uint32_t checksum = strata::ExtendCrc32c(crc, payload);
  strata::EncodeFixed(encoded.data(), checksum);
  strata::EncodeFixed(encoded.data() + strata::wal::kHeaderCheckOffset,
                      static_cast<std::uint16_t>(crc));
  log->append(encoded).append(payload);
  return checksum;
}

}  // namespace

// Input: type, flags, length error (what the header says minus the truth), sequence, payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kFieldsSize = 11;
  if (size < kFieldsSize) return 0;
  const char* in = reinterpret_cast<const char*>(data);
  const std::string_view payload(in + kFieldsSize, size - kFieldsSize);
  const bool is_first = data[0] == static_cast<std::uint8_t>(RecordType::kStart);

  std::string log;
  std::uint32_t previous = 0;
  if (!is_first) {
    const std::string start = std::string(strata::wal::kMagic) + std::string("\1\0\0\0\0", 5);
    previous = AppendRecord(&log,
                            {.type = RecordType::kStart,
                             .length = static_cast<std::uint32_t>(start.size()),
                             .log_id = kLogId},
                            start);
  }
  AppendRecord(&log,
               {.type = static_cast<RecordType>(data[0]),
                .flags = data[1],
                .length = static_cast<std::uint32_t>(payload.size() + data[2]),
                .previous = previous,
                .log_id = kLogId,
                .sequence = strata::DecodeFixed<std::uint64_t>(in + 3)},
               payload);

  strata::wal::LogReader reader(log);
  const auto record = reader.Next();
  if (!record || !record->has_value()) return 0;
  STRATA_CHECK((*record)->payload == payload);
  std::size_t bytes = 0;
  const strata::Status read =
      strata::wal::ForEachEntry((*record)->payload, (*record)->sequence,
                                [&](const strata::wal::BatchEntry& entry) -> strata::Status {
                                  bytes += entry.key.size() + entry.value.size();
                                  return {};
                                });
  STRATA_CHECK(bytes <= payload.size());
  static_cast<void>(read);
  return 0;
}
