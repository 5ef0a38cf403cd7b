// Two ends of TLS without a network.

#include "tls/stream.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "testing/results.h"
#include "tls/papers.h"

namespace strata::tls {
namespace {

using namespace std::string_literals;
using strata::testing::CodeOf;
using strata::testing::Must;
using strata::testing::Outcome;
using testing::kDay;
using testing::kNow;
using testing::Papers;

constexpr std::size_t kAll = 1 << 20;

// Gives `to` what `from` has for the wire, in pieces. What Feed said, the first time that it
// failed.
Status Carry(Stream* from, Stream* to, std::size_t piece = kAll) {
  Status first;
  while (!from->Pending().empty()) {
    const std::string bytes(from->Pending().substr(0, piece));
    from->Sent(bytes.size());
    const Status fed = to->Feed(bytes);
    if (first && !fed) first = fed;
  }
  return first;
}

struct Ends {
  Ends(std::shared_ptr<const Context> of_server, std::shared_ptr<const Context> of_client,
       const std::string& name = "db.example", const std::string& spoken = "",
       const std::string& offered = "")
      : server(std::move(of_server), kNow, "", spoken),
        client(std::move(of_client), kNow, name, offered) {}

  // Until nobody has anything to say. The first failure.
  Status Shake(std::size_t piece = kAll) {
    Status first;
    while (!client.Pending().empty() || !server.Pending().empty()) {
      for (const auto& [from, to] : {std::pair(&client, &server), std::pair(&server, &client)}) {
        const Status carried = Carry(from, to, piece);
        if (first && !carried) first = carried;
      }
    }
    return first;
  }
  bool both_know() const { return server.established() && client.established(); }

  Stream server;
  Stream client;
};

std::string ReadAll(Stream* stream) {
  std::string all;
  std::array<char, 1000> buffer;
  while (true) {
    const auto got = stream->Read(buffer);
    if (!got) return all + " broken";
    if (!*got) return all;
    if (**got == 0) return all + " ended";
    all.append(buffer.data(), **got);
  }
}

TEST_CASE("two ends know each other, in whatever pieces their words come", "[tls-and-identities]") {
  Papers papers;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, kAll}) {
    Ends ends(papers.Server(), papers.Client());
    CHECK(Outcome(ends.Shake(piece)) == "ok");
    CHECK(ends.both_know());
    CHECK(ends.server.names() ==
          std::vector<std::string>{"spiffe://shop/cart", "ada@example.com", "cart.example"});
    CHECK(ends.client.names() == std::vector<std::string>{"db.example"});
    CHECK(Outcome(ends.client.Write("hello")) == "ok");
    CHECK(Outcome(ends.server.Write("welcome")) == "ok");
    CHECK(Outcome(ends.Shake(piece)) == "ok");
    CHECK(ReadAll(&ends.server) == "hello");
    CHECK(ReadAll(&ends.client) == "welcome");
  }
}

