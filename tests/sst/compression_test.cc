#include "sst/compression.h"

#include <catch2/catch.hpp>

#include <new>

#include "base/escape.h"
#include "base/mutant.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

constexpr std::uint64_t kSizeMax = 1 << 20;
constexpr Compression kCodecs[] = {Compression::kSnappy, Compression::kLz4, Compression::kZstd};

std::uint8_t Tag(Compression compression) {
  return static_cast<std::uint8_t>(compression);
}

std::string Text(std::size_t size) {
  std::string text;
  for (int line = 0; text.size() < size; ++line) {
    text += "{\"user\":" + std::to_string(line * 7919) + ",\"city\":\"Paris\",\"active\":true}\n";
  }
  text.resize(size);
  return text;
}

// The compressed bytes, or nothing when they aren't worth keeping.
std::optional<std::string> Packed(Compression compression, std::string_view in) {
  std::string out = "before";
  if (!Compress(compression, 1, in, &out)) {
    CHECK(out == "before");
    return std::nullopt;
  }
  REQUIRE(out.substr(0, 6) == "before");
  return out.substr(6);
}

std::string Unpacked(std::uint8_t tag, std::string_view in) {
  const auto out = Decompress(tag, in, kSizeMax);
  return out.has_value() ? std::string(out->bytes) : Outcome(out);
}

// Below: these words as each codec's library wrote it once; files hold such bytes for ever.
using namespace std::string_view_literals;

constexpr std::string_view kHello = "hello hello hello hello hello hello hello hello";
constexpr std::string_view kSnappyHello = "\x2f\x14\x68\x65\x6c\x6c\x6f\x20\xa2\x06\x00"sv;
constexpr std::string_view kLz4Hello =
    "\x2f\x6f\x68\x65\x6c\x6c\x6f\x20\x06\x00\x11\x50\x68\x65\x6c\x6c\x6f"sv;
constexpr std::string_view kZstdHello =
    "\x2f\x28\xb5\x2f\xfd\x20\x2f\x65\x00\x00\x30\x68\x65\x6c\x6c\x6f\x20\x01\x00\x02\x95\x22"sv;

// A length of an exbibyte before bytes of lz4.
bool HugeLengthIsRefused() {
  std::string bytes;
  AppendVarint64(&bytes, std::uint64_t{1} << 60);
  bytes.append(kLz4Hello.substr(1));
  try {
    return Outcome(Decompress(Tag(Compression::kLz4), bytes, kSizeMax)) ==
           "corruption: compressed bytes declare a length of 1152921504606846976";
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace

TEST_CASE("what saves an eighth is appended, and of the rest no trace stays",
          "[compression][compression.1]") {
  std::string noise;
  Random random(1);
  while (noise.size() < 1000) noise += static_cast<char>(random.Next());
  for (const Compression codec : {Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    CAPTURE(CompressionName(codec));
    std::string out = "before";
    CHECK_FALSE(Compress(codec, 1, noise, &out));
    CHECK(out == "before");
    CHECK(Compress(codec, 1, std::string(1000, 'a'), &out));
    CHECK(out.starts_with("before"));
    CHECK(out.size() < 6 + 875);
  }
}

TEST_CASE("a block is compressed when that saves an eighth, and comes back",
          "[compression][compression.1]") {
  Random random(1);
  for (const Compression codec : kCodecs) {
    CAPTURE(CompressionName(codec));
    for (const std::size_t size : {200, 4096, 300'000}) {
      const std::string text = Text(size);
      const auto packed = Packed(codec, text);
      REQUIRE(packed.has_value());
      CHECK(packed->size() < size * 7 / 8);
      CHECK((Unpacked(Tag(codec), *packed) == text));
    }
    CHECK_FALSE(Packed(codec, random.Bytes(4096)).has_value());
    CHECK_FALSE(Packed(codec, "x").has_value());
    // One eighth of the bytes can be saved, and hardly more: on either side of the rule.
    bool kept = false;
    bool refused = false;
    for (std::size_t repeated = 200; repeated < 1000; repeated += 20) {
      const std::string mixed = random.Bytes(4096 - repeated) + std::string(repeated, 'r');
      const auto packed = Packed(codec, mixed);
      if (packed) CHECK(packed->size() <= mixed.size() - mixed.size() / 8);
      (packed ? kept : refused) = true;
    }
    CHECK(kept);
    CHECK(refused);
  }
  CHECK_FALSE(Packed(Compression::kNone, Text(4096)).has_value());
}

TEST_CASE("blocks that older programs compressed stay readable", "[compression]") {
  CHECK(Unpacked(1, kSnappyHello) == kHello);
  CHECK(Unpacked(2, kLz4Hello) == kHello);
  CHECK(Unpacked(3, kZstdHello) == kHello);
}

TEST_CASE("compressed bytes that are cut or changed never become other bytes unnoticed in size",
          "[compression]") {
  Random random(2);
  for (const auto& [tag, bytes] :
       {std::pair{std::uint8_t{1}, kSnappyHello}, std::pair{std::uint8_t{2}, kLz4Hello},
        std::pair{std::uint8_t{3}, kZstdHello}}) {
    CAPTURE(static_cast<int>(tag));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      CHECK(CodeOf(Decompress(tag, bytes.substr(0, cut), kSizeMax)) == "corruption");
    }
    // Changes may yield other bytes (checksums find those), but no crash and no other length.
    for (int round = 0; round < 2000; ++round) {
      std::string damaged(bytes);
      damaged[1 + random.Uniform(bytes.size() - 1)] = static_cast<char>(random.Next());
      const auto out = Decompress(tag, damaged, kSizeMax);
      if (out.has_value()) REQUIRE(out->bytes.size() == kHello.size());
    }
  }
}

TEST_CASE("a declared length is believed only up to a limit", "[compression]") {
  CHECK(HugeLengthIsRefused());
  for (const auto& [tag, bytes] :
       {std::pair{std::uint8_t{1}, kSnappyHello}, std::pair{std::uint8_t{2}, kLz4Hello},
        std::pair{std::uint8_t{3}, kZstdHello}}) {
    CHECK(CodeOf(Decompress(tag, bytes, kHello.size())) == "ok");
    CHECK(CodeOf(Decompress(tag, bytes, kHello.size() - 1)) == "corruption");
    for (const int more : {-1, 1}) {  // The codec has to yield exactly what was declared.
      std::string changed(bytes);
      changed[0] = static_cast<char>(changed[0] + more);
      CHECK(CodeOf(Decompress(tag, changed, kSizeMax)) == "corruption");
    }
  }
  CHECK(Outcome(Decompress(0, "", kSizeMax)) == "unsupported: compression 0");
  CHECK(Outcome(Decompress(9, "", kSizeMax)) == "unsupported: compression 9");
}

#if defined(STRATA_MUTANTS)
TEST_CASE("memory for whatever length is declared would be noticed", "[compression]") {
  CHECK(HugeLengthIsRefused());
  mutant::Enable("alloc_declared_len");
  CHECK_FALSE(HugeLengthIsRefused());
  mutant::Enable("");
}
#endif

}  // namespace strata::sst
