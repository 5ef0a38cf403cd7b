#include "tls/context.h"

#include <catch2/catch.hpp>

#include "io/forwarding_file_system.h"
#include "testing/results.h"
#include "tls/papers.h"

namespace strata::tls {
namespace {

using strata::testing::CodeOf;
using strata::testing::Outcome;
using testing::kDay;
using testing::kNow;
using testing::Papers;

class OpenToAll final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Result<bool> IsPrivate(const std::string& /*path*/) override { return false; }
};

TEST_CASE("files that are wrong are named, with what is wrong", "[tls-and-identities]") {
  Papers papers;
  testing::Write(papers.files(), "empty.pem", "");
  testing::Write(papers.files(), "odd.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
  const auto with = [&](auto change) {
    Settings settings = papers.OfServer();
    change(&settings);
    return Outcome(Context::ForServer(settings, papers.files()));
  };
  const auto names = [](const std::string& outcome, const std::string& file) {
    INFO(outcome);
    CHECK(outcome != "ok");
    CHECK(outcome.find(file) != std::string::npos);
  };
  CHECK(with([](Settings*) {}) == "ok");
  names(with([](Settings* s) { s->certificate = "gone.pem"; }), "gone.pem");
  names(with([](Settings* s) { s->certificate = "empty.pem"; }), "empty.pem");
  names(with([](Settings* s) { s->certificate = "odd.pem"; }), "odd.pem");
  names(with([](Settings* s) { s->key = "client.key"; }), "client.key");
  names(with([](Settings* s) { s->key = "ca.pem"; }), "ca.pem");
  names(with([](Settings* s) { s->authorities = "empty.pem"; }), "empty.pem");
  names(with([](Settings* s) { s->revoked = "ca.pem"; }), "ca.pem");
  names(with([](Settings* s) { s->authorities = ""; }), "say whose");
  names(with([](Settings* s) { s->key = ""; }), "its key");
}

TEST_CASE("a key that others can read isn't used", "[tls-and-identities]") {
  Papers papers;
  OpenToAll files(papers.files());
  const std::string outcome = Outcome(Context::ForServer(papers.OfServer(), files));
  CHECK(outcome.find("server.key can be read by others") != std::string::npos);
  CHECK(outcome.find("chmod 600") != std::string::npos);
}

TEST_CASE("a context knows when its certificate ends", "[tls-and-identities]") {
  Papers papers;
  CHECK(papers.Server()->ends_at_us() == kNow + kDay);
  CHECK(papers.Client("")->ends_at_us() == 0);
}

}  // namespace
}  // namespace strata::tls
