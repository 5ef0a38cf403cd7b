#include "cli/import_export/records.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "testing/results.h"

namespace strata::cli {
namespace {

// All records; for a bad one its line and what is said of it, or only "!".
std::vector<std::string> ReadBack(const std::string& text, const RecordOptions& options,
                                  std::size_t step = 7, bool with_reasons = false) {
  const auto source = NewMemorySource(text, step);
  const auto reader = NewRecordReader(*source, options);
  std::vector<std::string> out;
  while (true) {
    Record record;
    const Result<bool> more = reader->Next(&record);
    if (more && !*more) return out;
    const std::string reason =
        more ? "" : std::to_string(reader->line()) + ": " + more.error().message();
    out.push_back(more ? record.key + "=" + record.value : with_reasons ? reason : "!");
    if (!more && more.error().code() != ErrorCode::kInvalidArgument) return out;
  }
}
std::vector<std::string> ReadBack(const std::string& text, RecordFormat format,
                                  std::size_t step = 7) {
  return ReadBack(text, RecordOptions{.format = format}, step);
}
// With what is said of bad records.
std::vector<std::string> Told(const std::string& text, RecordFormat format) {
  return ReadBack(text, RecordOptions{.format = format}, 1, true);
}

using Lines = std::vector<std::string>;

TEST_CASE("records of any bytes survive every format, however they are read", "[map-and-shell]") {
  Random random(3);
  for (const RecordFormat format : {RecordFormat::kTsv, RecordFormat::kCsv, RecordFormat::kJsonl}) {
    std::string text = RecordHeader({.format = format});
    std::vector<std::string> expected;
    for (int i = 0; i < 300; ++i) {
      const std::string key = random.Bytes(random.Uniform(12));
      const std::string value = random.OneIn(4) ? "a,\"b\"\n\tc" : random.Bytes(random.Uniform(30));
      REQUIRE(AppendRecord(key, value, {.format = format}, &text));
      expected.push_back(std::string(key).append("=").append(value));
    }
    for (const std::size_t step : {1UL, 2UL, 100UL, 1UL << 20}) {
      CHECK(ReadBack(text, format, step) == expected);
    }
  }
}

TEST_CASE("a bad record doesn't spoil the ones after it", "[map-and-shell]") {
  CHECK(ReadBack("a\t1\nbad\nb\t2\n", RecordFormat::kTsv) == Lines{"a=1", "!", "b=2"});
  CHECK(ReadBack("key,value\na,1\n1,2,3\nb,2", RecordFormat::kCsv) == Lines{"a=1", "!", "b=2"});
  CHECK(ReadBack("{}\n{\"key\":\"a\",\"value\":\"1\"}\n", RecordFormat::kJsonl) ==
        Lines{"!", "a=1"});
}

TEST_CASE("a quote that stands where none may is an error, and no rows flow together",
          "[map-and-shell]") {
  const std::string remedy = "; put quotes around the whole field, and double those inside it";
  CHECK(Told("key,value\na,5\" pipe\nb,6\" pipe\nc,7\n", RecordFormat::kCsv) ==
        Lines{"2: a quote inside a field without quotes" + remedy,
              "3: a quote inside a field without quotes" + remedy, "c=7"});
  CHECK(Told("key,value\na,\"5\" pipe\nc,7\n", RecordFormat::kCsv) ==
        Lines{"2: text behind the quote that ends a field" + remedy, "c=7"});
  CHECK(Told("key,value\na,\"5 pipe\nb,\"6 pipe\nc,7\n", RecordFormat::kCsv) ==
        Lines{"2: text behind the quote that ends a field, in line 3" + remedy, "c=7"});
  CHECK(Told("key,value\na,1\nb,\"2\n3\n4\n", RecordFormat::kCsv) ==
        Lines{"a=1",
              "3: a quote that opens here is never closed, up to line 5; close it, or put quotes "
              "around the whole field and double those inside it"});
  CHECK(Told("key,value\n\"a\nb\",\"2\n", RecordFormat::kCsv) ==
        Lines{"2: a quote that opens in line 3 is never closed, up to line 3; close it, or put "
              "quotes around the whole field and double those inside it"});
  CHECK(ReadBack("key,value\n\"\",\"\"\"\"\n\"a\",\"\"", RecordFormat::kCsv) == Lines{"=\"", "a="});
}

TEST_CASE("a quoted field keeps its line ends, an unquoted one has none", "[map-and-shell]") {
  for (const std::size_t step : {1UL, 3UL, 100UL}) {
    CHECK(ReadBack("key,value\r\na,\"1\r\n2\r\n\"\r\nb,\"3\n4\r\"\r\n", RecordFormat::kCsv, step) ==
          Lines{"a=1\r\n2\r\n", "b=3\n4\r"});
  }
  // Lines that end in a carriage return alone would be one record.
  CHECK(
      Told("a\t1\rb\t2\r", RecordFormat::kTsv) ==
      Lines{"1: a carriage return inside the line; end lines with a newline, and write \\r for one "
            "that belongs to the data"});
  CHECK(
      Told("key,value\na,1\rb,2\r\n", RecordFormat::kCsv) ==
      Lines{"2: a carriage return inside the line; end lines with a newline, and put quotes around "
            "a field that has one"});
  const RecordOptions raw{.format = RecordFormat::kTsv,
                          .key_format = ByteFormat::kUtf8,
                          .value_format = ByteFormat::kUtf8};
  CHECK(ReadBack("a\rb\t1\r2\r\n", raw) == Lines{"a\rb=1\r2\r"});
}

TEST_CASE("a byte order mark at the front is no part of the data", "[map-and-shell]") {
  const std::string mark(kByteOrderMark);
  for (const std::size_t step : {1UL, 100UL}) {
    CHECK(ReadBack(mark + "a\t1\n", RecordFormat::kTsv, step) == Lines{"a=1"});
    CHECK(ReadBack(mark + "key,value\na,1\n", RecordFormat::kCsv, step) == Lines{"a=1"});
    CHECK(ReadBack(mark + "\"key\",value\na,1\n", RecordFormat::kCsv, step) == Lines{"a=1"});
    CHECK(ReadBack(mark + "{\"key\":\"a\",\"value\":\"1\"}\n", RecordFormat::kJsonl, step) ==
          Lines{"a=1"});
    CHECK(ReadBack(mark, RecordFormat::kTsv, step).empty());
  }
  const auto source = NewMemorySource(mark + "a\t1\n" + mark + "b\t2\n", 100);
  const auto reader = NewRecordReader(*source, {});
  Record record;
  REQUIRE(reader->Next(&record).value());
  CHECK(reader->position().offset == 7);
  REQUIRE(reader->Next(&record).value());
  CHECK(record.key == mark + "b");  // Elsewhere it is data.

  CHECK(Told(std::string("\xff\xfe"
                         "a\0\t\0"
                         "1\0\n\0",
                         10),
             RecordFormat::kTsv) ==
        Lines{"0: this is UTF-16; make UTF-8 of it first: iconv -f UTF-16 -t UTF-8"});
}

TEST_CASE("a first key that begins with a byte order mark comes back", "[map-and-shell]") {
  const RecordOptions raw{.format = RecordFormat::kTsv, .key_format = ByteFormat::kUtf8};
  std::string file;
  REQUIRE(AppendRecord(std::string(kByteOrderMark) + "a", "1", raw, &file));
  MarkIfMarked(&file);
  CHECK(ReadBack(file, raw) == Lines{std::string(kByteOrderMark) + "a=1"});
}

TEST_CASE("blank lines are no records", "[map-and-shell]") {
  CHECK(ReadBack("\na\t1\n\n\r\nb\t2\n\n", RecordFormat::kTsv) == Lines{"a=1", "b=2"});
  CHECK(ReadBack("\nkey,value\na,1\r\n\r\nb,\"\n\n2\"\n\n", RecordFormat::kCsv) ==
        Lines{"a=1", "b=\n\n2"});
  CHECK(ReadBack(" \n{\"key\":\"a\",\"value\":\"1\"}\r\n\t\r\n\n", RecordFormat::kJsonl) ==
        Lines{"a=1"});
  CHECK(ReadBack("\n\n", RecordFormat::kCsv).empty());
}

TEST_CASE("a bad line of JSON is told what is wrong with it", "[map-and-shell]") {
  const auto told = [](const std::string& line) {
    return Told(line + "\n", RecordFormat::kJsonl).front();
  };
  const std::string example = "; a line is an object such as {\"key\":\"k\",\"value\":\"v\"}";
  const std::string surrogate =
      ": half of a surrogate pair (\\ud800 to \\udfff) is no text; write bytes that aren't UTF-8 "
      "in "
      "base64, as key_b64 or value_b64";
  CHECK(told(R"({"key":"a\ud800","value":"1"})") == "1: column 16" + surrogate);
  CHECK(told(R"({"key":"a","value":"\udc00"})") == "1: column 26" + surrogate);
  CHECK(told(R"({"key":"a","value":"1","n":1e400})") ==
        "1: column 32: the number '1e400' is more than a double holds; put quotes around it");
  CHECK(told(R"({"key":"a","value":1e400})").find("the number '1e400'") != std::string::npos);
  CHECK(told("{\"key\":\"\xff\",\"value\":\"1\"}") ==
        "1: column 9: bytes that aren't UTF-8; write them in base64, as key_b64 or value_b64");
  CHECK(told("[1]") == "1: no JSON object" + example);
  CHECK(told("\"a\"") == "1: no JSON object" + example);
  CHECK(told("a\t1") ==
        "1: column 1: no JSON: syntax error while parsing value - invalid literal" + example);
  CHECK(told(R"({"key":"a","value":"1"} {})").find("no JSON: syntax error") != std::string::npos);
  for (const char* const value : {"1", "1.5", "null", "true", "{}", "[\"1\"]"}) {
    CAPTURE(value);
    CHECK(told(std::string("{\"key\":\"a\",\"value\":") + value + "}") ==
          "1: \"value\" isn't a string; put quotes around it");
  }
}

TEST_CASE("of JSON no member is lost in silence, and others may be there", "[map-and-shell]") {
  CHECK(Told(R"({"key":"a","key":"b","value":"1"})", RecordFormat::kJsonl) ==
        Lines{"1: \"key\" is there twice; leave one out"});
  CHECK(Told(R"({"key":"a","value":"1","value_b64":"Mg=="})", RecordFormat::kJsonl) ==
        Lines{"1: \"value_b64\" is there beside \"value\"; leave one out"});
  CHECK(Told(R"({"id":7,"more":{"key":"b","value":["c"]},"key":"a","value":"1","x":[{}]})",
             RecordFormat::kJsonl) == Lines{"a=1"});
}

TEST_CASE("the reader knows the line and the byte it has come to", "[map-and-shell]") {
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

TEST_CASE("reading goes on in the middle", "[map-and-shell]") {
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

TEST_CASE("an unescaped tab or newline is never written to tsv", "[map-and-shell]") {
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
