// A client's connection against bytes: of a server that answers, one that breaks off anywhere, and
// of strangers.

#include "grpc/client_connection.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "grpc/error_details.h"
#include "grpc/framing.h"

namespace strata::grpc {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
using CallId = ClientConnection::CallId;

constexpr std::uint8_t kData = 0;
constexpr std::uint8_t kHeaders = 1;
constexpr std::uint8_t kReset = 3;
constexpr std::uint8_t kSettings = 4;
constexpr std::uint8_t kPing = 6;
constexpr std::uint8_t kGoAway = 7;
constexpr std::uint8_t kEndStream = 1;
constexpr std::uint8_t kEndHeaders = 4;

std::string Big(std::uint32_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text += static_cast<char>(value >> shift);
  }
  return text;
}

// A frame of HTTP/2 (RFC 9113, 4.1).
std::string Frame(std::uint8_t type, std::uint8_t flags, CallId stream,
                  const std::string& payload) {
  return Big(static_cast<std::uint32_t>(payload.size()), 3) + static_cast<char>(type) +
         static_cast<char>(flags) + Big(static_cast<std::uint32_t>(stream), 4) + payload;
}

std::string HpackText(const std::string& text) {
  std::string out;
  if (text.size() < 127) return out + static_cast<char>(text.size()) + text;
  std::size_t rest = text.size() - 127;
  out += '\x7f';
  for (; rest >= 128; rest /= 128) out += static_cast<char>(rest % 128 + 128);
  return out + static_cast<char>(rest) + text;
}

// Literal fields without an index (RFC 7541, 6.2.2).
std::string HeaderFrame(CallId stream, const Headers& headers, bool last) {
  std::string block;
  for (const auto& [name, value] : headers) block += '\0' + HpackText(name) + HpackText(value);
  return Frame(kHeaders, kEndHeaders | (last ? kEndStream : 0), stream, block);
}

std::string DataFrame(CallId stream, const std::string& message, bool last = false) {
  std::string framed;
  AppendMessage(&framed, message);
  return Frame(kData, last ? kEndStream : 0, stream, framed);
}

const Headers kBegin{{":status", "200"}, {"content-type", "application/grpc"}};
const std::string kHello = Frame(kSettings, 0, 0, "");

std::string Answer(CallId stream, const std::string& message, const Headers& trailers) {
  return HeaderFrame(stream, kBegin, false) + DataFrame(stream, message) +
         HeaderFrame(stream, trailers, true);
}

struct World {
  explicit World(const ClientLimits& limits = {}) : connection("server:1", limits) {}

  CallId Start(const std::string& message = "question") {
    const std::size_t index = ends.size();
    ends.emplace_back();
    messages.emplace_back();
    return connection.Start(
        {.path = "/t/Ask", .message = message, .timeout_us = 1'000'000},
        {.message = [this, index](std::string_view told) { messages[index].emplace_back(told); },
         .end =
             [this, index](CallEnd end) {
               CHECK_FALSE(ends[index].has_value());
               ends[index] = std::move(end);
             }});
  }
  // How many bytes.
  std::size_t SendAll() {
    std::size_t sent = 0;
    while (true) {
      const std::size_t count = connection.Pending().size();
      if (count == 0) return sent;
      connection.Sent(count);
      sent += count;
    }
  }
  // "ANSWERED OK", "IN DOUBT UNAVAILABLE", "..." while it goes on.
  std::string End(std::size_t index = 0) const {
    if (!ends[index]) return "...";
    static constexpr const char* kFates[] = {"ANSWERED ", "UNTOUCHED ", "IN DOUBT "};
    return kFates[static_cast<int>(ends[index]->fate)] +
           std::string(NameOf(ends[index]->status.code));
  }

  ClientConnection connection;
  std::vector<std::optional<CallEnd>> ends;
  std::vector<std::vector<std::string>> messages;
};

TEST_CASE("a call is answered, byte by byte", "[client]") {
  World world;
  const CallId call = world.Start();
  world.SendAll();
  for (const char byte : kHello + Answer(call, "reply", {{"grpc-status", "0"}})) {
    CHECK(world.End() == "...");
    REQUIRE(world.connection.Feed({&byte, 1}));
  }
  CHECK(world.End() == "ANSWERED OK");
  CHECK(world.messages[0] == std::vector<std::string>{"reply"});
  CHECK(world.connection.calls() == 0);
}

