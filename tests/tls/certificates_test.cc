#include "tls/certificates.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <openssl/pem.h>

#include "testing/results.h"
#include "tls/papers.h"

namespace strata::tls {
namespace {

using strata::testing::CodeOf;
using strata::testing::Must;
using testing::kDay;
using testing::kNow;
using testing::Papers;

std::vector<std::string> NamesIn(const Pair& pair) {
  const CertificatePtr certificate(
      PEM_read_bio_X509(ReadFrom(pair.certificate).get(), nullptr, nullptr, nullptr));
  return NamesOf(*certificate);
}

int CountIn(const std::string& list) {
  const CrlPtr crl(PEM_read_bio_X509_CRL(ReadFrom(list).get(), nullptr, nullptr, nullptr));
  return std::max(0, sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl.get())));
}

Wanted For(std::vector<std::string> names, std::uint64_t serial = 7) {
  return {"ada", Use::kClient, std::move(names), serial, kNow - kDay, kNow + kDay};
}

TEST_CASE("names are those that an authority vouches for, by their kind",
          "[tls-and-identities][tls-and-identities.1]") {
  const Pair ca = Papers::NewAuthority("a");
  CHECK(NamesIn(Must(Issue(ca, For({"b.example", "ada@example.com", "spiffe://x/y", "::1"})))) ==
        std::vector<std::string>{"spiffe://x/y", "ada@example.com", "b.example"});
  CHECK(NamesIn(Must(Issue(ca, For({})))).empty());  // Not even the subject, "ada".
}

TEST_CASE("a name that would be read as two is none", "[tls-and-identities]") {
  const Pair ca = Papers::NewAuthority("a");
  CHECK(NamesIn(Must(Issue(ca, For({"spiffe://a b"})))).empty());
  CHECK(NamesIn(Must(Issue(ca, For({"spiffe://a\tb", "c"})))) == std::vector<std::string>{"c"});
  for (const std::string name : {"a,DNS:b", "", "a\nb"}) {
    CHECK(CodeOf(Issue(ca, For({name}))) == "invalid argument");
  }
}

TEST_CASE("a list of revocations keeps what it had", "[tls-and-identities]") {
  const Pair ca = Papers::NewAuthority("a");
  const auto revoke = [&](const std::string& before, const std::string& certificate) {
    return Must(Revoke(ca, before, certificate, kNow, kNow + kDay));
  };
  const std::string none = revoke("", "");
  CHECK(CountIn(none) == 0);
  const std::string one = revoke(none, Must(Issue(ca, For({}, 11))).certificate);
  CHECK(CountIn(one) == 1);
  CHECK(CountIn(revoke(one, Must(Issue(ca, For({}, 12))).certificate)) == 2);
  CHECK(CodeOf(Revoke(ca, "no list", "", kNow, kNow)) == "invalid argument");
  CHECK(CodeOf(Revoke(ca, "", "no certificate", kNow, kNow)) == "invalid argument");
}

TEST_CASE("an authority is read as it was written", "[tls-and-identities]") {
  const Pair ca = Papers::NewAuthority("a");
  CHECK(CodeOf(Issue({.certificate = ca.certificate, .key = "no key"}, For({}))) ==
        "invalid argument");
  CHECK(CodeOf(Issue({.certificate = "none", .key = ca.key}, For({}))) == "invalid argument");
}

}  // namespace
}  // namespace strata::tls
