#include <catch2/catch.hpp>

#include "auth/audit_log.h"
#include "auth/audit_record.h"
#include "io/memory_file_system.h"

namespace strata::auth {
namespace {

constexpr const char* kDirectory = "audit";

AuditRecord Record(int number) {
  return {.time_us = 1'700'000'000'000'000 + static_cast<std::uint64_t>(number),
          .who = "ada",
          .from = "127.0.0.1:5000",
          .what = "get",
          .table = "users",
          .allowed = number % 2 == 0,
          .note = number % 2 == 0 ? "" : "ada may not read"};
}

std::vector<std::string> Lines(int count) {
  std::vector<std::string> lines;
  AuditPlace place;
  for (int i = 1; i <= count; ++i) lines.push_back(SealRecord(Record(i), place.seq, &place));
  return lines;
}

// "" if the lines are a whole chain, or what is wrong.
std::string Follow(const std::vector<std::string>& lines) {
  AuditPlace place;
  for (const std::string& line : lines) {
    if (const Status followed = CheckLine(line, &place); !followed) {
      return followed.error().message();
    }
  }
  return "";
}

std::unique_ptr<AuditLog> Open(FileSystem& files, std::uint64_t file_bytes = 64 << 20,
                               std::size_t files_max = 0) {
  auto log = AuditLog::Open(files, kDirectory, {.file_bytes = file_bytes, .files_max = files_max});
  if (!log) UNSCOPED_INFO(log.error().message());
  REQUIRE(log.has_value());
  return *std::move(log);
}

void Append(AuditLog& log, int first, int last) {
  for (int i = first; i <= last; ++i) CHECK(log.Append(Record(i)));
  CHECK(log.Sync());
}

std::string Verified(FileSystem& files, const std::optional<AuditPlace>& expected = {}) {
  const auto report = VerifyAuditLog(files, kDirectory, expected);
  REQUIRE(report.has_value());
  if (report->broken) return *report->broken;
  return std::to_string(report->first_seq) + ".." + std::to_string(report->last.seq) + " in " +
         std::to_string(report->files) + (report->torn > 0 ? ", torn" : "");
}

std::string OnlyFile(FileSystem& files) {
  const auto names = AuditFiles(files, kDirectory);
  REQUIRE(names->size() == 1);
  return JoinPath(kDirectory, names->front());
}

}  // namespace

TEST_CASE("a record of the audit log has these bytes", "[roles-and-audit]") {
  AuditPlace place;
  const std::string hash = "72fad4993efa8a3adfa1ec594375d7f051ec3a31141fb1032ee1c231822a3c04";
  const std::string covered =
      R"({"seq":1,"prev":"0000000000000000000000000000000000000000000000000000000000000000",)"
      R"("synced":0,"time_us":1700000000000001,"who":"ada","from":"127.0.0.1:5000",)"
      R"("what":"get","table":"users","allowed":false,"note":"ada may not read")";
  CHECK(SealRecord(Record(1), 0, &place) == covered + ",\"hash\":\"" + hash + "\"}");
  CHECK(place.hash == hash);
  CHECK(place.seq == 1);
}

TEST_CASE("a line that was changed, at any byte, is found",
          "[roles-and-audit][roles-and-audit.3]") {
  const std::vector<std::string> lines = Lines(3);
  CHECK(Follow(lines).empty());
  for (std::size_t i = 0; i < lines[1].size(); ++i) {
    std::vector<std::string> changed = lines;
    changed[1][i] = static_cast<char>(changed[1][i] ^ 1);
    CAPTURE(i);
    CHECK(Follow(changed).find("record 2") != std::string::npos);
  }
}

TEST_CASE("lines that are missing, twice there, in another order or of another log are found",
          "[roles-and-audit][roles-and-audit.3]") {
  const std::vector<std::string> lines = Lines(5);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    std::vector<std::string> fewer = lines;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK_FALSE(Follow(fewer).empty());
    std::vector<std::string> swapped = lines;
    std::swap(swapped[i], swapped[i + 1]);
    CHECK_FALSE(Follow(swapped).empty());
    std::vector<std::string> twice = lines;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    CHECK(Follow(twice) == "record " + std::to_string(i + 2) + ": there is record " +
                               std::to_string(i + 1) + " again");
  }
  AuditPlace place;
  AuditRecord other = Record(1);
  other.who = "eve";
  std::vector<std::string> mixed = lines;
  mixed[0] = SealRecord(other, 0, &place);
  CHECK(Follow(mixed).find("follows another record 1") != std::string::npos);
}

