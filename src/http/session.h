// A connection that speaks HTTP: pages and numbers for people, scrapers and probes.
//
// Thread safety: as Protocol.

#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "http/answer.h"
#include "http/event_stream.h"
#include "http/request_parser.h"
#include "http/routes.h"
#include "http/shared.h"
#include "server/protocol.h"

namespace strata::http {

class Session final : public server::Protocol {
 public:
  // `shared` is borrowed.
  Session(const server::Peer& peer, Shared& shared);
  ~Session() override;

  server::Consumed Consume(std::string_view input, server::Output* output) override;
  std::unique_ptr<server::Work> TakeWork() override;
  server::Next FinishWork(std::unique_ptr<server::Work> work, server::Output* output) override;
  server::Next Awake(server::Output* output) override;
  std::size_t bytes_kept() const override { return parser_.bytes_kept(); }
  void Refuse(std::string_view reason, server::Output* output) override;

  // A request may take so long to come, and a connection be silent between two.
  static constexpr std::uint64_t kRequestMicros = 10'000'000;
  static constexpr std::uint64_t kSilentMicros = 75'000'000;
  // Event streams at a time: each is sent every event.
  static constexpr std::size_t kStreamsMax = 64;

 private:
  class RouteWork;

  // kRead: answered, and more may come.
  server::Next Serve(const Request& request, server::Output* output);
  server::Next BeginStream(const Request& request, server::Output* output);
  std::optional<auth::Identity> Identify(const Request& request, auth::Refusal* refusal);
  std::optional<auth::Authorized<const Route*>> Allow(const Request& request, const Route& route,
                                                      Answer* answer);
  std::optional<Answer> Refusal(const Request& request, const Route* route) const;
  server::Next Reply(Answer answer, const Request& request, server::Output* output);
  std::uint64_t now_us() const { return shared_.environment.clock->NowMicros(); }
  std::uint64_t wall_us() const { return shared_.environment.clock->WallMicros(); }

  Shared& shared_;
  const server::Peer peer_;
  RequestParser parser_;
  std::unique_ptr<RouteWork> work_;  // To be taken.
  bool under_way_ = false;
  std::unique_ptr<EventStream> stream_;  // It sends events until it ends.
  std::uint64_t since_us_;               // Of the last sign of life, or of the request that comes.
  std::uint64_t began_nanos_ = 0;        // The request that is carried out.
};

// For Front::factory.
server::ProtocolFactory HttpFactory(Shared& shared);

}  // namespace strata::http
