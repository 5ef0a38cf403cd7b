#include <catch2/catch.hpp>

#include "base/escape.h"
#include "sst/compression.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

Entries TextEntries(int count) {
  Entries entries;
  for (int i = 0; i < count; ++i) {
    entries.emplace_back(Key("user" + std::to_string(100'000 + i), 5),
                         "{\"id\":" + std::to_string(i) + ",\"city\":\"Paris\",\"active\":true}");
  }
  return entries;
}

TableOptions With(Compression compression, std::uint32_t block_bytes = 1024) {
  TableOptions options = PlainOptions(block_bytes, 16);
  options.compression = compression;
  return options;
}

constexpr Compression kCodecs[] = {Compression::kSnappy, Compression::kLz4, Compression::kZstd};

}  // namespace

TEST_CASE("a compressed table is smaller and answers the same", "[compression][compression.3]") {
  Counters counters;
  const Entries entries = TextEntries(500);
  const std::string plain = Build(entries, With(Compression::kNone));
  for (const Compression codec : kCodecs) {
    CAPTURE(CompressionName(codec));
    const std::string bytes = Build(entries, With(codec));
    CHECK(bytes.size() < plain.size() * 6 / 10);
    for (const bool mapped : {false, true}) {
      const auto table = Must(Open(bytes, counters, mapped));
      CHECK(Must(ScanForward(*table->NewIterator({}))) == entries);
      CHECK(Must(ScanBackward(*table->NewIterator({}))) == entries);
      CHECK(Ask(*table, "user100123") == "value " + entries[123].second);
      CHECK(Ask(*table, "user100123x") == "nothing");
      CHECK(Outcome(table->VerifyAll()) == "ok");
      const BlockInfo block = Must(table->Blocks()).front();
      CHECK(block.compression == static_cast<std::uint8_t>(codec));
      CHECK(block.stored_bytes < block.bytes);
    }
  }
}

TEST_CASE("blocks that shrink and blocks that don't live in one table",
          "[compression][compression.3]") {
  Random random(3);
  Counters counters;
  for (const Compression codec : kCodecs) {
    Entries entries = TextEntries(40);
    for (int i = 0; i < 40; ++i) {
      entries.emplace_back(Key("z" + std::to_string(100 + i), 1), random.Bytes(100));
    }
    const auto table = Must(Open(Build(entries, With(codec, 512)), counters));
    CHECK(Must(ScanForward(*table->NewIterator({}))) == entries);
    CHECK(Outcome(table->VerifyAll()) == "ok");
    std::uint64_t packed = 0;
    std::uint64_t plain = 0;
    for (const BlockInfo& block : Must(table->Blocks())) {
      if (block.role == "data") ++(block.compression == 0 ? plain : packed);
    }
    CHECK(packed > 0);
    CHECK(plain > 0);
  }
}

TEST_CASE("every flipped bit of a compressed table is found", "[compression][compression.3]") {
  const Entries entries = TextEntries(20);
  for (const Compression codec : kCodecs) {
    const std::string bytes = Build(entries, With(codec, 300));
    REQUIRE(bytes.size() < Build(entries, With(Compression::kNone, 300)).size());
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 3) {
      std::string damaged = bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      Counters counters;
      const auto table = Open(damaged, counters);
      const Status verified = table.has_value() ? (*table)->VerifyAll() : Status(table.error());
      CAPTURE(bit);
      REQUIRE(CodeOf(verified) == "corruption");
      REQUIRE(verified.error().message().find(" at offset ") != std::string::npos);
      // No codec may see bytes before their checksum was verified.
      REQUIRE(verified.error().message().find("the bytes aren't") == std::string::npos);
    }
  }
}

// The checksum is that of the stored bytes, so this is a writer's mistake or an attack.
TEST_CASE("compressed bytes that fit their checksum but not their codec are damage",
          "[compression][compression.3]") {
  Counters counters;
  for (const Compression codec : kCodecs) {
    std::string bytes = Build(TextEntries(20), With(codec, 300));
    const BlockInfo block = Must(Must(Open(bytes, counters))->Blocks()).front();
    REQUIRE(block.compression != 0);
    bytes.replace(block.offset + 2, block.stored_bytes - 2, block.stored_bytes - 2, '\xff');
    ResealBlock(&bytes, {block.offset, block.stored_bytes});
    const std::string answer = Ask(*Must(Open(bytes, counters)), "user100000");
    CHECK(answer.rfind("corruption: 000007.sst: block at offset 0: the bytes aren't ", 0) == 0);
  }
}

TEST_CASE("random tables come back under every codec and block size",
          "[compression][compression.3]") {
  Random random(4);
  Counters counters;
  std::uint64_t compressed_blocks = 0;
  for (const Compression codec : kCodecs) {
    for (const std::uint32_t block_bytes : {100U, 4096U, 60'000U}) {
      Entries entries = RandomEntries(random, 200, 10, 60);
      for (auto& [key, value] : entries) {
        if (random.OneIn(2)) value = std::string(value.size() * random.Uniform(40), 'x');
      }
      const auto table = Must(Open(Build(entries, With(codec, block_bytes)), counters));
      CHECK((Must(ScanForward(*table->NewIterator({}))) == entries));
      CHECK(Outcome(table->VerifyAll()) == "ok");
      for (const BlockInfo& block : Must(table->Blocks())) {
        compressed_blocks += block.compression != 0 ? 1 : 0;
      }
    }
  }
  CHECK(compressed_blocks > 0);
}

}  // namespace strata::sst
