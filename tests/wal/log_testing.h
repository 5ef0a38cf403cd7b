// Helpers for the tests of the log: logs out of a few words, and logs as words.

#pragma once

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/string_file.h"
#include "wal/log_reader.h"
#include "wal/log_writer.h"

namespace strata::wal {

inline constexpr std::uint64_t kLogId = 0x1122334455667788;

// Writes a log of words: "sync" syncs, "end" ends, anything else is the payload of a batch whose
// sequence is its place, from 1.
class LogBuilder {
 public:
  explicit LogBuilder(std::uint64_t log_id = kLogId) : writer(file, log_id, nullptr) {
    REQUIRE(writer.Start());
  }

  LogBuilder& Write(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      if (word == "sync") {
        REQUIRE(writer.Sync());
      } else if (word == "end") {
        REQUIRE(writer.End());
      } else {
        const std::string_view part = word;
        REQUIRE(writer.Append(RecordType::kBatch, next_sequence++, {&part, 1}));
      }
    }
    return *this;
  }

  testing::StringFile file;
  LogWriter writer;
  SequenceNumber next_sequence = 1;
};

inline std::string LogOf(const std::vector<std::string>& words, std::uint64_t log_id = kLogId) {
  return LogBuilder(log_id).Write(words).file.contents;
}

// Reads every record, then says how the log ended: "a b clean", "a torn", or "a: " and the error.
inline std::string ReadAll(std::string_view log, std::optional<std::uint64_t> sealed = {}) {
  LogReader reader(log, {.sealed_length = sealed});
  std::string seen;
  while (true) {
    auto record = reader.Next();
    if (!record) {
      return seen + std::string(ErrorCodeName(record.error().code())) + ": " +
             record.error().message();
    }
    if (!record->has_value()) return seen + std::string(EndingName(reader.ending()));
    seen += std::string((*record)->payload) + " ";
  }
}

}  // namespace strata::wal
