#include "blob/pending_blob.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "blob_testing.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "testing/hex.h"

namespace strata::blob {
namespace {

struct Pending {
  explicit Pending(const WriterOptions& options = {}, FileSystem* through = nullptr) {
    FileSystem& files = through != nullptr ? *through : *disk;
    NewBlobFile made{.name = "7.blob", .file_id = kFileId, .blob = kBlob, .writer = nullptr};
    made.writer = Must(files.Create("7.blob"));
    made.reader = Must(files.Open("7.blob", ReadMode::kGrowing));
    file = std::make_shared<PendingBlob>(std::move(made), options, counters);
  }
  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  Counters counters;
  std::shared_ptr<PendingBlob> file;
};

TEST_CASE("a place says in a few bytes all that reading a value takes", "[value-separation]") {
  const Place place{{300, 5, 1000}, 20'000, 900, kFileId};
  std::string bytes;
  AppendPlace(&bytes, place);
  CHECK(strata::testing::Hex(bytes) ==
        "ac 02 05 e8 07 a0 9c 01 84 07 61 66 69 6c 65 20\n"
        "69 64 20 6f 66 20 31 36 20 62");
  CHECK(DecodePlace(bytes) == place);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(DecodePlace(bytes.substr(0, size)) != place);
  }
  CHECK(!DecodePlace("x" + bytes));
  bytes.clear();
  AppendPlace(&bytes, {{300, 5, 1000}, 20'000, 1001, kFileId});
  CHECK(!DecodePlace(bytes));  // Stored values don't grow.
}

TEST_CASE("values of an unfinished file are read back, and become a blob file",
          "[value-separation]") {
  for (const auto codec : {Compression::kNone, Compression::kLz4}) {
    Pending pending({.compression = codec});
    Random random(7);
    std::vector<std::string> values;
    std::vector<Place> places;
    for (const std::size_t size : {0, 1, 5000, 300'000, 70}) {
      values.push_back(size % 2 == 0 ? std::string(size, 'x') : random.Bytes(size));
      places.push_back(Must(pending.file->Append(values.back())));
      CHECK(places.back().pointer.ordinal + 1 == values.size());
    }
    const auto check = [&](const ValueFile& file) {
      std::string value;
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(Outcome(file.Read(places[i].pointer, &value)) == "ok");
        CHECK((value == values[i]));
      }
    };
    REQUIRE(pending.file->HandOver());
    check(*pending.file);
    const auto plain = Must(pending.disk->Open("7.blob"));
    std::string value;
    for (std::size_t i = 0; i < values.size(); ++i) {
      CHECK(Outcome(ReadPlace(*plain, places[i], &value)) == "ok");
      CHECK((value == values[i]));
    }
    CHECK(CodeOf(pending.file->Locate(5)) == "corruption");
    const BlobSummary summary = Must(pending.file->Finish());
    CHECK(summary.values == 5);
    CHECK(Must(pending.file->Finish()) == summary);
    CHECK(Outcome(pending.file->Sync()) == "ok");
    CHECK(pending.counters.Get(Counter::kBlobBytesWritten) == summary.size_bytes);
    check(*pending.file);  // Readers from before go on.
    const auto reader = Must(Open(Must(pending.disk->Contents("7.blob")), pending.counters));
    CHECK(reader->summary() == summary);
    check(*reader);
  }
}

TEST_CASE("a place whose bytes are cut or changed is corruption", "[value-separation]") {
  Pending pending;
  const Place place = Must(pending.file->Append("some value"));
  REQUIRE(pending.file->HandOver());
  const std::string bytes = Must(pending.disk->Contents("7.blob"));
  std::string value;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] ^= 1;
    CHECK(!ReadPlace(BytesFile(changed, false), place, &value));
    CHECK(CodeOf(ReadPlace(BytesFile(bytes.substr(0, at), false), place, &value)) == "corruption");
  }
  Place other = place;
  other.file_id[0] ^= 1;  // Bytes of another file.
  CHECK(CodeOf(ReadPlace(BytesFile(bytes, false), other, &value)) == "corruption");
  other = place;
  other.pointer.length = 11;
  CHECK(CodeOf(ReadPlace(BytesFile(bytes, false), other, &value)) == "corruption");
}

// Wherever there is no room: what was handed over before is there, and the file becomes a blob
// file.
TEST_CASE("a file that finds no room is as it was, and goes on when there is",
          "[value-separation]") {
  Random random(8);
  for (std::uint64_t at = 0;; ++at) {
    CAPTURE(at);
    const auto disk = NewMemoryFileSystem();
    const auto faulty = NewFaultyFileSystem(*disk);
    Pending pending({}, faulty.get());
    REQUIRE(disk->SyncDirectory("."));
    std::vector<std::pair<Place, std::string>> values;
    faulty->SetPlan({.fail_at = at, .fault = Fault::kFullDisk, .sticky = true, .heals_at = at + 2});
    int refused = 0;
    for (const std::size_t size : {100, 300'000, 5, 200'000, 100'000, 7, 1}) {
      const std::string value = random.Bytes(size);
      const auto place = pending.file->Append(value);
      const bool handed_over = place && pending.file->HandOver();
      if (!handed_over) ++refused;
      if (handed_over) values.emplace_back(*place, value);
      REQUIRE(Outcome(pending.file->Sync()) == "ok");
    }
    const auto again = [&] {
      auto finished = pending.file->Finish();
      for (; CodeOf(finished) == "no space"; finished = pending.file->Finish()) ++refused;
      return finished;
    };
    const BlobSummary summary = Must(again());
    CHECK((refused > 0) == faulty->fired());
    const auto after = disk->Crash(CrashKind::kNothingUnsynced, random);
    const auto reader = Must(Open(Must(after->Contents("7.blob")), pending.counters));
    CHECK(reader->summary() == summary);
    CHECK(Outcome(reader->VerifyAll()) == "ok");
    std::string read;
    for (const auto& [place, value] : values) {
      CHECK(Outcome(reader->Read(place.pointer, &read)) == "ok");
      CHECK((read == value));
      CHECK(Outcome(pending.file->Read(place.pointer, &read)) == "ok");
      CHECK((read == value));
    }
    if (!faulty->fired()) break;
  }
}

TEST_CASE("what is synced survives a power cut, and a failed sync is final", "[value-separation]") {
  const auto disk = NewMemoryFileSystem();
  const auto faulty = NewFaultyFileSystem(*disk);
  Pending pending({}, faulty.get());
  REQUIRE(disk->SyncDirectory("."));
  const Place first = Must(pending.file->Append("first"));
  REQUIRE(pending.file->Sync());
  REQUIRE(pending.file->Append("second"));
  REQUIRE(pending.file->HandOver());
  Random random(1);
  const auto after = disk->Crash(CrashKind::kNothingUnsynced, random);
  CHECK(Must(after->FileSize("7.blob")) == first.stored_bytes + kTrailerSize);
  faulty->SetPlan({.fail_at = 0, .fault = Fault::kSyncKeepsData});
  CHECK(CodeOf(pending.file->Sync()) == "i/o error");
  CHECK(CodeOf(pending.file->Sync()) == "i/o error");
  CHECK(CodeOf(pending.file->Append("third")) == "i/o error");
  CHECK(CodeOf(pending.file->Finish()) == "i/o error");
}

}  // namespace
}  // namespace strata::blob
