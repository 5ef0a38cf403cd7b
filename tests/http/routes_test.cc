#include "http/routes.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <map>

#include "http/assets.h"
#include "testing/source_tree.h"

namespace strata::http {
namespace {

TEST_CASE("a path is found as a whole, and nothing else is", "[observability]") {
  REQUIRE(FindRoute("/metrics") != nullptr);
  CHECK(FindRoute("/metrics")->path == "/metrics");
  CHECK(FindRoute("/") != nullptr);
  CHECK(FindRoute("/app.js") != nullptr);
  for (const char* path : {"", "/metrics/", "//metrics", "/Metrics", "/index.html",
                           "/../etc/passwd", "/api/v1/", "metrics", "/%6detrics"}) {
    CAPTURE(path);
    CHECK(FindRoute(path) == nullptr);
  }
}

TEST_CASE("the dashboard is in the program as it is in the tree", "[observability]") {
  CHECK(Assets().size() >= 7);
  for (const Asset& asset : Assets()) {
    const std::string name = asset.path == "/" ? "index.html" : std::string(asset.path.substr(1));
    CAPTURE(name);
    std::ifstream file(strata::testing::SourcePath("src/http/dashboard") / name, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    CHECK(asset.bytes == bytes);
    if (asset.type != "image/svg+xml") CHECK(asset.type.ends_with("; charset=utf-8"));
    // Nothing is fetched from elsewhere, and the policy forbids what stands in the markup.
    CHECK(bytes.find("https://") == std::string::npos);
    CHECK(bytes.find("style=") == std::string::npos);
    CHECK(bytes.find("innerHTML") == std::string::npos);
  }
}

TEST_CASE("docs/observability.md lists the routes", "[observability]") {
  std::map<std::string, std::string> documented;
  std::ifstream file(strata::testing::SourcePath("docs/observability.md"));
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `/")) continue;
    const std::size_t end = line.find('`', 3);
    documented[line.substr(3, end - 3)] = line.substr(end + 4, line.rfind(" |") - end - 4);
  }
  CHECK(documented.erase("/") == 1);
  for (const Route& route : Routes()) {
    CAPTURE(route.path);
    CHECK(documented[std::string(route.path)] == route.summary);
  }
  CHECK(documented.size() == Routes().size());
}

}  // namespace
}  // namespace strata::http
