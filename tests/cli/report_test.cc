#include "cli/format/report.h"

#include <catch2/catch.hpp>

#include "cli/format/json.h"
#include "cli_world.h"

namespace strata::cli {
namespace {

Report Example() {
  Section map = Section::Map("store");
  map.Add("bytes", Cell::Size(2048));
  map.Add("cause", Cell::Text("a \"b\""));
  Section rows{"levels", {"level", "time", "ratio", "ok"}, {}, false};
  rows.rows.push_back({Cell::Text("0"), Cell::Nanos(1500), Cell::Real(1.256, 2), Cell::Flag(true)});
  rows.rows.push_back({Cell::Text("all"), Cell::Nanos(9), Cell::None(), Cell::Flag(false)});
  return {map, rows};
}

TEST_CASE("a table is for people: units, columns, numbers to the right", "[map-and-shell]") {
  CHECK(Printed(Example(), OutputFormat::kTable) ==
        "store\n"
        "bytes  2.0 KiB\n"
        "cause    a \"b\"\n"
        "\n"
        "level     time  ratio  ok\n"
        "0      1.50 us   1.26  yes\n"
        "all       9 ns      -  no\n");
}

TEST_CASE("plain, csv and json are for programs: numbers as they are", "[map-and-shell]") {
  CHECK(Printed(Example(), OutputFormat::kPlain) ==
        "bytes\t2048\ncause\ta \"b\"\n\n0\t1500\t1.26\tyes\nall\t9\t\tno\n");
  CHECK(Printed(Example(), OutputFormat::kCsv) ==
        "store,\nbytes,2048\ncause,\"a \"\"b\"\"\"\n\n"
        "level,time,ratio,ok\n0,1500,1.26,yes\nall,9,,no\n");
  CHECK(Printed(Example(), OutputFormat::kJson) ==
        "{\"store\":{\n  \"bytes\":2048,\n  \"cause\":\"a \\\"b\\\"\"},\n\"levels\":[\n"
        "  {\"level\":\"0\",\"time\":1500,\"ratio\":1.26,\"ok\":true},\n"
        "  {\"level\":\"all\",\"time\":9,\"ratio\":null,\"ok\":false}]}\n");
  CHECK(Printed(Example(), OutputFormat::kJsonl) ==
        "{\"section\":\"store\",\"bytes\":2048}\n"
        "{\"section\":\"store\",\"cause\":\"a \\\"b\\\"\"}\n"
        "{\"section\":\"levels\",\"level\":\"0\",\"time\":1500,\"ratio\":1.26,\"ok\":true}\n"
        "{\"section\":\"levels\",\"level\":\"all\",\"time\":9,\"ratio\":null,\"ok\":false}\n");
}

TEST_CASE("JSON strings escape what they must", "[map-and-shell]") {
  std::string out;
  AppendJsonString(&out, std::string("a\"\\\n\t\0\x1f ü", 10));
  CHECK(out == "\"a\\\"\\\\\\n\\t\\u0000\\u001f ü\"");
  out.clear();
  AppendJsonBytes(&out, "key", "\xff");
  CHECK(out == "\"key_b64\":\"/w==\"");
}

}  // namespace
}  // namespace strata::cli
