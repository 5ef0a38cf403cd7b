#include "wal/log_reader.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "base/random.h"
#include "testing/mutant_guard.h"
#include "wal/log_testing.h"

namespace strata::wal {
namespace {

std::string Flip(std::string bytes, std::size_t bit) {
  REQUIRE(bit / 8 < bytes.size());
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  return bytes;
}

bool IsCorruption(const std::string& seen) {
  return seen.find("corruption: ") != std::string::npos;
}

TEST_CASE("a log ends clean, unsealed or torn", "[write-ahead-log]") {
  CHECK(ReadAll("") == "unsealed");
  CHECK(ReadAll(LogOf({"a", "bb", "end"})) == "a bb clean");
  CHECK(ReadAll(LogOf({"a", "bb"})) == "a bb unsealed");
  CHECK(ReadAll(LogOf({"a", "bb"}) + "x") == "a bb torn");
  CHECK(ReadAll(LogOf({"a", "end"}) + "what is left of an older file") == "a clean");
}

TEST_CASE("whole records are read one after the other", "[write-ahead-log][write-ahead-log.2]") {
  const std::string log = LogOf({"a", "bb", "sync", "ccc"});
  CHECK(ReadAll(log) == "a bb ccc unsealed");
  CHECK(ReadAll(LogOf({"a", "end"})) == "a clean");
  LogReader reader(log);
  for (const std::uint64_t offset : {53, 94, 136}) {
    const auto record = reader.Next();
    REQUIRE(record);
    REQUIRE(record->has_value());
    CHECK((*record)->offset == offset);
    CHECK((*record)->synced == (offset == 136 ? 136 : 0));
  }
  CHECK(reader.log_id() == kLogId);
}

// A crash can stop the last write after any byte. Whatever survives, the acknowledged records must
// come back and the torn one must not.
TEST_CASE("a torn tail ends the log at every cut", "[write-ahead-log]") {
  const std::string acknowledged = LogOf({"a", "bb", "sync"});
  const std::string log = LogOf({"a", "bb", "sync", "ccc"});
  REQUIRE(ReadAll(acknowledged) == "a bb unsealed");
  for (std::size_t cut = acknowledged.size(); cut < log.size(); ++cut) {
    CAPTURE(cut);
    CHECK(ReadAll(log.substr(0, cut)) ==
          (cut == acknowledged.size() ? "a bb unsealed" : "a bb torn"));
    CHECK(ReadAll(log.substr(0, cut) + std::string(100, '\0')).substr(0, 5) == "a bb ");
  }
}

TEST_CASE("a log that crashed while it began holds nothing", "[write-ahead-log]") {
  const std::string log = LogOf({});
  REQUIRE(log.size() == 53);
  for (std::size_t cut = 1; cut < log.size(); ++cut) {
    CAPTURE(cut);
    LogReader reader(std::string_view(log).substr(0, cut));
    const auto record = reader.Next();
    REQUIRE(record);
    CHECK_FALSE(record->has_value());
    CHECK(reader.ending() == Ending::kTorn);
    CHECK(reader.valid_length() == 0);
  }
}

TEST_CASE("preallocated zeros after the last record are its end", "[write-ahead-log]") {
  for (const std::size_t zeros : {1, 39, 40, 41, 4096}) {
    CAPTURE(zeros);
    CHECK(ReadAll(LogOf({"a", "bb"}) + std::string(zeros, '\0')) == "a bb unsealed");
    CHECK(ReadAll(std::string(zeros, '\0')) == "unsealed");
  }
}

TEST_CASE("damage before a record that was written after a sync is corruption",
          "[write-ahead-log]") {
  const std::string log = LogOf({"a", "bb", "sync", "ccc"});
  const std::string bad = Flip(log, 8 * (53 + kHeaderSize));  // In the payload "a".
  CHECK(ReadAll(bad) ==
        "corruption: record at offset 53: bad checksum, but the record at offset 136 says it had "
        "reached the disk");
}

TEST_CASE("damage in what was never synced is a torn tail", "[write-ahead-log]") {
  const std::string log = LogOf({"sync", "a", "bb", "ccc"});
  const std::string bad = Flip(log, 8 * (94 + kHeaderSize));  // In the payload "bb".
  CHECK(ReadAll(bad) == "a torn");
  // "bb" was written when 53 bytes were on the disk: just what comes before the damaged "a".
  CHECK(ReadAll(Flip(log, 8 * (53 + kHeaderSize))) == "torn");
}

// The three answers, for every bit: what was synced before a later record comes back whole or is
// refused; never a wrong record, never a short log that looks fine.
TEST_CASE("every flipped bit in what a later record vouches for is corruption",
          "[write-ahead-log]") {
  const std::string log = LogOf({"a", "bb", "sync", "ccc"});
  const std::size_t vouched = 136;
  REQUIRE(ReadAll(log) == "a bb ccc unsealed");
  for (std::size_t bit = 0; bit < 8 * log.size(); ++bit) {
    CAPTURE(bit);
    const std::string seen = ReadAll(Flip(log, bit));
    CHECK((bit < 8 * vouched ? IsCorruption(seen) : seen == "a bb torn"));
  }
}

TEST_CASE("every flipped bit of a sealed log is corruption that names its record",
          "[write-ahead-log]") {
  const std::string log = LogOf({"a", "bb", "ccc", "end"});
  REQUIRE(ReadAll(log, log.size()) == "a bb ccc clean");
  const std::vector<std::size_t> starts = {0, 53, 94, 136, 179, log.size()};
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    for (std::size_t bit = 8 * starts[i]; bit < 8 * starts[i + 1]; ++bit) {
      CAPTURE(bit);
      const std::string seen = ReadAll(Flip(log, bit), log.size());
      REQUIRE(IsCorruption(seen));
      REQUIRE(seen.find("record at offset " + std::to_string(starts[i]) + ":") !=
              std::string::npos);
    }
  }
}

TEST_CASE("a sealed log that is short is corruption at every length", "[write-ahead-log]") {
  const std::string log = LogOf({"a", "bb", "end"});
  for (std::size_t size = 0; size < log.size(); ++size) {
    CAPTURE(size);
    CHECK(IsCorruption(ReadAll(log.substr(0, size), log.size())));
    const std::string zeroed = log.substr(0, size) + std::string(log.size() - size, '\0');
    CHECK((zeroed == log || IsCorruption(ReadAll(zeroed, log.size()))));
  }
  CHECK(ReadAll(log, log.size() + 1) ==
        "a bb corruption: record at offset 136: the log ends here, but was sealed at 177");
}

// A recovered log is sealed where its intact part ends; the torn piece stays in the file.
TEST_CASE("what comes after a sealed length is not looked at", "[write-ahead-log]") {
  const std::string intact = LogOf({"a", "bb"});
  CHECK(ReadAll(intact + "torn piece", intact.size()) == "a bb unsealed");
  CHECK(ReadAll(LogOf({"a", "bb", "ccc"}), intact.size()) == "a bb unsealed");
}

TEST_CASE("lost, repeated and swapped records are noticed", "[write-ahead-log]") {
  const std::string log = LogOf({"a", "b", "c", "sync", "d"});
  const std::string head = log.substr(0, 53);
  const auto record = [&](std::size_t i) { return log.substr(53 + 41 * i, 41); };
  REQUIRE(ReadAll(head + record(0) + record(1) + record(2) + record(3)) == "a b c d unsealed");
  CHECK(IsCorruption(ReadAll(head + record(0) + std::string(41, '\0') + record(2) + record(3))));
  CHECK(IsCorruption(ReadAll(head + record(1) + record(0) + record(2) + record(3))));
  CHECK(IsCorruption(ReadAll(head + record(0) + record(0) + record(1) + record(2) + record(3))));
  // With a record gone the rest has moved, so nothing vouches for it; still no wrong record.
  CHECK(ReadAll(head + record(0) + record(2)) == "a torn");
}

// The file's space was used by an older log whose records stand where ours would.
TEST_CASE("an intact record of another log is no record of this one", "[write-ahead-log]") {
  const std::string stale = LogOf({"a", "old", "older"}, /*log_id=*/999);
  for (const std::vector<std::string>& words : {std::vector<std::string>{"n"}, {"n", "sync"}}) {
    const std::string fresh = LogOf(words);
    REQUIRE(fresh.size() == 94);  // So that "old" begins just where the fresh log ends.
    CHECK(ReadAll(fresh + stale.substr(fresh.size())) == "n torn");
  }
}

TEST_CASE("an error is final", "[write-ahead-log]") {
  const std::string bad = Flip(LogOf({"a", "bb", "sync", "ccc"}), 8 * 60);
  LogReader reader(bad);
  const auto first = reader.Next();
  REQUIRE_FALSE(first);
  const auto second = reader.Next();
  REQUIRE_FALSE(second);
  CHECK(first.error().message() == second.error().message());
}

TEST_CASE("the id of a log isn't taken from a record that doesn't check",
          "[write-ahead-log][write-ahead-log.2]") {
  const std::string log = LogOf({"a"});
  LogReader reader(log);
  REQUIRE(reader.Next());
  CHECK(reader.log_id() == kLogId);
  const std::string bad = Flip(log, 8 * kHeaderSize);  // In the payload of the start record.
  LogReader of_bad(bad);
  REQUIRE(of_bad.Next());
  CHECK(of_bad.log_id() == 0);
  CHECK(of_bad.valid_length() == 0);
}

// Writes a record by hand, correct but for what the test puts into the header.
std::string LogWith(Header header, const std::string& payload) {
  std::string log = LogOf({});
  std::string record(kHeaderSize, '\0');
  header.previous = DecodeFixed<std::uint32_t>(log.data());
  header.log_id = header.log_id == 0 ? kLogId : header.log_id;
  if (header.length == 0) header.length = static_cast<std::uint32_t>(payload.size());
  const std::uint32_t crc = EncodeHeader(header, record.data());
  EncodeFixed(record.data(), ExtendCrc32c(crc, payload));
  EncodeFixed(record.data() + kHeaderCheckOffset, static_cast<std::uint16_t>(crc));
  return log + record + payload;
}

TEST_CASE("intact records that this program doesn't know are refused by name",
          "[write-ahead-log]") {
  CHECK(ReadAll(LogWith({.type = RecordType::kBatch}, "x")) == "x unsealed");
  CHECK(ReadAll(LogWith({.type = static_cast<RecordType>(9)}, "x")) ==
        "unsupported: record at offset 53: a newer program wrote record type 9");
  CHECK(ReadAll(LogWith({.type = RecordType::kBatch, .flags = kFlagSealed}, "x")) ==
        "unsupported: record at offset 53: a newer program wrote a sealed record");
  CHECK(ReadAll(LogWith({.type = RecordType::kBatch, .flags = 4}, "x")) ==
        "unsupported: record at offset 53: a newer program wrote record flags 4");
  CHECK(ReadAll(LogWith({.type = RecordType::kStart}, "x")) ==
        "corruption: record at offset 53: a log has one start record, at its start");
  // It was written after more bytes than stand before it: some were cut out.
  CHECK(ReadAll(LogWith({.type = RecordType::kBatch, .synced = 54}, "x")) ==
        "corruption: record at offset 53: not of this log, or not next in it, but the record at "
        "offset 53 says it had reached the disk");
}

TEST_CASE("a record that says it is longer than the log is torn, though its checksum is right",
          "[write-ahead-log][write-ahead-log.2]") {
  for (const std::uint32_t more : {1, 30, 40, 41, 1'000'000}) {
    CAPTURE(more);
    const std::string payload(20, 'x');
    const Header header{.type = RecordType::kBatch, .length = 20 + more};
    CHECK(ReadAll(LogWith(header, payload)) == "torn");
  }
}

TEST_CASE("random damage never yields a record that wasn't written", "[write-ahead-log]") {
  const std::vector<std::string> words = {"a", "sync", "bb", "ccc", "sync", "dddd", "end"};
  const std::string log = LogOf(words);
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::string bad = log;
    for (std::uint64_t i = 1 + random.Uniform(4); i > 0; --i) {
      const std::size_t at = random.Uniform(bad.size());
      if (random.OneIn(4)) {
        bad.erase(at, random.Uniform(50));
      } else {
        bad[at] = static_cast<char>(random.Next());
      }
      if (bad.empty()) bad = "x";
    }
    LogReader reader(bad);
    std::string seen;
    auto record = reader.Next();
    for (; record && record->has_value(); record = reader.Next()) {
      seen += std::string((*record)->payload) + " ";
    }
    REQUIRE(std::string("a bb ccc dddd ").substr(0, seen.size()) == seen);
  }
}

#if defined(STRATA_MUTANTS)
// Two real bugs of peers, switched on: the cases above would notice, and this shows how.

TEST_CASE("mutant replay_past_corrupt_wal is caught", "[write-ahead-log][mutant]") {
  const std::string bad = Flip(LogOf({"a", "bb", "sync", "ccc"}), 8 * (53 + kHeaderSize));
  REQUIRE(IsCorruption(ReadAll(bad)));
  const testing::MutantGuard mutant("replay_past_corrupt_wal");
  CHECK(ReadAll(bad) == "ccc unsealed");  // A hole: "ccc" without what came before it.
}

TEST_CASE("mutant stale_record_in_recycled_wal is caught", "[write-ahead-log][mutant]") {
  const std::string stale = LogOf({"a", "old"}, /*log_id=*/999);
  const std::string fresh = LogOf({"n"});
  REQUIRE(ReadAll(fresh + stale.substr(fresh.size())) == "n torn");
  const testing::MutantGuard mutant("stale_record_in_recycled_wal");
  CHECK(ReadAll(fresh + stale.substr(fresh.size())) == "n old unsealed");
}
#endif

}  // namespace
}  // namespace strata::wal
