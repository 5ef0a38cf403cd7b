#include "cli/records.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "testing/results.h"

namespace strata::cli {
namespace {

// All records, "!" for a bad one.
std::vector<std::string> ReadBack(const std::string& text, RecordFormat format,
                                  std::size_t step = 7) {
  const auto source = NewMemorySource(text, step);
  const auto reader = NewRecordReader(*source, {.format = format});
  std::vector<std::string> out;
  while (true) {
    Record record;
    const Result<bool> more = reader->Next(&record);
    if (more && !*more) return out;
    out.push_back(more ? record.key + "=" + record.value : "!");
    if (!more && more.error().code() != ErrorCode::kInvalidArgument) return out;
  }
}

TEST_CASE("records of any bytes survive every format, however they are read", "[L01]") {
  Random random(3);
  for (const RecordFormat format : {RecordFormat::kTsv, RecordFormat::kCsv, RecordFormat::kJsonl}) {
    std::string text = RecordHeader({.format = format});
    std::vector<std::string> expected;
    for (int i = 0; i < 300; ++i) {
      const std::string key = random.Bytes(random.Uniform(12));
      const std::string value = random.OneIn(4) ? "a,\"b\"\n\tc" : random.Bytes(random.Uniform(30));
      REQUIRE(AppendRecord(key, value, {.format = format}, &text));
      expected.push_back(key + "=" + value);
    }
    for (const std::size_t step : {1UL, 2UL, 100UL, 1UL << 20}) {
      CHECK(ReadBack(text, format, step) == expected);
    }
  }
}

TEST_CASE("a bad record doesn't spoil the ones after it", "[L01]") {
  using Lines = std::vector<std::string>;
  CHECK(ReadBack("a\t1\nbad\nb\t2\n", RecordFormat::kTsv) == Lines{"a=1", "!", "b=2"});
  CHECK(ReadBack("key,value\na,1\n1,2,3\nb,2", RecordFormat::kCsv) == Lines{"a=1", "!", "b=2"});
  CHECK(ReadBack("{}\n{\"key\":\"a\",\"value\":\"1\"}\n", RecordFormat::kJsonl) ==
        Lines{"!", "a=1"});
}

TEST_CASE("the reader knows the line and the byte it has come to", "[L01]") {
  const auto source = NewMemorySource("key,value\na,\"1\n2\"\nb,3\n", 3);
  const auto reader = NewRecordReader(*source, {.format = RecordFormat::kCsv});
  Record record;
  REQUIRE(reader->Next(&record).value());
  CHECK(reader->line() == 2);
  CHECK(reader->position().lines == 3);
  CHECK(reader->position().offset == 18);
  REQUIRE(reader->Next(&record).value());
  CHECK(reader->line() == 4);
  CHECK(reader->position().offset == 22);
  CHECK_FALSE(reader->Next(&record).value());
}

TEST_CASE("reading goes on in the middle", "[L01]") {
  const std::string text = "key,value\na,1\nb,2\n";
  const auto source = NewMemorySource(text.substr(14), 100);
  const auto reader =
      NewRecordReader(*source, {.format = RecordFormat::kCsv}, {.offset = 14, .lines = 2});
  Record record;
  REQUIRE(reader->Next(&record).value());
  CHECK(record.key == "b");
  CHECK(reader->line() == 3);
  CHECK(reader->position().offset == text.size());
}

TEST_CASE("an unescaped tab or newline is never written to tsv", "[L01]") {
  std::string out;
  const RecordOptions raw{.format = RecordFormat::kTsv,
                          .key_format = ByteFormat::kUtf8,
                          .value_format = ByteFormat::kUtf8};
  CHECK_FALSE(AppendRecord("a\tb", "v", raw, &out));
  CHECK_FALSE(AppendRecord("k", "a\nb", raw, &out));
  CHECK(out.empty());
}

}  // namespace
}  // namespace strata::cli
