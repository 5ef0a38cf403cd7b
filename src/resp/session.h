// A connection that speaks RESP: it takes requests out of bytes, and decides where each is carried
// out. What needs no disk is answered here, in the loop. A request that writes, or that would wait,
// goes into a Work, and so do those behind it, as their replies come after its own.
//
// Thread safety: as Protocol.

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "resp/call.h"
#include "resp/client.h"
#include "resp/request_parser.h"
#include "resp/request_work.h"
#include "resp/shared.h"
#include "server/protocol.h"

namespace strata::resp {

class Session final : public server::Protocol {
 public:
  // `shared` is borrowed.
  Session(const server::Peer& peer, Shared& shared);
  ~Session() override;

  server::Consumed Consume(std::string_view input, server::Output* output) override;
  std::unique_ptr<server::Work> TakeWork() override;
  server::Next FinishWork(std::unique_ptr<server::Work> work, server::Output* output) override;
  void Refuse(std::string_view reason, server::Output* output) override;

 private:
  enum class Taken : std::uint8_t { kYes, kLater };  // Later: when the work before it is done.

  server::Consumed ConsumeRequests(std::string_view input, server::Output* output);
  ParserLimits LimitsNow() const;
  void MeetLimit();  // That the client met in a request.
  Taken Take(std::span<const std::string_view> words, server::Output* output);

  Shared& shared_;
  const std::shared_ptr<Client> client_ = std::make_shared<Client>();  // Works may outlive this.
  RequestParser parser_;
  std::unique_ptr<RequestWork> work_;   // Being filled, or to be taken.
  std::unique_ptr<RequestWork> rest_;   // Its client has to take replies before it goes on.
  std::unique_ptr<RequestWork> spare_;  // An old one, for its memory.
};

// For Front::factory.
server::ProtocolFactory RespFactory(Shared& shared);

}  // namespace strata::resp
