// A session alone: methods that a test makes, a client that does as it is told, bytes of strangers.

#include "grpc/server_session.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "grpc/error_details.h"
#include "grpc/framing.h"
#include "grpc/session_world.h"

namespace strata::grpc {
namespace {

using testing::SessionWorld;
using testing::Told;

// "0 1 2 ...", `count` messages of `bytes` bytes; those past `there` come when they are allowed.
class Numbers final : public Stream {
 public:
  Numbers(int count, std::size_t bytes, bool may_wait, const int* there, int* alive)
      : count_(count), bytes_(bytes), may_wait_(may_wait), there_(there), alive_(alive) {
    ++*alive_;
  }
  ~Numbers() override { --*alive_; }

  Pulled Pull(server::Keyspace& /*keyspace*/, std::size_t bytes, std::string* out,
              CallStatus* status) override {
    if (next_ == count_) {
      *status = {.code = Code::kOk, .message = "", .details = ""};
      return Pulled::kEnd;
    }
    if (next_ >= *there_) return Pulled::kNothingYet;
    for (std::size_t made = 0; made < bytes && next_ < std::min(count_, *there_); made += bytes_) {
      std::string message = std::to_string(next_++);
      message.resize(std::max(bytes_, message.size()), ' ');
      AppendMessage(out, message);
    }
    return Pulled::kMore;
  }
  bool may_wait() const override { return may_wait_; }

 private:
  const int count_;
  const std::size_t bytes_;
  const bool may_wait_;
  const int* const there_;
  int* const alive_;
  int next_ = 0;
};

struct Shop {
  int there = 1 << 30;
  int alive = 0;
  int runs = 0;  // Of "/t/Slow".

  MethodTable Methods() {
    MethodTable methods;
    methods["/t/Echo"] = {.access = Access::AnyUser(), .function = [](Call& call) -> Status {
                            *call.reply = std::string(call.request);
                            return {};
                          }};
    methods["/t/Fail"] = {.access = Access::AnyUser(), .function = [](Call& call) -> Status {
                            return Error(ErrorCode::kConflict, "no: " + std::string(call.request));
                          }};
    methods["/t/Refuse"] = {.access = Access::AnyUser(), .function = [](Call& call) -> Status {
                              call.refusal = StatusOf(Code::kOutOfRange, "100 % out", "RANGE");
                              return {};
                            }};
    methods["/t/Slow"] = {.access = Access::AnyUser(),
                          .route = Route::kRead,
                          .function = [this](Call& call) -> Status {
                            ++runs;
                            *call.reply = "slow " + std::string(call.request);
                            return {};
                          }};
    methods["/t/IfWaiting"] = {.access = Access::AnyUser(), .function = [](Call& call) -> Status {
                                 if (!call.may_wait)
                                   return Error(ErrorCode::kWouldWait, "not here");
                                 *call.reply = "waited";
                                 return {};
                               }};
    methods["/t/Put"] = {
        .access = Access::AnyUser(),
        .route = Route::kCommit,
        .function = [](Call& call) -> Status {
          return call.keyspace.Put(kDefaultTable, call.request, "v", 0);
        },
        .add_version = [](std::uint64_t version,
                          std::string* reply) { *reply += "at " + std::to_string(version); }};
    methods["/t/Each"] = {.access = Access::AnyUser(),
                          .function = [](Call& call) -> Status {
                            *call.reply = "<" + std::string(call.request) + ">";
                            return {};
                          },
                          .each = true};
    AddStreams(&methods);
    return methods;
  }

