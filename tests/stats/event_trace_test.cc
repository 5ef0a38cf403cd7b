#include "stats/event_trace.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "io/memory_file_system.h"
#include "testing/results.h"

namespace strata {
namespace {

using std::string_literals::operator""s;

struct Trace {
  ManualClock clock{1000};
  std::string text;
  EventTrace trace{clock, [this](std::string_view line) { text += line; }};
};

TEST_CASE("an event is one line of JSON", "[map-and-shell]") {
  Trace trace;
  trace.trace.Emit("flush_end", {{"file", std::uint64_t{7}}, {"ratio", 0.25}, {"level", "L0"}});
  trace.clock.Advance(5);
  trace.trace.Emit("idle", {});
  CHECK(trace.text ==
        "{\"time_us\":1000,\"event\":\"flush_end\",\"file\":7,\"ratio\":0.25,\"level\":\"L0\"}\n"
        "{\"time_us\":1005,\"event\":\"idle\"}\n");
}

std::string Json(std::string_view value) {
  Trace trace;
  trace.trace.Emit("e", {{"v", value}});
  const std::size_t start = trace.text.find("\"v\":") + 4;
  return trace.text.substr(start, trace.text.size() - start - 2);
}

TEST_CASE("any bytes become a valid JSON string", "[map-and-shell]") {
  CHECK(Json("plain") == "\"plain\"");
  CHECK(Json("say \"hi\" \\") == "\"say \\\"hi\\\" \\\\\"");
  CHECK(Json("\n\t\0"s) == "\"\\u000a\\u0009\\u0000\"");
  CHECK(Json("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
  CHECK(Json("\xff\x80") == "\"\\u00ff\\u0080\"");
  CHECK(Json("\xc3") == "\"\\u00c3\"");                        // Cut short.
  CHECK(Json("\xc0\xaf") == "\"\\u00c0\\u00af\"");             // Too long a form of '/'.
  CHECK(Json("\xed\xa0\x80") == "\"\\u00ed\\u00a0\\u0080\"");  // A surrogate.
}

TEST_CASE("a number that JSON can't hold is null", "[map-and-shell]") {
  Trace trace;
  trace.trace.Emit("e", {{"v", std::nan("")}, {"w", HUGE_VAL}});
  CHECK(trace.text == "{\"time_us\":1000,\"event\":\"e\",\"v\":null,\"w\":null}\n");
}

TEST_CASE("a trace goes to a new file, and its errors stop nothing", "[map-and-shell]") {
  const auto files = NewMemoryFileSystem();
  ManualClock clock(1);
  const auto trace = testing::Must(NewFileEventTrace(*files, "trace", clock));
  trace->Emit("a", {});
  CHECK(testing::Must(files->Contents("trace")) == "{\"time_us\":1,\"event\":\"a\"}\n");
  CHECK_FALSE(NewFileEventTrace(*files, "trace", clock));

  files->SetCapacity(1);
  trace->Emit("b", {});
  files->SetCapacity(0);
  trace->Emit("c", {});  // After half a line no other may follow.
  CHECK(testing::Must(files->FileSize("trace")) == 26);
}

}  // namespace
}  // namespace strata