TEST_CASE("an answer that breaks off anywhere is none", "[client]") {
  const std::string answer = kHello + Answer(1, "reply", {{"grpc-status", "0"}});
  for (std::size_t cut = 0; cut < answer.size(); ++cut) {
    CAPTURE(cut);
    World world;
    world.Start();
    world.SendAll();
    REQUIRE(world.connection.Feed(std::string_view(answer).substr(0, cut)));
    world.connection.Break("cut");
    CHECK(world.End() == "IN DOUBT UNAVAILABLE");
    CHECK_FALSE(world.connection.CanStart());
  }
}

TEST_CASE("a request was surely not begun until its last byte has left", "[client]") {
  World whole;
  whole.Start();
  const std::size_t size = whole.SendAll();
  for (std::size_t cut = 0; cut <= size; ++cut) {
    CAPTURE(cut);
    World world;
    world.Start();
    REQUIRE(world.connection.Pending().size() == size);
    world.connection.Sent(cut);
    world.connection.Break("cut");
    CHECK(world.End() == (cut < size ? "UNTOUCHED UNAVAILABLE" : "IN DOUBT UNAVAILABLE"));
  }
}

TEST_CASE("a call that is cancelled may be carried out once it is made", "[client]") {
  World world;
  CHECK(world.connection.Cancel(world.Start()) == Fate::kUntouched);
  const CallId made = world.Start();
  CHECK_FALSE(world.connection.Pending().empty());
  CHECK(world.connection.Cancel(made) == Fate::kInDoubt);  // Its bytes leave, and then the reset.
  world.SendAll();
  REQUIRE(world.connection.Feed(kHello + Answer(made, "late", {{"grpc-status", "0"}})));
  CHECK(world.End(1) == "...");
  CHECK(world.connection.calls() == 0);
}

