#include "wal/log_format.h"

#include <catch2/catch.hpp>

#include <string>

#include "wal/log_testing.h"

namespace strata::wal {
namespace {

std::string Hex(std::string_view bytes) {
  static const char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char byte : bytes) {
    out += kDigits[static_cast<unsigned char>(byte) >> 4];
    out += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return out;
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// Start; the batch "hi" at sequence 1; a sync; the end record.
const std::string kGolden =
    // start
    "3d6a72b9"
    "175d"
    "04"
    "00"
    "0d000000"
    "00000000"
    "8877665544332211"
    "0000000000000000"
    "0000000000000000"
    "53545241544c4f47"
    "01000000"
    "00"
    // batch
    "a7cd27a9"
    "a04b"
    "01"
    "00"
    "02000000"
    "3d6a72b9"
    "8877665544332211"
    "0100000000000000"
    "0000000000000000"
    "6869"
    // end
    "a8442cfb"
    "a844"
    "02"
    "00"
    "00000000"
    "a7cd27a9"
    "8877665544332211"
    "0000000000000000"
    "5f00000000000000";

TEST_CASE("a log's bytes: golden", "[write-ahead-log][write-ahead-log.1]") {
  CHECK(Hex(LogOf({"hi", "sync", "end"})) == kGolden);
}

// The same bytes the other way, so that reader and writer can't be wrong together.
TEST_CASE("the golden log reads back", "[write-ahead-log][write-ahead-log.2]") {
  const std::string log = FromHex(kGolden);
  CHECK(ReadAll(log) == "hi clean");
  LogReader reader(log, {.all_records = true});
  const auto start = reader.Next();
  REQUIRE(start);
  REQUIRE(start->has_value());
  CHECK((*start)->type == RecordType::kStart);
  const auto batch = reader.Next();
  REQUIRE(batch);
  REQUIRE(batch->has_value());
  CHECK((*batch)->type == RecordType::kBatch);
  CHECK((*batch)->sequence == 1);
  CHECK((*batch)->offset == 53);
  CHECK((*batch)->synced == 0);
  const auto end = reader.Next();
  REQUIRE(end);
  REQUIRE(end->has_value());
  CHECK((*end)->type == RecordType::kEnd);
  CHECK((*end)->synced == 95);
  CHECK(reader.log_id() == kLogId);
  CHECK(reader.valid_length() == log.size());
}

// What the golden log would say to a reader of today if a newer program had written it.
std::string WithStartPayload(const std::string& payload) {
  std::string log(kHeaderSize, '\0');
  const std::uint32_t crc = EncodeHeader({.type = RecordType::kStart,
                                          .length = static_cast<std::uint32_t>(payload.size()),
                                          .log_id = kLogId},
                                         log.data());
  EncodeFixed(log.data(), ExtendCrc32c(crc, payload));
  EncodeFixed(log.data() + kHeaderCheckOffset, static_cast<std::uint16_t>(crc));
  return log + payload;
}

TEST_CASE("a log of a newer program is refused by the name of what it needs",
          "[write-ahead-log][write-ahead-log.2]") {
  const auto start = [](const std::string& rest) {
    return ReadAll(WithStartPayload(std::string(kMagic) + rest));
  };
  using namespace std::string_literals;
  CHECK(start("\x01\0\0\0\0"s) == "unsealed");
  CHECK(start("\x02\0\0\0\0"s) ==
        "unsupported: record at offset 0: a newer program wrote format version 2");
  CHECK(start("\x01\0\0\0\x02\x06sealed\x02zz"s) ==
        "unsupported: record at offset 0: a newer program wrote a log that needs the feature "
        "\"sealed\"");
  CHECK(start("\x01\0\0"s) == "corruption: record at offset 0: start record is cut short");
  CHECK(start("\x01\0\0\0\x01\x09sealed"s) ==
        "corruption: record at offset 0: start record is cut short");
  CHECK(ReadAll(WithStartPayload("ROCKSLOG\x01\0\0\0\0"s)) ==
        "corruption: record at offset 0: not a log of this database");
}

TEST_CASE("features named by a writer are found by a reader",
          "[write-ahead-log][write-ahead-log.1]") {
  testing::StringFile file;
  LogWriter writer(file, kLogId, nullptr);
  const std::string_view features[] = {"time-travel"};
  REQUIRE(writer.Start(features));
  CHECK(ReadAll(file.contents) ==
        "unsupported: record at offset 0: a newer program wrote a log that needs the feature "
        "\"time-travel\"");
}

}  // namespace
}  // namespace strata::wal
