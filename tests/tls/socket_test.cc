// A socket that speaks TLS, over a wire that a test holds in its hand.

#include "tls/socket.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "testing/results.h"
#include "tls/papers.h"

namespace strata::tls {
namespace {

using strata::testing::Must;
using testing::kNow;
using testing::Papers;

// What comes, what has left, and how much more it takes.
struct Wire {
  std::string in;
  bool ended = false;
  std::string out;
  std::size_t room = 1 << 20;
  std::size_t most_offered = 0;
};

class WireSocket final : public Socket {
 public:
  explicit WireSocket(Wire& wire) : wire_(wire) {}

  Result<std::optional<std::size_t>> Read(std::span<char> into) override {
    if (wire_.in.empty() && !wire_.ended) return std::optional<std::size_t>();
    const std::size_t count = std::min(into.size(), wire_.in.size());
    std::copy_n(wire_.in.begin(), count, into.begin());
    wire_.in.erase(0, count);
    return std::optional(count);
  }
  Result<std::size_t> Write(std::span<const std::string_view> parts) override {
    std::size_t sent = 0;
    for (const std::string_view part : parts) {
      wire_.most_offered = std::max(wire_.most_offered, part.size());
      const std::string_view some = part.substr(0, wire_.room);
      wire_.out += some;
      wire_.room -= some.size();
      sent += some.size();
    }
    return sent;
  }
  void EndWriting() override {}
  const Endpoint& peer() const override { return peer_; }

 private:
  Wire& wire_;
  const Endpoint peer_{"peer", 1};
};

// A server's socket, and its client, which has no socket.
struct Ends {
  Ends() : socket(std::make_unique<WireSocket>(wire), papers.Server(), kNow, "", "") {}

  // From the client to the wire, and back.
  void Send() {
    wire.in += client.Pending();
    client.Sent(client.Pending().size());
  }
  std::string Hear() {
    (void)client.Feed(std::exchange(wire.out, ""));
    std::array<char, 4096> buffer;
    std::string heard;
    while (true) {
      const auto got = client.Read(buffer);
      if (!got || !*got || **got == 0) return heard;
      heard.append(buffer.data(), **got);
    }
  }
  void Shake() {
    while (!socket.established()) {
      Send();
      REQUIRE(socket.Advance());
      Hear();
    }
  }
  std::size_t Write(std::vector<std::string_view> parts) { return Must(socket.Write(parts)); }
  // What a read of so many bytes gives: "abc", "ended", "nothing", "broken".
  std::string Read(std::size_t most = 10'000) {
    std::vector<char> buffer(most);
    const auto got = socket.Read(buffer);
    if (!got) return "broken";
    if (!*got) return "nothing";
    return **got == 0 ? "ended" : std::string(buffer.data(), **got);
  }