TEST_CASE("a request waits for the window, and isn't begun before", "[client]") {
  World world;
  world.Start(std::string(100'000, 'x'));  // A new connection's window is 65,535 bytes.
  world.SendAll();
  CHECK(world.connection.Cancel(1) == Fate::kUntouched);
}

TEST_CASE("what a server that goes away hasn't begun is told apart", "[client]") {
  World world;
  world.Start();
  world.Start();
  world.SendAll();
  REQUIRE(world.connection.Feed(kHello + Frame(kGoAway, 0, 0, Big(1, 4) + Big(0, 4))));
  CHECK(world.End(0) == "...");
  CHECK(world.End(1) == "UNTOUCHED UNAVAILABLE");
  CHECK_FALSE(world.connection.CanStart());
  CHECK(world.connection.going_away());
  REQUIRE(world.connection.Feed(Answer(1, "reply", {{"grpc-status", "0"}})));
  CHECK(world.End(0) == "ANSWERED OK");
}

TEST_CASE("a call that is reset says what the server may have done", "[client]") {
  const auto reset = [](std::uint32_t code) {
    World world;
    const CallId call = world.Start();
    world.SendAll();
    REQUIRE(world.connection.Feed(kHello + Frame(kReset, 0, call, Big(code, 4))));
    return world.End();
  };
  CHECK(reset(0x7) == "UNTOUCHED UNAVAILABLE");  // REFUSED_STREAM
  CHECK(reset(0x8) == "IN DOUBT CANCELLED");
  CHECK(reset(0xb) == "IN DOUBT RESOURCE_EXHAUSTED");  // ENHANCE_YOUR_CALM
  CHECK(reset(0x2) == "IN DOUBT INTERNAL");
}

TEST_CASE("an error is told with its details", "[client]") {
  World world;
  const CallId call = world.Start();
  const CallStatus status = StatusOf(Error(ErrorCode::kConflict, "50 % of 2"));
  Headers headers = kBegin;
  headers.emplace_back("grpc-status", "10");
  headers.emplace_back("grpc-message", EncodeMessage(status.message));
  headers.emplace_back("grpc-status-details-bin", EncodeBinary(status.details));
  world.SendAll();
  REQUIRE(world.connection.Feed(kHello + HeaderFrame(call, headers, true)));
  CHECK(world.End() == "ANSWERED ABORTED");
  const Told told = ErrorOf(world.ends[0]->status);
  CHECK(told.error.code() == ErrorCode::kConflict);
  CHECK(told.error.message() == "50 % of 2");
}

TEST_CASE("a reply that isn't gRPC's is an error, and leaves doubt", "[client]") {
  const auto answered = [](const std::string& bytes) {
    World world({.message_bytes_max = 10, .header_bytes_max = 500});
    world.Start();
    world.SendAll();
    REQUIRE(world.connection.Feed(kHello + bytes));
    return world.End();
  };
  CHECK(answered(HeaderFrame(1, {{":status", "503"}}, true)) == "IN DOUBT UNAVAILABLE");
  CHECK(answered(HeaderFrame(1, {{":status", "404"}}, true)) == "IN DOUBT UNIMPLEMENTED");
  CHECK(answered(HeaderFrame(1, kBegin, true)) == "IN DOUBT UNKNOWN");
  CHECK(answered(HeaderFrame(1, {{":status", "200"}, {"grpc-status", "99"}}, true)) ==
        "ANSWERED UNKNOWN");
  CHECK(answered(HeaderFrame(1, kBegin, false) + Frame(kData, 0, 1, std::string(4, '\0')) +
                 HeaderFrame(1, {{"grpc-status", "0"}}, true)) == "IN DOUBT INTERNAL");
  CHECK(answered(HeaderFrame(1, kBegin, false) + DataFrame(1, std::string(11, 'x'))) == "...");
  CHECK(answered(HeaderFrame(1, {{":status", "200"}, {"x", std::string(600, 'y')}}, true)) ==
        "...");
}

TEST_CASE("a reply that is too large is let go of", "[client]") {
  World world({.message_bytes_max = 10, .header_bytes_max = 500});
  world.Start();
  world.Start();
  world.SendAll();
  REQUIRE(world.connection.Feed(
      kHello + HeaderFrame(1, kBegin, false) + DataFrame(1, std::string(11, 'x')) +
      HeaderFrame(3, {{":status", "200"}, {"x", std::string(600, 'y')}}, false)));
  world.SendAll();  // The resets.
  CHECK(world.messages[0].empty());
  world.connection.Break("done");
  CHECK(world.End(0) == "IN DOUBT RESOURCE_EXHAUSTED");
  CHECK(world.End(1) == "IN DOUBT INTERNAL");
}

TEST_CASE("a ping is answered, or not", "[client]") {
  World world;
  REQUIRE(world.connection.Feed(kHello));
  world.connection.Ping();
  world.SendAll();
  CHECK(world.connection.pings() == 1);
  REQUIRE(world.connection.Feed(Frame(kPing, 1, 0, std::string(8, '\0'))));
  CHECK(world.connection.pings() == 0);
}

TEST_CASE("a handler may start and cancel calls", "[client]") {
  World world;
  const CallId first = world.Start();
  const CallId other = world.Start();
  int ends = 0;
  CallId next = 0;
  const CallId third = world.connection.Start({.path = "/t/Ask", .message = "x"},
                                              {.message = nullptr, .end = [&](const CallEnd&) {
                                                 ++ends;
                                                 world.connection.Cancel(other);
                                                 next = world.Start();
                                               }});
  world.SendAll();
  REQUIRE(world.connection.Feed(kHello + Answer(third, "", {{"grpc-status", "0"}}) +
                                Answer(first, "", {{"grpc-status", "0"}})));
  CHECK(ends == 1);
  CHECK(next != 0);
  CHECK(world.End(0) == "ANSWERED OK");
  CHECK(world.End(1) == "...");
  CHECK(world.connection.calls() == 1);
}

TEST_CASE("another protocol is no server", "[client]") {
  for (const std::string answer :
       {"HTTP/1.1 400 Bad Request\r\n\r\n", "-ERR unknown command\r\n"}) {
    World world;
    world.Start();
    world.SendAll();
    CHECK(world.connection.Feed(answer).error().code() == ErrorCode::kIo);
    world.connection.Break("no server");
    CHECK(world.End() == "IN DOUBT UNAVAILABLE");
  }
}

TEST_CASE("bytes of strangers end a connection, and nothing else", "[client]") {
  Random random(1);
  const std::string answer = kHello + Answer(1, "reply", {{"grpc-status", "0"}});
  for (int round = 0; round < 3'000; ++round) {
    World world;
    world.Start();
    world.SendAll();
    std::string bytes = answer;
    for (std::uint64_t i = 1 + random.Uniform(4); i > 0; --i) {
      bytes[random.Uniform(bytes.size())] = static_cast<char>(random.Next());
    }
    (void)world.connection.Feed(bytes);
    world.SendAll();
    world.connection.Break("over");
    CHECK(world.ends[0].has_value());
  }
}

}  // namespace
}  // namespace strata::grpc
