#include "io/logger.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>
#include <string>

#include "io/process_details.h"

namespace strata {
namespace {

struct World {
  std::unique_ptr<Logger> Make(const LoggerOptions& options) {
    return std::make_unique<Logger>(
        clock, [this](std::string_view line) { text += line; }, options);
  }

  ManualClock clock{1'796'048'753'123'000};
  std::string text;
};

TEST_CASE("a line of text can be read, and a line of JSON parsed", "[observability]") {
  World world;
  world.Make({.format = LogFormat::kText})
      ->Log(LogLevel::kWarn, "limit reached",
            {{"connection", std::uint64_t{7}}, {"client", "a b"}, {"cause", "x\ny"}});
  CHECK(world.text ==
        "2026-11-30T14:25:53.123Z warn  limit reached connection=7 client=\"a b\" cause=x\\ny\n");
  world.text.clear();
  world.Make({.format = LogFormat::kJson})
      ->Log(LogLevel::kError, "commit failed", {{"cause", "\"\n\xff"}, {"n", ~std::uint64_t{0}}});
  const auto parsed = nlohmann::json::parse(world.text);
  CHECK(parsed["time"] == "2026-11-30T14:25:53.123Z");
  CHECK(parsed["level"] == "error");
  CHECK(parsed["message"] == "commit failed");
  CHECK(parsed["n"] == ~std::uint64_t{0});
  CHECK(world.text.find('\n') == world.text.size() - 1);
}

TEST_CASE("below its level nothing is said", "[observability]") {
  World world;
  const auto logger = world.Make({.level = LogLevel::kWarn});
  logger->Log(LogLevel::kInfo, "a");
  CHECK(world.text.empty());
  logger->Log(LogLevel::kWarn, "b");
  CHECK_FALSE(world.text.empty());
}

TEST_CASE("a flood of lines is cut, and counted", "[observability]") {
  World world;
  const auto logger = world.Make({.lines_max = 3});
  for (int i = 0; i < 10; ++i) logger->Log(LogLevel::kInfo, "x");
  CHECK(std::count(world.text.begin(), world.text.end(), '\n') == 3);
  world.clock.Advance(1'000'000);
  world.text.clear();
  logger->Log(LogLevel::kInfo, "y");
  CHECK(world.text.ends_with("y lines_left_out=7\n"));
  world.text.clear();
  logger->Log(LogLevel::kInfo, "z");
  CHECK(world.text.ends_with("z\n"));
}

TEST_CASE("keys are in the log only if somebody asked for them", "[observability]") {
  World world;
  CHECK(world.Make({})->KeyForLog("secret") == "(hidden)");
  CHECK(world.Make({.keys = true})->KeyForLog("k\n") == "k\\n");
}

TEST_CASE("a process knows what it takes", "[observability]") {
  const ProcessDetails details = DetailsOfThisProcess();
  CHECK(details.virtual_bytes > 1 << 20);
  CHECK(details.threads >= 1);
  CHECK(details.descriptors >= 3);
  CHECK(details.descriptors <= details.descriptors_max);
  const double now = static_cast<double>(RealClock().WallMicros()) / 1e6;
  CHECK(details.started_at_s <= now + 1);
  CHECK(details.started_at_s > now - 3'600);
}

TEST_CASE("a logger can be told to write otherwise from the next line on", "[observability]") {
  World world;
  const auto logger = world.Make({.format = LogFormat::kText, .level = LogLevel::kWarn});
  logger->Log(LogLevel::kInfo, "not worth a line");
  CHECK(world.text.empty());
  CHECK(logger->KeyForLog("k") == "(hidden)");
  logger->Adjust({.format = LogFormat::kJson, .level = LogLevel::kDebug, .keys = true});
  logger->Log(LogLevel::kDebug, "worth one");
  CHECK(nlohmann::json::parse(world.text)["message"] == "worth one");
  CHECK(logger->KeyForLog("k") == "k");
}

}  // namespace
}  // namespace strata