 private:
  void AddStreams(MethodTable* methods) {
    const auto stream = [this](int count, std::size_t bytes, bool may_wait) {
      return [=, this](const auth::Authorized<std::string_view>& /*request*/,
                       const server::Peer& /*peer*/, CallStatus* /*refusal*/) {
        return std::make_unique<Numbers>(count, bytes, may_wait, &there, &alive);
      };
    };
    (*methods)["/t/Few"] = {.access = Access::AnyUser(), .open = stream(3, 1, true)};
    (*methods)["/t/FewAtOnce"] = {.access = Access::AnyUser(), .open = stream(3, 1, false)};
    (*methods)["/t/Much"] = {.access = Access::AnyUser(), .open = stream(400, 50'000, true)};
    (*methods)["/t/None"] = {
        .access = Access::AnyUser(),
        .open = [](const auth::Authorized<std::string_view>& /*request*/,
                   const server::Peer& /*peer*/, CallStatus* refusal) -> std::unique_ptr<Stream> {
          *refusal = StatusOf(Code::kNotFound, "no such stream", "NO");
          return nullptr;
        }};
  }
};

struct World {
  explicit World(const server::Limits& limits = {})
      : session([this](DB& /*db*/, const Environment& /*environment*/) { return shop.Methods(); },
                limits) {}

  Shop shop;
  SessionWorld session;
};

TEST_CASE("a message for a message, however the bytes are cut", "[typed-api]") {
  for (const std::size_t piece : {1U, 3U, 100U, 1U << 20}) {
    World world;
    world.session.piece_bytes = piece;
    CHECK(world.session.Call("/t/Echo", "hello").Text() == "OK hello");
    CHECK(world.session.Call("/t/Echo", "").Text() == "OK ");
    CHECK(world.session.Call("/t/Slow", "x").Text() == "OK slow x");
    CHECK(world.session.Call("/t/IfWaiting", "").Text() == "OK waited");
    CHECK(world.session.Call("/t/Put", "k").Text() == "OK at 1");
  }
}

TEST_CASE("large messages go in both directions", "[typed-api]") {
  World world;
  const std::string large(5 << 20, 'x');
  const Told told = world.session.Call("/t/Echo", large);
  REQUIRE(told.messages.size() == 1);
  CHECK(told.messages[0] == large);
  CHECK(world.session.session().bytes_kept() < (1 << 20));  // And nothing is kept of it.
}

TEST_CASE("errors arrive with code, message and details", "[typed-api]") {
  World world;
  const Told failed = world.session.Call("/t/Fail", "é %");
  REQUIRE(failed.end.has_value());
  CHECK(failed.Text() == "ABORTED: no: é %");
  CHECK(ErrorOf(failed.end->status).error.code() == ErrorCode::kConflict);
  const Told refused = world.session.Call("/t/Refuse", "");
  CHECK(refused.Text() == "OUT_OF_RANGE: 100 % out");
  CHECK(ErrorOf(refused.end->status).reason == "RANGE");
  CHECK(world.session.Call("/t/Nothing", "").Text() ==
        "UNIMPLEMENTED: there is no method /t/Nothing");
  CHECK(world.session.Call("/t/None", "").Text() == "NOT_FOUND: no such stream");
  CHECK_FALSE(world.session.closed());
}

TEST_CASE("calls of a connection don't wait for each other", "[typed-api]") {
  World world;
  const auto slow = world.session.Start("/t/Slow", "1");
  const auto quick = world.session.Start("/t/Echo", "2");
  CHECK(world.session.told(slow).Text() == "...");
  CHECK(world.session.told(quick).Text() == "OK 2");
  world.session.CarryOut();
  CHECK(world.session.told(slow).Text() == "OK slow 1");
}

TEST_CASE("what a thousand calls ask for leaves together", "[typed-api]") {
  World world;
  std::vector<ClientConnection::CallId> calls;
  for (int i = 0; i < 1000; ++i) calls.push_back(world.session.Start("/t/Put", std::to_string(i)));
  CHECK(world.session.CarryOut() == 1000);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CHECK(world.session.told(calls[i]).Text() == "OK at " + std::to_string(i + 1));
  }
}

TEST_CASE("a stream is made as it is taken", "[typed-api]") {
  World world;
  CHECK(world.session.Call("/t/Few", "").Text() == "OK 0 1 2");
  CHECK(world.session.Call("/t/FewAtOnce", "").Text() == "OK 0 1 2");
  const Told much = world.session.Call("/t/Much", "");
  CHECK(much.messages.size() == 400);
  CHECK(world.shop.alive == 0);
}

TEST_CASE("a client that doesn't read holds up its stream, and no memory", "[typed-api]") {
  World world;
  world.session.client_reads = false;
  const auto call = world.session.Start("/t/Much", "");
  for (int i = 0; i < 1000; ++i) world.session.CarryOut();
  CHECK(world.session.works() == 0);
  CHECK(world.session.output_bytes() + world.session.session().bytes_kept() < (2 << 20));
  world.session.client_reads = true;
  world.session.Exchange();
  world.session.CarryOutAll();
  CHECK(world.session.told(call).messages.size() == 400);
  CHECK(world.session.told(call).end->status.ok());
}

TEST_CASE("a stream goes on when there is more", "[typed-api]") {
  World world;
  world.shop.there = 1;
  const auto call = world.session.Start("/t/FewAtOnce", "");
  CHECK(world.session.told(call).Text() == "... 0");
  world.session.Tick();
  CHECK(world.session.told(call).Text() == "... 0");
  world.shop.there = 3;
  world.session.Tick();
  CHECK(world.session.told(call).Text() == "OK 0 1 2");
}

TEST_CASE("who gives a stream up leaves nothing of it", "[typed-api]") {
  World world;
  world.shop.there = 1;
  const auto idle = world.session.Start("/t/FewAtOnce", "");
  CHECK(world.shop.alive == 1);
  world.session.Cancel(idle);
  CHECK(world.shop.alive == 0);
  world.shop.there = 1 << 30;
  const auto busy = world.session.Start("/t/Much", "");
  CHECK(world.session.works() == 1);
  world.session.Cancel(busy);  // While a reader has it.
  world.session.CarryOutAll();
  CHECK(world.shop.alive == 0);
  CHECK(world.session.Call("/t/Echo", "on").Text() == "OK on");
}

TEST_CASE("a connection that ends takes its streams along", "[typed-api]") {
  Shop shop;
  {
    SessionWorld world(
        [&](DB& /*db*/, const Environment& /*environment*/) { return shop.Methods(); });
    shop.there = 1;
    world.Start("/t/FewAtOnce", "");
    CHECK(shop.alive == 1);
  }
  CHECK(shop.alive == 0);
}

TEST_CASE("a call whose deadline has passed isn't carried out", "[typed-api]") {
  World world;
  const auto late = world.session.Start("/t/Slow", "x", 1'000);
  const auto in_time = world.session.Start("/t/Slow", "y", 10'000'000);
  world.session.store().clock().Advance(2'000);
  world.session.CarryOutAll();
  CHECK(world.session.told(late).end->status.code == Code::kDeadlineExceeded);
  CHECK(world.session.told(in_time).Text() == "OK slow y");
  CHECK(world.shop.runs == 1);
}

TEST_CASE("a stream ends at its deadline", "[typed-api]") {
  World world;
  world.shop.there = 1;
  const auto call = world.session.Start("/t/FewAtOnce", "", 1'000'000);
  world.session.store().clock().Advance(1'000'001);
  world.session.Tick();
  CHECK(world.session.told(call).Text() == "DEADLINE_EXCEEDED: the deadline passed 0");
  CHECK(world.shop.alive == 0);
}

TEST_CASE("a message over the limit is refused, and the connection goes on", "[typed-api]") {
  World world({.argument_bytes_max = 1000});
  CHECK(world.session.Call("/t/Echo", std::string(1000, 'x')).end->status.ok());
  const Told told = world.session.Call("/t/Echo", std::string(100'000, 'x'));
  CHECK(told.Text() ==
        "RESOURCE_EXHAUSTED: the message has 100000 bytes, and may have 1000 (argument_bytes_max)");
  CHECK(world.session.TakeMet() == "argument_bytes_max 1 ");
  CHECK(world.session.stats().over_request == 1);
  CHECK(world.session.Call("/t/Echo", "on").Text() == "OK on");
}

// A frame with any length, type, flags and stream.
std::string Frame(std::size_t length, int type, int flags, std::uint32_t stream,
                  std::string payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(length >> shift);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
  return frame + std::move(payload);
}

TEST_CASE("a client that takes no replies gets no more of them", "[typed-api]") {
  World world({.reply_bytes_max = 1 << 20});
  world.session.Call("/t/Echo", "");  // It knows how much it may send.
  world.session.client_reads = false;
  const std::string large(400'000, 'x');
  std::vector<ClientConnection::CallId> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(world.session.Start("/t/Echo", large));
  CHECK(world.session.session().bytes_kept() < (3 << 20));
  CHECK(world.session.TakeMet().starts_with("reply_bytes_max "));
  CHECK(world.session.stats().over_replies > 0);
  world.session.client_reads = true;
  world.session.Exchange();
  std::size_t refused = 0;
  for (const auto call : calls) {
    REQUIRE(world.session.told(call).end.has_value());
    refused += world.session.told(call).end->status.code == Code::kResourceExhausted ? 1 : 0;
  }
  CHECK(refused > 0);
  CHECK(refused < 20);
  CHECK(world.session.Call("/t/Echo", "on").Text() == "OK on");
}

constexpr std::string_view kMagic = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

std::string Literal(const std::string& text) {
  return static_cast<char>(text.size()) + text;
}

// HEADERS of a request, without more of them, the client's end left open.
std::string HeadersOf(const std::string& path, std::uint32_t stream) {
  const std::string headers = "\x83\x86\x01" + Literal("test") + "\x04" + Literal(path) +
                              "\x0f\x10" + Literal("application/grpc");
  return Frame(headers.size(), 1, 4, stream, headers);
}

std::string BytesOf(const server::Output& output) {
  std::array<std::string_view, 8> parts;
  std::string bytes;
  for (std::size_t i = 0; i < output.Front(parts); ++i) bytes += parts[i];
  return bytes;
}

// The frames of what a server sent: "HEADERS+ RST(0)"; + ends the stream.
std::string FramesOf(std::string_view bytes, std::uint32_t stream) {
  constexpr std::size_t kFrameHeader = 9;
  const auto number = [&](std::size_t at, std::size_t size) {
    std::size_t value = 0;
    for (std::size_t i = at; i < at + size; ++i)
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  };
  std::string frames;
  while (bytes.size() >= kFrameHeader) {
    const std::size_t length = number(0, 3);
    const bool ends = (number(4, 1) & 1) != 0;
    if (number(5, 4) == stream && number(3, 1) == 0) frames += ends ? "DATA+ " : "DATA ";
    if (number(5, 4) == stream && number(3, 1) == 1) frames += ends ? "HEADERS+ " : "HEADERS ";
    if (number(5, 4) == stream && number(3, 1) == 3) {
      frames += "RST(" + std::to_string(number(kFrameHeader, 4)) + ") ";
    }
    bytes.remove_prefix(kFrameHeader + length);
  }
  return frames;
}

TEST_CASE("headers after a call's end change nothing", "[typed-api]") {
  const std::string trailers = std::string("\0", 1) + Literal("x") + Literal("y");
  World world;
  world.session.SendRaw(std::string(kMagic) + Frame(0, 4, 0, 0, "") + HeadersOf("/no", 1) +
                        Frame(trailers.size(), 1, 5, 1, trailers));
  CHECK(world.session.stats().requests == 1);
  CHECK_FALSE(world.session.closed());
}

TEST_CASE("a call that is refused before its end leaves no open stream", "[typed-api]") {
  World world({.argument_bytes_max = 1000});
  const auto send = [&](const std::string& bytes, std::uint32_t stream) {
    return FramesOf(world.session.SendRaw(bytes), stream);
  };
  world.session.SendRaw(std::string(kMagic) + Frame(0, 4, 0, 0, ""));
  CHECK(send(HeadersOf("/no", 1), 1) == "HEADERS+ RST(0) ");
  CHECK(send(HeadersOf("/t/Echo", 3), 3) == "");
  const std::string large = std::string("\0\0\1\0\0", 5) + std::string(10'000, 'x');
  CHECK(send(Frame(large.size(), 0, 0, 3, large), 3) == "HEADERS+ RST(0) ");
  // What comes after it is neither kept nor an error.
  const std::size_t kept = world.session.session().bytes_kept();
  for (int i = 0; i < 100; ++i) {
    CHECK(send(Frame(large.size(), 0, 0, 3, large), 3) == "");
  }
  CHECK(world.session.session().bytes_kept() == kept);
  CHECK(world.session.TakeMet() == "argument_bytes_max 1 ");
  // A call that ended on both sides isn't reset.
  const std::string small = std::string("\0\0\0\0\1", 5) + "x";
  CHECK(send(HeadersOf("/t/Echo", 5) + Frame(small.size(), 0, 1, 5, small), 5) ==
        "HEADERS DATA HEADERS+ ");
  CHECK(world.session.stats().requests == 3);
  CHECK_FALSE(world.session.closed());
}

TEST_CASE("an upload whose deadline passes leaves no open stream", "[typed-api]") {
  World world;
  const std::string timeout = std::string("\0", 1) + Literal("grpc-timeout") + Literal("1m");
  const std::string headers = "\x83\x86\x01" + Literal("test") + "\x04" + Literal("/t/Echo") +
                              "\x0f\x10" + Literal("application/grpc") + timeout;
  world.session.SendRaw(std::string(kMagic) + Frame(0, 4, 0, 0, "") +
                        Frame(headers.size(), 1, 4, 1, headers));
  world.session.store().clock().Advance(2'000);
  server::Output output;
  world.session.session().Awake(&output);
  CHECK(FramesOf(BytesOf(output), 1) == "HEADERS+ RST(0) ");
}

TEST_CASE("headers over the limit are refused with its name", "[typed-api]") {
  World world;
  std::string headers = "\x83\x86\x01" + Literal("test") + "\x04" + Literal("/t/Echo") +
                        "\x0f\x10" + Literal("application/grpc");
  for (int i = 0; i < 130; ++i)
    headers += std::string("\0", 1) + Literal("x") + Literal(std::string(126, 'y'));
  std::string frames = Frame(10'000, 1, 0, 1, headers.substr(0, 10'000));
  frames += Frame(headers.size() - 10'000, 9, 4, 1, headers.substr(10'000));
  const std::string answer =
      world.session.SendRaw(std::string(kMagic) + Frame(0, 4, 0, 0, "") + frames);
  CHECK(FramesOf(answer, 1) == "HEADERS+ RST(0) ");
  CHECK(world.session.TakeMet() == "header_bytes_max 1 ");
  CHECK(world.session.session().bytes_kept() < 1000);
  CHECK_FALSE(world.session.closed());
}

TEST_CASE("strangers are told what is spoken here", "[typed-api]") {
  for (const std::string bytes : {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "*1\r\n$4\r\nPING\r\n"}) {
    World world;
    const std::string answer = world.session.SendRaw(bytes);
    CHECK(answer.find("400 Bad Request") != std::string::npos);
    CHECK(answer.find("This port speaks gRPC") != std::string::npos);
    CHECK(world.session.closed());
  }
}

TEST_CASE("garbage ends the connection, and no more", "[typed-api]") {
  const std::string magic = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    World world;
    std::string bytes = magic + std::string("\0\0\0\4\0\0\0\0\0", 9);
    for (int i = 0; i < 300; ++i) bytes += static_cast<char>(random.Uniform(256));
    world.session.piece_bytes = 1 + random.Uniform(40);
    world.session.SendRaw(bytes);
    world.session.CarryOutAll();
  }
}

TEST_CASE("frames that lie about their length are refused", "[typed-api]") {
  const std::string magic = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const std::size_t length : {std::size_t{16'385}, std::size_t{0xffffff}}) {
    World world;
    world.session.SendRaw(magic + Frame(0, 4, 0, 0, "") + Frame(length, 0, 0, 1, "x"));
    CHECK(world.session.closed());
    CHECK(world.session.session().bytes_kept() < 1000);
  }
}

TEST_CASE("a connection that is refused is told why", "[typed-api]") {
  World world;
  world.session.Call("/t/Echo", "x");
  server::Output output;
  world.session.session().Refuse("too many of you", &output);
  CHECK(BytesOf(output).find("too many of you") != std::string::npos);
}

}  // namespace
}  // namespace strata::grpc
