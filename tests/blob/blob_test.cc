#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "blob_testing.h"
#include "sst/compression.h"
#include "testing/hex.h"
#include "testing/source_tree.h"

namespace strata::blob {
namespace {

std::vector<std::string> RandomValues(Random& random, std::size_t count, std::size_t size_max) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = random.Uniform(size_max + 1);
    values.push_back(random.OneIn(2) ? random.Bytes(size) : std::string(size, 'x'));
  }
  return values;
}

TEST_CASE("the bytes of a file are what the format says", "[value-separation]") {
  CHECK(strata::testing::Hex(Build({"red", "", "green"})) ==
        "72 65 64 00 00 c6 28 a4 3c 00 00 25 e8 5d dd 67\n"
        "72 65 65 6e 00 00 48 ba af ad 03 01 07 00 09 0f\n"
        "1a 00 00 38 ce 1a f1 61 66 69 6c 65 20 69 64 20\n"
        "6f 66 20 31 36 20 62 07 00 00 00 00 00 00 00 1a\n"
        "00 00 00 00 00 00 00 07 00 00 00 00 00 00 00 08\n"
        "00 00 00 00 00 00 00 03 00 00 00 01 00 00 00 00\n"
        "00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 87\n"
        "00 00 00 00 00 00 00 cf 9a a9 00 00 00 00 00 53\n"
        "54 52 41 54 41 62 31");
}

TEST_CASE("a pointer says which value of which blob, in a few bytes", "[value-separation]") {
  std::string bytes;
  AppendBlobPointer(&bytes, {300, 5, 1000});
  CHECK(strata::testing::Hex(bytes) == "ac 02 05 e8 07");
  CHECK(DecodeBlobPointer(bytes) == BlobPointer{300, 5, 1000});
  CHECK(!DecodeBlobPointer(bytes + "x"));
  CHECK(!DecodeBlobPointer(bytes.substr(0, 3)));
  CHECK(!DecodeBlobPointer(std::string_view("\0\1\1", 3)));            // No blob 0.
  CHECK(!DecodeBlobPointer(std::string_view("\1\x80\x80\x40\1", 5)));  // Ordinal 2^20.
}

