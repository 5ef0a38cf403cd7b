// A simulated server and a generator in a simulated world.
//
// Thread safety: none.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "load/generator.h"
#include "resp/request_parser.h"
#include "sim/network.h"
#include "sim/node.h"
#include "sim/world.h"
#include "testing/results.h"

namespace strata::load::testing {

const Endpoint kServer{"server", 6379};

struct FakeServer {
  std::uint64_t stall_at_us = 0;   // After its start: from then on it does nothing
  std::uint64_t stall_us = 0;      // for so long; 0: never.
  std::string refusal = {};        // What it says to a SET instead of OK.
  std::string greeting = {};       // What it says to each request instead of anything.
  std::uint64_t breaks_after = 0;  // Requests of a connection, once; 0: never.
};

// Speaks just enough of the Redis protocol: every key but those that end in 7 is there.
class RespServer {
 public:
  RespServer(sim::World& world, const FakeServer& options)
      : options_(options), node_(world.AddNode({.name = kServer.host})) {
    node_.Spawn("server", [this] { Run(); });
  }

  void Stop() { stop_ = true; }
  std::uint64_t requests() const { return requests_; }
  bool is_ready() const { return ready_; }

 private:
  struct Client {
    std::unique_ptr<Socket> socket;
    resp::RequestParser parser{resp::ParserLimits{}};
    std::string input = {};
    std::uint64_t requests = 0;
  };

  void Run() {
    using strata::testing::Must;
    Network& network = *node_.environment().network;
    const auto poller = Must(network.NewPoller());
    const auto listener = Must(network.Listen(kServer));
    REQUIRE(poller->Add(*listener, 0));
    const std::uint64_t start_us = node_.clock().NowMicros();
    ready_ = true;
    while (!stop_) {
      for (const Ready& ready : poller->Wait(1'000)) {
        if (ready.token == 0) {
          while (auto socket = Must(listener->Accept())) Accept(*poller, std::move(socket));
        } else {
          Serve(*poller, ready.token);
        }
      }
      const std::uint64_t now_us = node_.clock().NowMicros();
      if (options_.stall_us > 0 && now_us >= start_us + options_.stall_at_us) {
        node_.clock().SleepMicros(std::exchange(options_.stall_us, 0));
      }
    }
    for (auto& [token, client] : clients_) poller->Remove(*client.socket);
    clients_.clear();
  }

  void Accept(Poller& poller, std::unique_ptr<Socket> socket) {
    const std::uint64_t token = ++last_token_;
    REQUIRE(poller.Add(*socket, token, {.read = true}));
    clients_[token].socket = std::move(socket);
  }

  void Serve(Poller& poller, std::uint64_t token) {
    const auto at = clients_.find(token);
    if (at == clients_.end()) return;
    Client& client = at->second;
    char buffer[4096];
    const auto got = client.socket->Read(buffer);
    if (got && !*got) return;
    bool over = !got || **got == 0;
    if (!over) {
      client.input.append(buffer, **got);
      over = !Send(client.socket.get(), Answer(&client)) ||
             (options_.breaks_after > 0 && client.requests >= options_.breaks_after);
    }
    if (!over) return;
    options_.breaks_after = 0;
    poller.Remove(*client.socket);
    clients_.erase(at);
  }

  // All of it. False: the connection is broken.
  bool Send(Socket* socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = socket->Write({&bytes, 1});
      if (!sent) return false;
      bytes.remove_prefix(*sent);
      if (*sent == 0) node_.clock().SleepMicros(10);
    }
    return true;
  }

  std::string Answer(Client* client) {
    std::string replies;
    while (client->parser.Parse(client->input) == resp::Parsed::kRequest) {
      ++requests_;
      ++client->requests;
      const auto words = client->parser.arguments();
      if (!options_.greeting.empty()) {
        replies += options_.greeting;
      } else if (words[0] == "SET") {
        replies += options_.refusal.empty() ? "+OK\r\n" : "-" + options_.refusal + "\r\n";
      } else {
        replies += words[1].ends_with('7') ? "$-1\r\n" : "$1\r\nv\r\n";
      }
      client->input.erase(0, client->parser.bytes());
      client->parser.Reset();
    }
    return replies;
  }

  FakeServer options_;
  sim::Node& node_;
  std::map<std::uint64_t, Client> clients_;
  std::uint64_t last_token_ = 0;
  std::uint64_t requests_ = 0;
  bool ready_ = false;
  bool stop_ = false;
};

}  // namespace strata::load::testing