TEST_CASE("the chain goes on from file to file, and over a restart", "[roles-and-audit]") {
  const auto disk = NewMemoryFileSystem();
  Append(*Open(*disk, 1'000), 1, 10);
  CHECK(Verified(*disk) == "1..10 in 3");
  Append(*Open(*disk, 1'000), 11, 12);
  CHECK(Verified(*disk) == "1..12 in 4");
  const AuditPlace place = Open(*disk)->place();
  CHECK(place.seq == 12);
  const auto names = AuditFiles(*disk, kDirectory);
  CHECK(disk->Remove(JoinPath(kDirectory, (*names)[1])));
  CHECK(Verified(*disk).find("is missing") != std::string::npos);
  CHECK(AuditLog::Open(*disk, kDirectory, {}).error().code() == ErrorCode::kCorruption);
}

TEST_CASE("the oldest files may go, and the rest is still a chain", "[roles-and-audit]") {
  const auto disk = NewMemoryFileSystem();
  Append(*Open(*disk, 1'000, 2), 1, 20);
  CHECK(AuditFiles(*disk, kDirectory)->size() == 2);
  CHECK(Verified(*disk).find("..20 in 2") != std::string::npos);
}

TEST_CASE("a cut end is found by who kept a later place", "[roles-and-audit]") {
  const auto disk = NewMemoryFileSystem();
  const auto log = Open(*disk);
  Append(*log, 1, 3);
  const AuditPlace kept = log->place();
  CHECK(Verified(*disk, kept) == "1..3 in 1");
  const std::string path = OnlyFile(*disk);
  const std::string whole = *disk->Contents(path);
  const std::size_t third = whole.rfind('\n', whole.size() - 2) + 1;
  disk->SetContents(path, whole.substr(0, third));
  CHECK(Verified(*disk) == "1..2 in 1");
  CHECK(Verified(*disk, kept).find("its end was cut off") != std::string::npos);
  AuditPlace place{.seq = 2, .hash = std::string(64, '1')};
  CHECK(Verified(*disk, place).find("written anew") != std::string::npos);
}

// Each record is synced before the next: then only the last may be taken for torn.
TEST_CASE("what was synced can't be passed off as torn by a crash",
          "[roles-and-audit][roles-and-audit.3]") {
  const auto disk = NewMemoryFileSystem();
  const auto log = Open(*disk);
  for (int i = 1; i <= 4; ++i) Append(*log, i, i);
  const std::string path = OnlyFile(*disk);
  const std::string whole = *disk->Contents(path);
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 4);
    disk->SetContents(path, changed);
    CAPTURE(i);
    const std::string verified = Verified(*disk);
    if (i >= last) {
      CHECK(verified == "1..3 in 1, torn");
    } else {
      CHECK(verified.find("record") != std::string::npos);
    }
  }
}

TEST_CASE("after any power cut the log is a chain that has all that was synced",
          "[roles-and-audit]") {
  Random random(5);
  for (int kind = 0; kind < kCrashKinds; ++kind) {
    for (int round = 0; round < 40; ++round) {
      CAPTURE(kind, round);
      auto disk = NewMemoryFileSystem();
      int next = 1;
      int synced = 0;
      for (int crash = 0; crash < 3; ++crash) {
        const auto log = Open(*disk, 1'500);
        REQUIRE(log->place().seq >= static_cast<std::uint64_t>(synced));
        next = static_cast<int>(log->place().seq) + 1;
        for (std::uint64_t left = random.Uniform(12); left > 0; --left) {
          CHECK(log->Append(Record(next++)));
          if (!random.OneIn(2)) continue;
          CHECK(log->Sync());
          synced = next - 1;
        }
        disk = disk->Crash(static_cast<CrashKind>(kind), random);
        const std::string verified = Verified(*disk);
        REQUIRE(verified.find(" in ") != std::string::npos);
      }
    }
  }
}

TEST_CASE("a log that failed once takes nothing more", "[roles-and-audit]") {
  const auto disk = NewMemoryFileSystem();
  const auto log = Open(*disk);
  Append(*log, 1, 1);
  disk->SetCapacity(1);
  CHECK_FALSE(log->Append(Record(2)));
  disk->SetCapacity(0);
  CHECK_FALSE(log->Append(Record(2)));
  CHECK_FALSE(log->Sync());
}

}  // namespace strata::auth
