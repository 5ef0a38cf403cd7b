#include "http_world.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

#include "server/read_only.h"

namespace strata::http::testing {

class HttpWorld::NoPoller final : public Poller {
 public:
  Status Add(Socket& /*socket*/, std::uint64_t /*token*/, Interest /*interest*/) override {
    return {};
  }
  Status Add(Listener& /*listener*/, std::uint64_t /*token*/) override { return {}; }
  Status Change(Socket& /*socket*/, std::uint64_t /*token*/, Interest /*interest*/) override {
    return {};
  }
  void Remove(Socket& /*socket*/) override {}
  void Remove(Listener& /*listener*/) override {}
  std::span<const Ready> Wait(std::optional<std::uint64_t> /*timeout_us*/) override { return {}; }
  void Wake() override {}
};

namespace {

Options WithSink(Options options, EventRing* events) {
  options.event_sink = [events](std::string_view line) { events->Append(line); };
  return options;
}

}  // namespace

Got TakeAnswer(std::string* bytes, bool head) {
  Got got;
  const std::size_t end = bytes->find("\r\n\r\n");
  REQUIRE(end != std::string::npos);
  REQUIRE(bytes->starts_with("HTTP/1.1 "));
  got.status = std::stoi(bytes->substr(9, 3));
  std::size_t at = bytes->find("\r\n") + 2;
  while (at < end) {
    const std::size_t line_end = bytes->find("\r\n", at);
    const std::string line = bytes->substr(at, line_end - at);
    const std::size_t colon = line.find(": ");
    REQUIRE(colon != std::string::npos);
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    got.fields[name] = line.substr(colon + 2);
    at = line_end + 2;
  }
  const std::size_t size = head ? 0 : std::stoull(got.fields.at("content-length"));
  REQUIRE(bytes->size() >= end + 4 + size);
  got.body = bytes->substr(end + 4, size);
  bytes->erase(0, end + 4 + size);
  return got;
}

HttpWorld::HttpWorld(const server::Limits& limits, Options options)
    : store_(WithSink(std::move(options), events_.get())),
      poller_(std::make_unique<NoPoller>()),
      mailbox_(std::make_unique<server::Mailbox>(*poller_)) {
  const Environment environment{.files = &store_.disk(),
                                .clock = &store_.clock(),
                                .executor = &store_.executor(),
                                .entropy = SeededEntropy(7)};
  redis_ = std::make_unique<resp::Shared>(*store_, environment, stats_, limits);
  shared_ = std::make_unique<Shared>(*store_, environment, stats_, limits, *events_);
  shared_->redis = redis_.get();
  shared_->apis.push_back({.name = "redis", .times = &redis_->times});
  shared_->version = "9.9.9";
}

HttpWorld::~HttpWorld() = default;

HttpWorld::Client& HttpWorld::ClientOf(int id) {
  Client& client = clients_[id];
  if (client.session == nullptr) {
    client.session =
        std::make_unique<Session>(server::Peer{.id = static_cast<server::ConnectionId>(id),
                                               .address = {.host = "client", .port = 1},
                                               .local = {.host = "127.0.0.1", .port = 8379},
                                               .home = mailbox_.get(),
                                               .since_us = store_.clock().WallMicros()},
                                  *shared_);
  }
  return client;
}

void HttpWorld::Follow(Client* client, server::Next next) {
  for (const server::LimitMet& met : client->session->TakeMet())
    met_ += std::string(met.limit) + " ";
  if (next == server::Next::kClose) client->closed = true;
  if (next != server::Next::kWork) return;
  auto work = client->session->TakeWork();
  server::ReadOnly keyspace(*store_, store_.clock().WallMicros(), server::ReadOnly::MayWait::kYes);
  REQUIRE(!work->writes());
  work->Run(keyspace);
  Follow(client, client->session->FinishWork(std::move(work), &client->output));
}

std::string HttpWorld::Exchange(int id, std::string_view bytes) {
  Client& client = ClientOf(id);
  client.unread += bytes;
  while (!client.closed) {
    const auto [consumed, next] = client.session->Consume(client.unread, &client.output);
    client.unread.erase(0, consumed);
    Follow(&client, next);
    if (next == server::Next::kRead) break;
  }
  return TakeAll(&client.output, SIZE_MAX);
}

Got HttpWorld::Get(const std::string& target, const std::string& fields) {
  std::string bytes =
      Exchange(++next_id_, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields + "\r\n");
  Got got = TakeAnswer(&bytes);
  CHECK(bytes.empty());
  return got;
}

std::string HttpWorld::Wake(int id) {
  return WakeSlowly(id, SIZE_MAX);
}

std::string HttpWorld::WakeSlowly(int id, std::size_t takes) {
  Client& client = ClientOf(id);
  Follow(&client, client.session->Awake(&client.output));
  return TakeAll(&client.output, takes);
}

std::string HttpWorld::TakeAll(server::Output* output, std::size_t bytes_max) {
  std::string taken;
  while (!output->empty() && taken.size() < bytes_max) {
    std::string_view part;
    REQUIRE(output->Front({&part, 1}) == 1);
    const std::string_view piece = part.substr(0, bytes_max - taken.size());
    taken += piece;
    output->Drop(piece.size());
  }
  return taken;
}

std::vector<server::ConnectionId> HttpWorld::TakeWakes() {
  server::Mail mail;
  mailbox_->Take(&mail);
  return mail.to_wake;
}

}  // namespace strata::http::testing