TEST_CASE("what is said is many records long, and comes whole", "[tls-and-identities]") {
  Papers papers;
  Ends ends(papers.Server(), papers.Client());
  REQUIRE(ends.Shake());
  std::string said;
  for (int i = 0; i < 20'000; ++i) said += std::to_string(i);
  REQUIRE(ends.client.Write(said));
  CHECK(ends.client.Pending().find("1234") == std::string_view::npos);
  REQUIRE(ends.Shake(333));
  CHECK(ends.server.HasMore());
  CHECK(ReadAll(&ends.server) == said);
  CHECK_FALSE(ends.server.HasMore());
}

TEST_CASE("an end is told from a cut", "[tls-and-identities]") {
  Papers papers;
  Ends ends(papers.Server(), papers.Client());
  REQUIRE(ends.Shake());
  REQUIRE(ends.client.Write("last"));
  ends.client.End();
  REQUIRE(ends.Shake());
  CHECK(ReadAll(&ends.server) == "last ended");
  CHECK(Outcome(ends.server.FeedEnd()) == "ok");
  CHECK(CodeOf(ends.client.FeedEnd()) == "i/o error");
  CHECK(ends.client.error().find("cut") != std::string::npos);

  Stream half(papers.Server(), kNow, "", "");
  CHECK(CodeOf(half.FeedEnd()) == "i/o error");
  CHECK(CodeOf(half.Feed("more")) == "i/o error");  // Errors are final.
}

TEST_CASE("what is no TLS is refused, and said to be so", "[tls-and-identities]") {
  Papers papers;
  for (const std::string& bytes :
       {"*1\r\n$4\r\nPING\r\n"s, "GET / HTTP/1.1\r\n\r\n"s, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s,
        "\x16\x03\x01\xff\xff\x01\xff\xff\xff"s, "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"s}) {
    Stream server(papers.Server(), kNow, "", "");
    const std::string sent = bytes + std::string(50, 'x');
    CHECK(CodeOf(server.Feed(sent)) == "i/o error");
    CHECK_FALSE(server.error().empty());
    CHECK_FALSE(server.established());
  }
}

// The first record of a client's greeting of so many bytes.
std::string Greeting(std::size_t announced, std::size_t in_record) {
  std::string bytes{0x16, 3, 1, static_cast<char>(in_record >> 8),
                    static_cast<char>(in_record & 0xff)};
  bytes += {1, static_cast<char>(announced >> 16), static_cast<char>(announced >> 8 & 0xff),
            static_cast<char>(announced & 0xff)};
  bytes.resize(5 + in_record, 'x');
  return bytes;
}

TEST_CASE("who isn't known yet can't announce much", "[tls-and-identities]") {
  Papers papers;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{8}, std::size_t{1'000}}) {
    const auto feed = [&](const std::string& bytes) -> std::string {
      Stream server(papers.Server(), kNow, "", "");
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        if (!server.Feed(std::string_view(bytes).substr(at, piece))) return server.error();
      }
      return "";
    };
    CHECK(feed(Greeting(kGreetingBytesMax, 1'000)).empty());  // There is more to come.
    CHECK(feed(Greeting(kGreetingBytesMax + 1, 1'000)).find("larger than") != std::string::npos);
    CHECK(feed(Greeting(0xffffff, 1'000)).find("larger than") != std::string::npos);
    CHECK_FALSE(feed("\x16\x03\x01\x00\x01\x01\x16\x03\x01"s).empty());  // Hidden in pieces.
  }
}

TEST_CASE("who isn't known yet can't have much kept", "[tls-and-identities]") {
  Papers papers;
  Ends ends(papers.Server(), papers.Client());
  // Records that say nothing ("change cipher spec", of which one is allowed in 1.3) never end.
  const std::string nothing("\x14\x03\x03\x00\x01\x01", 6);
  const std::string hello(ends.client.Pending());
  REQUIRE(ends.server.Feed(hello));
  std::size_t fed = hello.size();
  while (ends.server.Feed(nothing) && fed < 10 * kHandshakeBytesMax) fed += nothing.size();
  CHECK(fed <= kHandshakeBytesMax);
}

TEST_CASE("a record that was changed on its way is refused", "[tls-and-identities]") {
  Papers papers;
  for (const std::size_t at : {std::size_t{6}, std::size_t{12}, std::size_t{25}}) {
    Ends ends(papers.Server(), papers.Client());
    REQUIRE(ends.Shake());
    REQUIRE(ends.client.Write("transfer 100"));
    std::string bytes(ends.client.Pending());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    (void)ends.server.Feed(bytes);
    CHECK(ReadAll(&ends.server) == " broken");
    CHECK_FALSE(ends.server.Pending().empty());  // The peer is told.
  }
}

TEST_CASE("a client that isn't who it should be is refused by the reason", "[tls-and-identities]") {
  Papers papers;
  papers.Make("expired", Use::kClient, {"a@b"}, kNow - 2 * kDay, kNow - 1'000'000);
  papers.Make("early", Use::kClient, {"a@b"}, kNow + kDay, kNow + 2 * kDay);
  papers.Make("thief", Use::kClient, {"thief@example.com"});
  papers.TakeBack("thief");
  const Pair other = Papers::NewAuthority("Authority");  // Of the same name, with another key.
  papers.Put(
      "stranger",
      Must(Issue(other, {"x", Use::kClient, {"ada@example.com"}, 5, kNow - kDay, kNow + kDay})));
  papers.Put("itself",
             Must(MakeAuthority(
                 {"itself", Use::kClient, {"ada@example.com"}, 5, kNow - kDay, kNow + kDay})));
  const std::vector<std::pair<std::string, std::string>> cases{
      {"expired", "expired"},
      {"early", "not yet valid"},
      {"thief", "revoked"},
      {"stranger", "unable to get local issuer"},
      {"itself", "self-signed"},
      {"server", "unsuitable certificate purpose"},
      {"", "peer did not return a certificate"}};
  for (const auto& [name, reason] : cases) {
    INFO(name);
    Ends ends(papers.Server(), papers.Client(name));
    CHECK_FALSE(ends.Shake().has_value());
    INFO(ends.server.error());
    CHECK(ends.server.error().find(reason) != std::string::npos);
    CHECK_FALSE(ends.server.established());
    CHECK(ends.server.names().empty());
    // Not even once more: no session is taken up again.
    Ends again(papers.Server(), papers.Client(name));
    CHECK_FALSE(again.Shake().has_value());
  }
}

TEST_CASE("only clients of the names that are let in get in", "[tls-and-identities]") {
  Papers papers;
  papers.Make("subject", Use::kClient, {"other.example"});  // Its subject is "subject".
  papers.Make("nameless", Use::kClient, {});
  Settings settings = papers.OfServer();
  settings.client_names = {"spiffe://shop/cart", "subject", "nameless"};
  const auto server = papers.Server(settings);
  const auto is_in = [&](const std::string& name) {
    Ends ends(server, papers.Client(name));
    (void)ends.Shake();
    return ends.server.established();
  };
  CHECK(is_in("client"));
  CHECK_FALSE(is_in("subject"));
  CHECK_FALSE(is_in("nameless"));
  Ends ends(server, papers.Client("subject"));
  CHECK_FALSE(ends.Shake().has_value());
  CHECK(ends.server.error().find("none of its names") != std::string::npos);
}

TEST_CASE("a list of revocations that has run out lets nobody in", "[tls-and-identities]") {
  Papers papers;
  papers.TakeBack("", kNow - 1'000'000);
  Ends ends(papers.Server(), papers.Client());
  CHECK_FALSE(ends.Shake().has_value());
  CHECK(ends.server.error().find("CRL has expired") != std::string::npos);
}

TEST_CASE("an authority below that was taken back takes its clients along",
          "[tls-and-identities]") {
  Papers papers;
  papers.Make("middle", Use::kAuthority, {});
  const Pair middle{.certificate = Must(papers.files().ReadFile("middle.pem", 1 << 20)),
                    .key = Must(papers.files().ReadFile("middle.key", 1 << 20))};
  Pair below = Must(Issue(middle, {"below", Use::kClient, {"a@b"}, 9, kNow - kDay, kNow + kDay}));
  below.certificate += middle.certificate;
  papers.Put("below", below);
  const std::string lists = Must(papers.files().ReadFile("revoked.pem", 1 << 20)) +
                            Must(Revoke(middle, "", "", kNow - kDay, kNow + kDay));
  const auto why = [&]() -> std::string {
    Ends ends(papers.Server(), papers.Client("below"));
    (void)ends.Shake();
    return ends.server.established() ? "ok" : ends.server.error();
  };
  CHECK(why().find("unable to get certificate CRL") != std::string::npos);
  testing::Write(papers.files(), "revoked.pem", lists);
  CHECK(why() == "ok");
  papers.TakeBack("middle");
  testing::Write(papers.files(), "revoked.pem",
                 Must(papers.files().ReadFile("revoked.pem", 1 << 20)) +
                     Must(Revoke(middle, "", "", kNow - kDay, kNow + kDay)));
  CHECK(why().find("revoked") != std::string::npos);
}

TEST_CASE("clients that are asked and needn't, and those that aren't asked",
          "[tls-and-identities]") {
  Papers papers;
  papers.Make("thief", Use::kClient, {"thief@example.com"});
  papers.TakeBack("thief");
  const auto names_of = [&](Clients clients, const std::string& name) -> std::string {
    Settings settings = papers.OfServer();
    settings.clients = clients;
    Ends ends(papers.Server(settings), papers.Client(name));
    (void)ends.Shake();
    if (!ends.server.established()) return "refused";
    return ends.server.names().empty() ? "nobody" : ends.server.names().front();
  };
  CHECK(names_of(Clients::kOptional, "") == "nobody");
  CHECK(names_of(Clients::kOptional, "client") == "spiffe://shop/cart");
  CHECK(names_of(Clients::kOptional, "thief") == "refused");
  CHECK(names_of(Clients::kUnasked, "") == "nobody");
  CHECK(names_of(Clients::kUnasked, "client") == "nobody");
}

TEST_CASE("a server that isn't whom the client wants is refused", "[tls-and-identities]") {
  Papers papers;
  papers.Make("expired", Use::kServer, {"db.example"}, kNow - 2 * kDay, kNow - 1'000'000);
  papers.Make("db.example", Use::kServer, {"other.example"});  // Its subject is "db.example".
  papers.Make("wild", Use::kServer, {"*.shop.example"});
  papers.Put("stranger",
             Must(Issue(Papers::NewAuthority("x"),
                        {"x", Use::kServer, {"db.example"}, 5, kNow - kDay, kNow + kDay})));
  const auto why = [&](const std::string& papers_of, const std::string& name) -> std::string {
    Ends ends(papers.Server(papers.OfServer(papers_of)), papers.Client(), name);
    (void)ends.Shake();
    return ends.client.established() ? "ok" : ends.client.error();
  };
  const auto has = [](const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  };
  CHECK(why("server", "db.example") == "ok");
  CHECK(why("server", "127.0.0.1") == "ok");
  CHECK(why("wild", "db.shop.example") == "ok");
  has(why("server", "db2.example"), "hostname mismatch");
  has(why("server", "127.0.0.2"), "IP address mismatch");
  has(why("db.example", "db.example"), "hostname mismatch");
  has(why("expired", "db.example"), "expired");
  has(why("stranger", "db.example"), "unable to get local issuer");
  has(why("client", "cart.example"), "unsuitable certificate purpose");
}

TEST_CASE("both agree on what is spoken, or don't speak", "[tls-and-identities]") {
  Papers papers;
  const auto agree = [&](const std::string& spoken, const std::string& offered) {
    Ends ends(papers.Server(), papers.Client(), "db.example", spoken, offered);
    (void)ends.Shake();
    return ends.both_know();
  };
  CHECK(agree("h2", "h2"));
  CHECK(agree("h2", ""));
  CHECK(agree("", "h2"));
  CHECK_FALSE(agree("h2", "http/1.1"));
  CHECK_FALSE(agree("http/1.1", "h2"));
  CHECK_FALSE(agree("h2", "h"));
  CHECK_FALSE(agree("h2", "h2c"));
}

TEST_CASE("a server gives no session to be taken up again", "[tls-and-identities]") {
  Papers papers;
  Ends ends(papers.Server(), papers.Client());
  while (!ends.server.established()) {
    REQUIRE(Carry(&ends.client, &ends.server));
    if (!ends.server.established()) REQUIRE(Carry(&ends.server, &ends.client));
  }
  CHECK(ends.server.Pending().empty());  // A ticket would be here.
}

TEST_CASE("a peer that takes nothing of what it asks for is cut off", "[tls-and-identities]") {
  Papers papers;
  Ends ends(papers.Server(), papers.Client());
  REQUIRE(ends.Shake());
  REQUIRE(ends.server.Write(std::string(kPendingBytesMax + 1, 'x')));
  REQUIRE(ends.client.Write("more"));
  CHECK_FALSE(Carry(&ends.client, &ends.server).has_value());
}

}  // namespace
}  // namespace strata::tls