TEST_CASE("every value comes back, whatever its length and codec",
          "[value-separation][value-separation.2]") {
  Random random(19);
  for (const auto codec :
       {Compression::kNone, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    for (const std::size_t size_max : {0, 3, 5000, 400'000}) {
      const auto values = RandomValues(random, 20, size_max);
      strata::testing::StringFile file;
      BlobWriter writer({.compression = codec}, file, kFileId, kBlob);
      std::vector<BlobPointer> pointers;
      for (const std::string& value : values) pointers.push_back(Must(writer.Add(value)));
      const BlobSummary summary = Must(writer.Finish());
      CHECK(summary.size_bytes == file.contents.size());
      for (const bool mapped : {false, true}) {
        Counters counters;
        const auto reader = Must(Open(file.contents, counters, mapped));
        CHECK(reader->summary() == summary);
        CHECK(Outcome(reader->VerifyAll()) == "ok");
        std::string value = "what was there before";
        for (std::size_t i = 0; i < values.size(); ++i) {
          REQUIRE(Outcome(reader->Read(pointers[i], &value)) == "ok");
          REQUIRE(value == values[i]);
        }
      }
    }
  }
}

TEST_CASE("what a codec makes smaller takes less room", "[value-separation][value-separation.1]") {
  for (const auto codec : {Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    Counters counters;
    const auto reader =
        Must(Open(Build({std::string(5'000, 'x')}, {.compression = codec}), counters));
    CHECK(reader->summary().raw_bytes == 5'000);
    CHECK(reader->summary().size_bytes < 1'000);
    std::string scratch;
    CHECK(Must(reader->ReadStored(0, &scratch)).compression == static_cast<std::uint8_t>(codec));
  }
}

TEST_CASE("a value too large to be compressed is stored as it is",
          "[value-separation][value-separation.1]") {
  const std::string large(kCompressedValueMax + 1, 'x');
  Counters counters;
  const auto reader = Must(Open(Build({large}, {.compression = Compression::kLz4}), counters));
  std::string value;
  REQUIRE(Outcome(reader->Read(PointerTo(0, large.size()), &value)) == "ok");
  CHECK((value == large));
}

TEST_CASE("a copy holds the values that were chosen, under their old ordinals",
          "[blob-collection][blob-collection.1]") {
  Random random(7);
  const auto values = RandomValues(random, 3000, 60);
  Counters counters;
  const auto whole = Must(Open(Build(values, {.compression = Compression::kLz4}), counters));
  for (const std::uint64_t one_in : {1, 2, 50, 1500}) {
    strata::testing::StringFile file;
    const FileId other_id = {'o', 't', 'h', 'e', 'r'};
    BlobWriter writer({}, file, other_id, kBlob);
    Bitmap live;
    std::string scratch;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      if (i != 2999 && !random.OneIn(one_in)) continue;
      live.Add(i);
      REQUIRE(writer.Copy(i, Must(whole->ReadStored(i, &scratch))));
    }
    const BlobSummary summary = Must(writer.Finish());
    CHECK(summary.values == live.Count());
    const auto copy = Must(Open(file.contents, counters));
    CHECK(copy->held() == live);
    CHECK(Outcome(copy->VerifyAll()) == "ok");
    std::string value;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      const Status read = copy->Read(PointerTo(i, values[i].size()), &value);
      if (!live.Contains(i)) {
        REQUIRE(CodeOf(read) == "corruption");
      } else {
        REQUIRE(Outcome(read) == "ok");
        REQUIRE(value == values[i]);
      }
    }
  }
}

TEST_CASE("every flipped bit of a file is found, and no read gives a wrong value",
          "[value-separation]") {
  const std::vector<std::string> values = {"first value", std::string(80, 'z'), "third"};
  const std::string sound = Build(values, {.compression = Compression::kLz4});
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string damaged = sound;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    Counters counters;
    const auto reader = Open(damaged, counters);
    if (!reader) {
      REQUIRE(reader.error().message().rfind("000007.blob: ", 0) == 0);
      continue;
    }
    const Status verified = (*reader)->VerifyAll();
    REQUIRE(!verified);
    REQUIRE(verified.error().message().rfind("000007.blob: value at offset ", 0) == 0);
    std::string value;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      const Status read = (*reader)->Read(PointerTo(i, values[i].size()), &value);
      REQUIRE((!read || value == values[i]));
    }
  }
}

TEST_CASE("a file cut at any byte is refused", "[value-separation]") {
  const std::string sound = Build({"one", "two", std::string(50, '3')});
  for (std::size_t size = 0; size < sound.size(); ++size) {
    Counters counters;
    REQUIRE(!Open(sound.substr(0, size), counters));
  }
}

TEST_CASE("a value from another place or another file is found", "[value-separation]") {
  const std::string sound = Build({"aaaa", "bbbb"});
  const std::string other = Build({"aaaa", "cccc"}, {}, {'x'});
  const std::size_t record = 4 + kTrailerSize;
  Counters counters;
  std::string value;
  std::string swapped = sound;
  swapped.replace(0, record, sound.substr(record, record));
  CHECK(Outcome(Must(Open(swapped, counters))->Read(PointerTo(0, 4), &value)) ==
        "corruption: 000007.blob: value at offset 0: bad checksum");
  std::string foreign = sound;
  foreign.replace(0, record, other.substr(0, record));
  CHECK(!Must(Open(foreign, counters))->Read(PointerTo(0, 4), &value));
  CHECK(!Must(Open(sound, counters))->Read(PointerTo(0, 5), &value));  // Another length.
  CHECK(!Must(Open(sound, counters))->Read(PointerTo(2, 4), &value));  // Another ordinal.
}

TEST_CASE("what a newer program wrote is refused by its name", "[value-separation]") {
  std::string newer = Build({"v"});
  newer[newer.size() - kFooterSize + 68] = 0x40;
  ResealFooter(&newer);
  Counters counters;
  CHECK(Outcome(Open(newer, counters)).find("feature bit 6") != std::string::npos);
  newer = Build({"v"});
  newer[newer.size() - kFooterSize + 64] = 2;
  ResealFooter(&newer);
  CHECK(Outcome(Open(newer, counters)).find("blob format version 2") != std::string::npos);
}

TEST_CASE("numbers that can't be are refused before anything is allocated", "[value-separation]") {
  for (const std::size_t field : {32, 48, 52}) {
    std::string hostile = Build({"v", "w"});
    EncodeFixed(hostile.data() + hostile.size() - kFooterSize + field, std::uint32_t{0x7fffffff});
    ResealFooter(&hostile);
    Counters counters;
    CHECK(!Open(hostile, counters));
  }
}

TEST_CASE("a disk that fails while a file is written is an error of the writer",
          "[value-separation]") {
  strata::testing::StringFile file;
  BlobWriter writer({}, file, kFileId, kBlob);
  Must(writer.Add("small"));
  file.fail_next = true;
  CHECK(CodeOf(writer.Add(std::string(1 << 20, 'x'))) == "no space");
}

// Writes the seeds of the fuzz target again, when asked to: strata_test_blob "[.corpus]".
TEST_CASE("seeds of the fuzz target", "[.corpus]") {
  const auto write = [](const std::string& name, const std::string& bytes) {
    const auto path = testing::SourcePath("fuzz/corpus/blob") / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  };
  const std::string five_lines(300, 'y');
  write("plain", Build({"five5", "", five_lines}));
  write("one", Build({five_lines}));
  for (const auto codec : {Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    write(std::string(sst::CompressionName(codec)), Build({five_lines}, {.compression = codec}));
  }
  Counters counters;
  const auto whole = Must(Open(Build({"five5", "gone", "five6"}), counters));
  strata::testing::StringFile file;
  BlobWriter writer({}, file, kFileId, kBlob);
  std::string scratch;
  for (const std::uint32_t i : {0U, 2U}) {
    REQUIRE(writer.Copy(i, Must(whole->ReadStored(i, &scratch))));
  }
  Must(writer.Finish());
  write("collected", file.contents);
}

}  // namespace
}  // namespace strata::blob
