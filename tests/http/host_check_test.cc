#include "http/host_check.h"

#include <catch2/catch.hpp>

namespace strata::http {
namespace {

TEST_CASE("a name that somebody else gave the server is not its own", "[observability]") {
  const HostCheck check({"strata.example"});
  for (const char* host : {"127.0.0.1", "127.0.0.1:8379", "localhost:1", "LOCALHOST", "[::1]:8379",
                           "10.1.2.3:80", "strata.example:8379", "Strata.Example"}) {
    CAPTURE(host);
    CHECK(check.AllowsHost(host));
  }
  for (const char* host :
       {"", "evil.example", "evil.example:8379", "127.0.0.1.evil.example", "localhost.evil.example",
        "127.0.0.1@evil.example", "127.0.0.1:80:80", "127.0.0.1:x", "1.2.3", "1..2.3", "1.2.3.4.",
        "[::1", "[evil]", "xstrata.example", "strata.example.", "127.0.0.1 evil"}) {
    CAPTURE(host);
    CHECK_FALSE(check.AllowsHost(host));
  }
}

TEST_CASE("a host that can't be one is nobody's, even where an empty name is the server's",
          "[observability][observability.4]") {
  const HostCheck check({"", "strata.example"});
  CHECK(check.AllowsHost("strata.example"));
  for (const char* host : {"", ":80", "evil.example:x", "[::1"}) {
    CAPTURE(host);
    CHECK_FALSE(check.AllowsHost(host));
  }
}

TEST_CASE("pages of other servers are told nothing", "[observability]") {
  const auto allows = [](const std::string& origin, const std::string& site) {
    return HostCheck::AllowsOrigin(
        {.host = "127.0.0.1:8379", .origin = origin, .fetch_site = site});
  };
  CHECK(allows("", ""));
  CHECK(allows("", "same-origin"));
  CHECK(allows("", "none"));
  CHECK(allows("http://127.0.0.1:8379", "same-origin"));
  CHECK_FALSE(allows("http://evil.example", "cross-site"));
  CHECK_FALSE(allows("", "cross-site"));
  CHECK_FALSE(allows("http://127.0.0.1:9999", "same-site"));
  CHECK_FALSE(allows("https://127.0.0.1:8379", ""));
  CHECK_FALSE(allows("null", ""));
}

}  // namespace
}  // namespace strata::http
