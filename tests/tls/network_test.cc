// TLS in a simulated world: the wire cuts bytes anywhere, is slow, and has little room.

#include "tls/network.h"

#include <catch2/catch.hpp>

#include <array>
#include <map>

#include "sim/network.h"
#include "sim/node.h"
#include "sim/sim_testing.h"
#include "sim/world.h"
#include "tls/papers.h"

#if defined(STRATA_SIMULATION)
namespace strata::tls {
namespace {

using sim::NetworkOptions;
using sim::Node;
using sim::World;
using strata::testing::Must;
using testing::Papers;

const Endpoint kThere{"db.example", 80};

// The time of papers, in a world that begins at another one.
class PapersClock final : public Clock {
 public:
  explicit PapersClock(Clock& below) : below_(below) {}
  std::uint64_t NowMicros() override { return below_.NowMicros(); }
  std::uint64_t WallMicros() override { return testing::kNow; }
  void SleepMicros(std::uint64_t micros) override { below_.SleepMicros(micros); }

 private:
  Clock& below_;
};

// Answers each connection with what it says. `into_bytes`: it reads so much at a time.
class Echo {
 public:
  Echo(Network& network, std::size_t into_bytes)
      : poller_(Must(network.NewPoller())),
        listener_(Must(network.Listen(kThere))),
        buffer_(into_bytes) {
    REQUIRE(poller_->Add(*listener_, 1));
  }

  void Turn() {
    for (const Ready& ready : poller_->Wait(std::nullopt)) {
      if (ready.token == 1) {
        Accept();
      } else {
        Serve(ready);
      }
    }
  }
  void Stop() {
    stop_ = true;
    poller_->Wake();
  }
  bool stopped() const { return stop_; }

  // It looks at every so many-th socket that can be read.
  int patience = 1;
  int read_bytes = 0;
  int broken = 0;
  int open = 0;
  std::vector<std::string> names;  // Of each that said something.

 private:
  struct One {
    std::unique_ptr<Socket> socket;
    std::string to_send;
    Interest watched{.read = true};
    bool known = false;
  };

  void Accept() {
    while (auto socket = Must(listener_->Accept())) {
      One& one = all_[++last_];
      one.socket = std::move(socket);
      REQUIRE(poller_->Add(*one.socket, last_, one.watched));
      ++open;
    }
  }

  void Serve(const Ready& ready) {
    One& one = all_.at(ready.token);
    bool over = ready.broken;
    if (ready.broken) ++broken;
    if (ready.read && !over && ++told_ % patience == 0) {
      const auto got = one.socket->Read(buffer_);
      over = !got || (*got && **got == 0);
      if (!over && *got) Hear(&one, **got);
    }
    if (!over) over = !Send(&one);
    const Interest wanted{.read = true, .write = !one.to_send.empty()};
    if (!over && wanted != std::exchange(one.watched, wanted)) {
      over = !poller_->Change(*one.socket, ready.token, wanted);
    }
    if (!over) return;
    poller_->Remove(*one.socket);
    all_.erase(ready.token);
    --open;
  }

  void Hear(One* one, std::size_t count) {
    read_bytes += static_cast<int>(count);
    one->to_send.append(buffer_.data(), count);
    if (std::exchange(one->known, true)) return;
    const auto known = one->socket->names();
    names.push_back(known.empty() ? "nobody" : known.front());
  }

  static bool Send(One* one) {
    while (!one->to_send.empty()) {
      const std::string_view part = one->to_send;
      const auto sent = one->socket->Write({&part, 1});
      if (!sent) return false;
      if (*sent == 0) break;
      one->to_send.erase(0, *sent);
    }
    return true;
  }

  const std::unique_ptr<Poller> poller_;
  const std::unique_ptr<Listener> listener_;
  std::vector<char> buffer_;
  std::map<std::uint64_t, One> all_;
  std::uint64_t last_ = 1;
  int told_ = 0;
  bool stop_ = false;
};

// A client that waits for what it reads.
class Caller {
 public:
  explicit Caller(Network& network) : poller_(Must(network.NewPoller())) {
    socket_ = Must(network.Connect(kThere));
    REQUIRE(poller_->Add(*socket_, 1, watched_));
  }
  ~Caller() { poller_->Remove(*socket_); }

  // What came back, or why nothing did.
  std::string Say(const std::string& text) {
    std::string_view left = text;
    std::string heard;
    std::array<char, 5000> buffer;
    while (heard.size() < text.size()) {
      if (!left.empty()) {
        const auto sent = socket_->Write({&left, 1});
        if (!sent) return sent.error().message();
        left.remove_prefix(*sent);
      }
      const auto got = socket_->Read(buffer);
      if (!got) return got.error().message();
      if (*got && **got == 0) return "ended";
      if (*got) heard.append(buffer.data(), **got);
      if (!*got) Await({.read = true, .write = !left.empty()});
    }
    return heard;
  }
  // Until the other end says or does something.
  std::string Listen() {
    std::array<char, 100> buffer;
    while (true) {
      const auto got = socket_->Read(buffer);
      if (!got || (*got && **got == 0)) return "over";
      if (*got) return "said something";
      Await({.read = true});
    }
  }
  Socket& socket() { return *socket_; }

