#include "resp/session.h"

#include <utility>

#include "resp/command_table.h"
#include "server/read_only.h"

namespace strata::resp {
namespace {

constexpr std::size_t kWorkBytes = 1 << 20;  // A work takes no more requests from here on.

}  // namespace

Session::Session(const server::Peer& peer, Shared& shared) : shared_(shared), parser_(LimitsNow()) {
  client_->card = std::make_shared<ClientCard>(peer);
  client_->card->last_us = peer.since_us;
  client_->seat.from = ToString(peer.address);
  shared_.clients.Add(client_->card);
}

Session::~Session() {
  shared_.clients.Remove(client_->card->peer.id);
}

server::Consumed Session::Consume(std::string_view input, server::Output* output) {
  const std::size_t before = output->bytes();
  const server::Consumed consumed = ConsumeRequests(input, output);
  client_->card->waiting.store(input.size() - consumed.bytes, std::memory_order_relaxed);
  AddTo(client_->card->bytes_in, consumed.bytes);
  AddTo(client_->card->bytes_out, output->bytes() - before);
  return consumed;
}

server::Consumed Session::ConsumeRequests(std::string_view input, server::Output* output) {
  server::Consumed consumed;
  if (rest_ != nullptr) {
    work_ = std::move(rest_);
    consumed.next = server::Next::kWork;
    return consumed;
  }
  for (std::size_t count = 0; count < shared_.limits.pipeline_max; ++count) {
    if (output->bytes() >= shared_.limits.reply_bytes_pause) break;
    parser_.SetLimits(LimitsNow());
    const Parsed parsed = parser_.Parse(input.substr(consumed.bytes));
    if (parsed == Parsed::kMore) {
      consumed.next = work_ != nullptr ? server::Next::kWork : server::Next::kRead;
      return consumed;
    }
    if (parsed == Parsed::kError) {
      if (work_ != nullptr) {  // What came before it is answered before it.
        parser_.Reset();
        consumed.next = server::Next::kWork;
        return consumed;
      }
      Refuse(parser_.error(), output);
      if (!parser_.limit().empty()) Meet(parser_.limit());
      consumed.next = server::Next::kClose;
      return consumed;
    }
    const auto words = parser_.arguments();
    client_->card->waiting.store(input.size() - consumed.bytes, std::memory_order_relaxed);
    const Taken taken = words.empty() ? Taken::kYes : Take(words, output);
    if (!client_->limit_met.empty()) MeetLimit();
    if (taken == Taken::kYes) consumed.bytes += parser_.bytes();
    parser_.Reset();
    if (taken == Taken::kLater) break;
    if (client_->closing && work_ == nullptr) {
      consumed.next = server::Next::kClose;
      return consumed;
    }
  }
  consumed.next = work_ != nullptr ? server::Next::kWork : server::Next::kAgain;
  return consumed;
}

// Who hasn't said who it is has no more to say than that.
ParserLimits Session::LimitsNow() const {
  constexpr ParserLimits kBeforeLogin{
      .arguments_max = 8, .argument_bytes_max = 8 << 10, .line_bytes_max = 8 << 10};
  if (shared_.authority->on() && client_->seat.identity.is_nobody()) return kBeforeLogin;
  return {.arguments_max = shared_.limits.arguments_max,
          .argument_bytes_max = shared_.limits.argument_bytes_max};
}

Session::Taken Session::Take(std::span<const std::string_view> words, server::Output* output) {
  Asked asked{.words = words};
  asked.command = FindCommand(words, &asked.container);
  const std::uint32_t flags = asked.command == nullptr ? 0 : asked.command->flags;
  const bool queued = work_ == nullptr && client_->in_transaction && (flags & kControl) == 0;
  const bool writes = (flags & kWrite) != 0 && !queued;
  const bool slow = (flags & kSlow) != 0 && !queued;
  const bool logs_in = (flags & kLogsIn) != 0 && shared_.authority->on();
  const bool waits = ((flags & kWaits) != 0 || logs_in) && !queued;
  if (work_ != nullptr) {
    const bool fits =
        !waits && !work_->may_wait_for_others() && (work_->writes() ? !slow : !writes);
    if (!fits || work_->bytes() > kWorkBytes) return Taken::kLater;
    work_->Add(asked);
    return Taken::kYes;
  }
  if (!writes && !slow && !waits) {
    server::ReadOnly keyspace(shared_.db, shared_.environment.clock->WallMicros(),
                              server::ReadOnly::MayWait::kNo);
    if (Perform(asked, keyspace, *client_, shared_, output)) {
      shared_.times.Record(KindOf(asked.command), client_->took_nanos);
      return Taken::kYes;
    }
  }
  work_ = spare_ != nullptr ? std::move(spare_) : std::make_unique<RequestWork>(client_, shared_);
  work_->SetWrites(writes);
  work_->SetWaits(waits);
  work_->Add(asked);
  return Taken::kYes;
}

std::unique_ptr<server::Work> Session::TakeWork() {
  return std::move(work_);
}

server::Next Session::FinishWork(std::unique_ptr<server::Work> work, server::Output* output) {
  std::unique_ptr<RequestWork> mine(static_cast<RequestWork*>(work.release()));
  mine->RecordTimes(shared_.environment.clock->NowNanos());
  AddTo(client_->card->bytes_out, mine->replies().bytes());
  if (!client_->limit_met.empty()) MeetLimit();
  output->Append(std::move(mine->replies()));
  if (mine->GoOn()) {
    rest_ = std::move(mine);
    return server::Next::kAgain;
  }
  mine->Clear();
  spare_ = std::move(mine);
  return client_->closing ? server::Next::kClose : server::Next::kRead;
}

void Session::MeetLimit() {
  const std::string_view limit = std::exchange(client_->limit_met, {});
  Meet(limit, limit == "reply_bytes_max" ? &server::ServerStats::over_replies
                                         : &server::ServerStats::over_request);
}

void Session::Refuse(std::string_view reason, server::Output* output) {
  Reply(output, client_->version).Error("ERR " + std::string(reason));
}

server::ProtocolFactory RespFactory(Shared& shared) {
  return [&shared](const server::Peer& peer) { return std::make_unique<Session>(peer, shared); };
}

}  // namespace strata::resp
