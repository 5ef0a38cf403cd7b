// Reads a write-ahead log back and says how it ended. See wal/log_format.h for the bytes and the
// rule, wal/log_writer.h for the way out.
//
// Thread safety: none. The bytes are not trusted: nothing is allocated because of what they say.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_cipher.h"
#include "iter/internal_key.h"
#include "wal/log_format.h"

namespace strata::wal {

// An intact record.
struct Record {
  RecordType type;
  SequenceNumber sequence;  // Of the payload's first entry.
  std::uint64_t offset;     // Where its header begins in the file.
  std::uint64_t synced;     // What the writer knew to be on the disk.
  std::uint8_t flags;
  std::string_view payload;  // Until the next call; of a log in the clear, while its contents live.
};

enum class Ending : std::uint8_t {
  kUnknown,   // Next() hasn't come to the end.
  kClean,     // With an end record: the writer closed the log.
  kUnsealed,  // After an intact record, or with preallocated zeros: the writer just stopped.
  kTorn,      // With a piece of a record that was never acknowledged: a crash cut it.
};
std::string_view EndingName(Ending ending);  // "clean", ...

struct LogReaderOptions {
  // What the manifest says: the log's first bytes that were all on the disk when it was sealed.
  // Whatever is wrong there is corruption, and what comes after isn't looked at.
  std::optional<std::uint64_t> sealed_length = {};
  // Yield start and end records too (for inspection).
  bool all_records = false;
  // Of a sealed log; it must outlive the reader. Null: the log is in the clear.
  const FileCipher* cipher = nullptr;
};

class LogReader {
 public:
  // `contents` is the whole file and must outlive the reader.
  explicit LogReader(std::string_view contents, LogReaderOptions options = {});

  // The next batch or edit, or nothing at the end. An error is final: kCorruption names the offset
  // of damage inside what had been acknowledged, kUnsupported what a newer program wrote.
  Result<std::optional<Record>> Next();

  // REQUIRES for a meaningful answer: Next() has returned nothing.
  Ending ending() const { return ending_; }
  // Bytes up to the end of the last intact record: a log is sealed at this length.
  std::uint64_t valid_length() const { return offset_; }
  // 0 before the first record.
  std::uint64_t log_id() const { return log_id_; }

 private:
  // Why a record isn't intact, as errors tell it; tested in this order.
  static constexpr std::string_view kBadHeader = "bad header";  // ParseHeader says no.
  static constexpr std::string_view kNotNext = "not of this log, or not next in it";  // BelongsHere
  static constexpr std::string_view kPastTheEnd = "runs past the end";
  static constexpr std::string_view kBadChecksum = "bad checksum";

  // The record at offset_, if all of it is there, checks, and follows the one before; moves past
  // it. Otherwise nothing has changed but why_not_intact_, which is the first of the reasons above
  // that is true.
  std::optional<Record> ReadIntact();
  bool BelongsHere(const Header& header) const;
  Status CheckSupported(const Record& record) const;
  Status CheckFlags(const Record& record) const;
  // Puts what was sealed in the place of the payload of an intact record.
  Status OpenPayload(Record* record);
  // There is no intact record at offset_: tells the end, and a torn tail, from damage, which is one
  // of these ("missing" where the file ends at offset_):
  //   record at offset 53: bad checksum, but the log was sealed at 177
  //   record at offset 53: bad checksum, but the record at offset 136 says it had reached the disk
  Result<std::optional<Record>> EndOrCorruption();
  std::uint64_t WrittenEnd() const;
  std::optional<std::uint64_t> FindWitness() const;
  bool IsWitness(std::uint64_t at) const;
  Result<std::optional<Record>> SkipOrEnd();
  Error Fail(Error error);

  const std::string_view contents_;  // Up to the sealed length, if there is one.
  const bool is_sealed_;
  const std::uint64_t end_;  // Where the log must end, or the file does.
  const bool all_records_;
  const FileCipher* const cipher_;
  std::string opened_;  // The payload of the last record, if it was sealed.
  std::uint64_t offset_ = 0;
  std::uint64_t log_id_ = 0;
  std::uint32_t previous_ = 0;       // Checksum of the last record.
  std::string_view why_not_intact_;  // Of the record at offset_.
  Ending ending_ = Ending::kUnknown;
  std::optional<Error> first_error_;
};

}  // namespace strata::wal