  // False: nothing in time.
  bool Await(Interest interest, std::optional<std::uint64_t> timeout_us = std::nullopt) {
    if (interest != std::exchange(watched_, interest)) {
      REQUIRE(poller_->Change(*socket_, 1, interest));
    }
    return !poller_->Wait(timeout_us).empty();
  }

 private:
  const std::unique_ptr<Poller> poller_;
  std::unique_ptr<Socket> socket_;
  Interest watched_{.read = true, .write = true};
};

struct Stage {
  explicit Stage(std::uint64_t seed, const NetworkOptions& options = {})
      : world(sim::RandomSeed(seed)), node(world.AddNode({.name = kThere.host})) {
    world.network().Configure(options);
  }

  // A server, and a client that is given a plain network and one with TLS.
  using Client = std::function<void(Network& plain, Network& tls)>;
  void Run(const Client& client, std::size_t into_bytes = 4096,
           const std::string& papers_of = "client") {
    node.Spawn("server", [this, into_bytes] {
      PapersClock clock(node.clock());
      TlsNetwork network(*node.environment().network, clock, context, of_server);
      server = &network;
      Echo serving(network, into_bytes);
      echo = &serving;
      while (!serving.stopped()) serving.Turn();
      made = network.counts().made;
      refused = network.counts().refused;
      late = network.counts().late;
    });
    world.Spawn("client", [this, client, papers_of] {
      while (echo == nullptr) world.SleepUntil(world.now_nanos() + 1'000);
      PapersClock clock(node.clock());
      const auto plain = world.network().For(sim::kNoNode, "c");
      TlsNetwork network(*plain, clock, papers.Client(papers_of), {});
      client(*plain, network);
      world.SleepUntil(world.now_nanos() + 50'000'000);
      echo->Stop();
    });
    const sim::Outcome outcome = world.Run();
    INFO(outcome.report);
    CHECK(outcome.done());
  }

  Papers papers;
  std::shared_ptr<const Context> context = papers.Server();
  Options of_server;
  World world;
  Node& node;
  TlsNetwork* server = nullptr;
  Echo* echo = nullptr;
  std::uint64_t made = 0;
  std::uint64_t refused = 0;
  std::uint64_t late = 0;
};

std::string Long(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + " ";
  return text;
}

TEST_CASE("whoever speaks above doesn't notice, however the wire cuts", "[tls-and-identities]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO(seed);
    Stage stage(seed, {.window_bytes = seed % 3 == 0 ? 300U : 64U << 10,
                       .piece_bytes_max = seed % 2 == 0 ? 1 + seed * 20 : 0});
    std::string heard;
    std::vector<std::string> names;
    stage.Run(
        [&](Network&, Network& tls) {
          Caller caller(tls);
          heard = caller.Say(Long(3'000)) + caller.Say("end");
          names = stage.echo->names;
        },
        1 + seed * 700);
    CHECK(heard == Long(3'000) + "end");
    CHECK(names == std::vector<std::string>{"spiffe://shop/cart"});
    CHECK(stage.made == 1);
  }
}

TEST_CASE("what is decrypted is told of, though the wire is silent",
          "[tls-and-identities][tls-and-identities.4]") {
  Stage stage(3);
  std::string heard;
  // The server reads ten bytes of a record at a time.
  stage.Run([&](Network&, Network& tls) { heard = Caller(tls).Say(Long(200)); }, 10);
  CHECK(heard == Long(200));
}

TEST_CASE("who doesn't read when told is told again",
          "[tls-and-identities][tls-and-identities.4]") {
  Stage stage(3);
  std::string heard;
  stage.Run(
      [&](Network&, Network& tls) {
        stage.echo->patience = 3;
        heard = Caller(tls).Say(Long(200));
      },
      10);
  CHECK(heard == Long(200));
}

TEST_CASE("who doesn't want to read waits, and is told once it does", "[tls-and-identities]") {
  Stage stage(9);
  stage.Run([&](Network&, Network& tls) {
    Caller caller(tls);
    CHECK(caller.Say("hello") == "hello");
    Socket& socket = caller.socket();
    const std::string said = Long(50);
    const std::string_view part = said;
    CHECK(*socket.Write({&part, 1}) == said.size());
    std::array<char, 10> few;
    const auto read = [&] {
      const auto got = socket.Read(few);
      return got && *got ? **got : 0;
    };
    while (read() == 0) caller.Await({.read = true}, std::nullopt);
    // A record is decrypted, and most of it waits.
    const std::uint64_t before_us = stage.world.now_nanos() / 1'000;
    CHECK_FALSE(caller.Await({.read = false}, 300'000));
    CHECK(stage.world.now_nanos() / 1'000 - before_us >= 300'000);  // It didn't spin.
    std::size_t count = few.size();
    while (count < said.size() && caller.Await({.read = true}, 300'000)) count += read();
    CHECK(count == said.size());
    CHECK_FALSE(caller.Await({.read = true}, 300'000));
  });
}

TEST_CASE("the end is told of, though the wire stays open", "[tls-and-identities]") {
  Stage stage(10);
  stage.Run([&](Network&, Network& tls) {
    Caller caller(tls);
    CHECK(caller.Say("a") == "a");
    // Bytes and the end in one: the server reads both, and lets go.
    const std::string_view last = "b";
    CHECK(*caller.socket().Write({&last, 1}) == 1);
    caller.socket().EndWriting();
    stage.world.SleepUntil(stage.world.now_nanos() + 10'000'000);
    CHECK(stage.echo->read_bytes == 2);
    CHECK(stage.echo->open == 0);
  });
}

TEST_CASE("strangers never get through to who listens", "[tls-and-identities]") {
  for (const bool has_papers : {false, true}) {
    Stage stage(4);
    std::string heard;
    stage.Run(
        [&](Network& plain, Network& tls) {
          Caller caller(has_papers ? plain : tls);
          heard = caller.Say("*1\r\n$4\r\nPING\r\n");
          CHECK(stage.echo->read_bytes == 0);
          CHECK(stage.echo->open == 0);
          CHECK(Caller(tls).socket().names().empty());
        },
        4096, has_papers ? "client" : "");
    CHECK(heard != "*1\r\n$4\r\nPING\r\n");
    CHECK(stage.refused >= 1);
  }
}

TEST_CASE("a handshake has its time, and no more", "[tls-and-identities]") {
  Stage stage(5);
  std::uint64_t took_us = 0;
  stage.Run([&](Network& plain, Network&) {
    const std::uint64_t began = stage.world.now_nanos();
    Caller silent(plain);
    CHECK(silent.Listen() == "over");
    took_us = (stage.world.now_nanos() - began) / 1'000;
    CHECK(stage.echo->open == 0);
  });
  CHECK(took_us >= 4'990'000);
  CHECK(took_us <= 5'100'000);
  CHECK(stage.late == 1);
  CHECK(stage.refused == 0);
}

TEST_CASE("who is slow within the time is served, who was shaken with has no deadline",
          "[tls-and-identities]") {
  Stage stage(6);
  std::string heard;
  stage.Run([&](Network&, Network& tls) {
    Caller caller(tls);
    heard = caller.Say("a");
    stage.world.SleepUntil(stage.world.now_nanos() + 20'000'000'000);
    heard += caller.Say("b");
  });
  CHECK(heard == "ab");
  CHECK(stage.late == 0);
}

TEST_CASE("new papers are for who comes now; who is there stays", "[tls-and-identities]") {
  Stage stage(7);
  std::string heard;
  std::string later;
  std::string wrong;
  stage.Run([&](Network&, Network& tls) {
    Caller before(tls);
    heard = before.Say("one");
    stage.papers.TakeBack("client");
    wrong = strata::testing::CodeOf(stage.server->Adjust(
        Context::ForServer(stage.papers.OfServer("gone"), stage.papers.files())));
    heard += Caller(tls).Say("two");  // Nothing has changed.
    REQUIRE(stage.server->Adjust(stage.papers.Server()));
    heard += before.Say("three");
    later = Caller(tls).Say("four");
    CHECK(stage.server->counts().reloads == 1);
    CHECK(stage.server->counts().wrong_files == 1);
  });
  CHECK(heard == "onetwothree");
  CHECK(wrong == "not found");
  CHECK(later.find("revoked") != std::string::npos);  // The client is told.
  CHECK(stage.refused == 1);
}

TEST_CASE("a client that wants somebody else says nothing to the server", "[tls-and-identities]") {
  Stage stage(8);
  stage.papers.Make("wrong", Use::kServer, {"other.example"});
  stage.context = stage.papers.Server(stage.papers.OfServer("wrong"));
  std::string heard;
  stage.Run([&](Network&, Network& tls) { heard = Caller(tls).Say("secret"); });
  CHECK(heard.find("hostname mismatch") != std::string::npos);
}

TEST_CASE("connections that break at any time leave nothing behind", "[tls-and-identities]") {
  int whole = 0;
  int broken = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO(seed);
    Stage stage(seed, {.piece_bytes_max = 400, .break_one_in = 12, .silent_one_in = 0});
    stage.Run([&](Network&, Network& tls) {
      const std::string heard = Caller(tls).Say(Long(100));
      (heard == Long(100) ? whole : broken) += 1;
      stage.world.SleepUntil(stage.world.now_nanos() + 6'000'000'000);
      CHECK(stage.echo->open == 0);
    });
  }
  CHECK(whole + broken == 20);
  CHECK(broken > 0);
}

}  // namespace
}  // namespace strata::tls
#endif