  Papers papers;
  Wire wire;
  TlsSocket socket;
  Stream client{papers.Client(), kNow, "db.example", ""};
};

TEST_CASE("a byte counts once the wire has taken its record", "[tls-and-identities]") {
  Ends pair;
  CHECK(pair.Write({"early"}) == 0);
  pair.Shake();
  pair.wire.room = 0;
  CHECK(pair.Write({"hello"}) == 0);
  pair.wire.room = 20;
  CHECK(pair.Write({"hello"}) == 0);
  CHECK(pair.wire.out.size() == 20);
  pair.wire.room = 1'000;
  CHECK(pair.Write({"hello"}) == 5);
  CHECK(pair.Hear() == "hello");
  CHECK(pair.Write({" again"}) == 6);
  CHECK(pair.Hear() == " again");
}

TEST_CASE("nothing is said twice, and nothing left out, however little the wire takes",
          "[tls-and-identities]") {
  for (const std::size_t room :
       {std::size_t{1}, std::size_t{29}, std::size_t{1'000}, std::size_t{70'000}}) {
    Ends pair;
    pair.Shake();
    std::string said;
    for (int i = 0; i < 200; ++i) said += std::to_string(i * 7'919) + " ";
    if (room > 500) said = said + said + said + said;
    if (room > 50'000)
      while (said.size() < 300'000) said += said;
    std::string heard;
    std::size_t taken = 0;
    std::size_t shown = 0;  // More is added behind what is offered, as replies are.
    for (int turns = 0; taken < said.size() && turns < 20'000; ++turns) {
      shown = std::min(said.size(), std::max(shown, taken) + 300);
      if (room > 50'000) shown = said.size();
      pair.wire.room = room;
      taken += pair.Write({std::string_view(said).substr(taken, shown - taken)});
      heard += pair.Hear();
      CHECK(heard.size() >= taken);
    }
    CHECK(taken == said.size());
    CHECK(heard == said);
    CHECK(pair.wire.most_offered < 80'000);
  }
}

TEST_CASE("many short parts leave in one record", "[tls-and-identities]") {
  Ends pair;
  pair.Shake();
  const std::vector<std::string_view> parts(60, "short reply\r\n");
  CHECK(pair.Write(parts) == 60 * 13);
  CHECK(pair.wire.out.size() <= 60 * 13 + 22);
  CHECK(pair.Hear().size() == 60 * 13);
}

TEST_CASE("a read gives all that is there", "[tls-and-identities]") {
  Ends pair;
  pair.Shake();
  CHECK(pair.Read() == "nothing");
  std::string said;
  for (int i = 0; i < 30; ++i) {
    const std::string one = std::to_string(i) + std::string(200, 'x');
    REQUIRE(pair.client.Write(one));
    said += one;
  }
  pair.Send();
  CHECK(pair.Read() == said);
  CHECK(pair.Read() == "nothing");
  REQUIRE(pair.client.Write("in pieces"));
  pair.Send();
  const std::string rest = pair.wire.in.substr(7);
  pair.wire.in.resize(7);
  CHECK(pair.Read() == "nothing");
  pair.wire.in = rest;
  CHECK(pair.Read() == "in pieces");
}

TEST_CASE("a read that leaves some says so", "[tls-and-identities]") {
  Ends pair;
  pair.Shake();
  int told = 0;
  pair.socket.OnLeft([&] { ++told; });
  REQUIRE(pair.client.Write("0123456789"));
  REQUIRE(pair.client.Write("abc"));
  pair.Send();
  CHECK(pair.Read(4) == "0123");
  CHECK(told == 1);
  CHECK(pair.Read(6) == "456789");
  CHECK(told == 2);
  CHECK(pair.Read(6) == "abc");
  CHECK(told == 2);
}

TEST_CASE("what was said before the end, or before a fault, is read first",
          "[tls-and-identities]") {
  {
    Ends pair;
    pair.Shake();
    REQUIRE(pair.client.Write("last words"));
    pair.client.End();
    pair.Send();
    pair.wire.ended = true;
    CHECK(pair.Read() == "last words");
    CHECK(pair.Read() == "ended");
    CHECK(pair.Read() == "ended");
  }
  {
    Ends pair;
    pair.Shake();
    REQUIRE(pair.client.Write("good"));
    pair.Send();
    REQUIRE(pair.client.Write("bad"));
    pair.Send();
    pair.wire.in.back() = static_cast<char>(pair.wire.in.back() ^ 1);
    CHECK(pair.Read() == "good");
    CHECK(pair.Read() == "broken");
  }
  Ends pair;
  pair.Shake();
  REQUIRE(pair.client.Write("good"));
  pair.Send();
  pair.wire.ended = true;  // Without a word.
  CHECK(pair.Read() == "good");
  CHECK(pair.Read() == "broken");
}

TEST_CASE("a socket that was given up says why", "[tls-and-identities]") {
  Ends pair;
  pair.Shake();
  pair.socket.Fail(Error(ErrorCode::kIo, "too late"));
  const std::string_view part = "x";
  CHECK(strata::testing::Outcome(pair.socket.Write({&part, 1})) == "i/o error: too late");
  CHECK(pair.Read() == "broken");
}

}  // namespace
}  // namespace strata::tls
