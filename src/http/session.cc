#include "http/session.h"

#include <utility>

#include "auth/authorization.h"

namespace strata::http {
namespace {

constexpr std::size_t kRequestsOfTurn = 64;

Answer RefusalAnswer(const auth::Refusal& refusal) {
  switch (refusal.why) {
    case auth::Refusal::Why::kNobody:
    case auth::Refusal::Why::kWrong: {
      Answer answer = ErrorAnswer(401, refusal.text);
      answer.fields = "WWW-Authenticate: Basic realm=\"strata\", charset=\"UTF-8\"\r\n";
      return answer;
    }
    case auth::Refusal::Why::kDenied:
      return ErrorAnswer(403, refusal.text);
    default:
      return ErrorAnswer(503, refusal.text);
  }
}

}  // namespace

// A request that a reader answers.
class Session::RouteWork final : public server::Work {
 public:
  RouteWork(Request request, const auth::Authorized<const Route*>& route, Shared& shared)
      : request_(std::move(request)), route_(**route), shared_(shared) {}

  void Run(server::Keyspace& keyspace) override {
    answer_ = route_.handler({.request = request_, .shared = shared_, .keyspace = &keyspace});
  }
  bool writes() const override { return false; }

  Answer& answer() { return answer_; }
  const Request& request() const { return request_; }

 private:
  const Request request_;
  const Route& route_;
  Shared& shared_;
  Answer answer_;
};

Session::Session(const server::Peer& peer, Shared& shared)
    : shared_(shared), peer_(peer), since_us_(now_us()) {}

Session::~Session() {
  if (stream_ != nullptr) shared_.events.Unsubscribe(peer_.id);
}

server::Consumed Session::Consume(std::string_view input, server::Output* output) {
  server::Consumed consumed;
  if (stream_ != nullptr) return {.bytes = input.size()};  // Nothing more is to be asked.
  for (std::size_t count = 0; count < kRequestsOfTurn; ++count) {
    const bool had_begun = parser_.begun();
    const Parsed parsed = parser_.Parse(input.substr(consumed.bytes));
    consumed.bytes += parser_.bytes();
    if (!had_begun) since_us_ = now_us();
    if (parsed == Parsed::kMore) return consumed;
    if (parsed == Parsed::kError) {
      WriteAnswer(ErrorAnswer(parser_.status(), parser_.error()),
                  {.keep_alive = false, .wall_us = wall_us()}, output);
      if (!parser_.limit().empty()) Meet(parser_.limit());
      consumed.next = server::Next::kClose;
      return consumed;
    }
    since_us_ = now_us();
    consumed.next = Serve(parser_.request(), output);
    if (stream_ != nullptr) consumed.bytes = input.size();
    if (consumed.next != server::Next::kRead || stream_ != nullptr) return consumed;
  }
  consumed.next = server::Next::kAgain;
  return consumed;
}

server::Next Session::Serve(const Request& request, server::Output* output) {
  began_nanos_ = shared_.environment.clock->NowNanos();
  shared_.stats.requests.fetch_add(1, std::memory_order_relaxed);
  const Route* const route = FindRoute(request.path);
  if (auto refusal = Refusal(request, route)) return Reply(*std::move(refusal), request, output);
  Answer denied;
  const auto allowed = Allow(request, *route, &denied);
  if (!allowed) return Reply(std::move(denied), request, output);
  if (route->where == Where::kStream) return BeginStream(request, output);
  if (route->where == Where::kReader) {
    work_ = std::make_unique<RouteWork>(request, *allowed, shared_);
    under_way_ = true;
    return server::Next::kWork;
  }
  return Reply((**allowed)->handler({.request = request, .shared = shared_}), request, output);
}

// A token, alone or in the place of a password, as browsers can't send one alone: to look it up
// takes no time. Nothing: it isn't right.
std::optional<auth::Identity> Session::Identify(const Request& request, auth::Refusal* refusal) {
  if (request.authorization.empty()) return auth::Identity();
  const std::string from = ToString(peer_.address);
  if (const auto token = auth::ParseBearer(request.authorization)) {
    return shared_.authority->LogInByToken(*token, from, refusal);
  }
  const auto password = auth::ParseBasic(request.authorization);
  *refusal = {.why = auth::Refusal::Why::kWrong,
              .text = "give a token (strata user token), as Bearer, or as the password"};
  if (!password) return std::nullopt;
  auto identity = shared_.authority->LogInByToken(password->password, from, refusal);
  return identity && identity->user == password->user ? identity : std::nullopt;
}

std::optional<auth::Authorized<const Route*>> Session::Allow(const Request& request,
                                                             const Route& route, Answer* answer) {
  auth::Seat seat{.from = ToString(peer_.address)};
  auth::Needs needs;
  auth::Refusal refusal;
  if (shared_.authority->on()) {
    route.access.list(request, &needs);
    auto identity = Identify(request, &refusal);
    if (!identity) {
      *answer = RefusalAnswer(refusal);
      return std::nullopt;
    }
    seat.identity = *std::move(identity);
  }
  auto allowed =
      shared_.authority->Authorize<const Route*>(&seat, route.path, needs, &route, &refusal);
  if (!allowed) *answer = RefusalAnswer(refusal);
  return allowed;
}

std::optional<Answer> Session::Refusal(const Request& request, const Route* route) const {
  const bool any_host = route != nullptr && route->any_host;
  if (!any_host && !shared_.hosts.AllowsHost(request.host)) {
    return ErrorAnswer(403, "the name in Host isn't known: use the address, or say --http-host " +
                                std::string("NAME when the server starts"));
  }
  if (!HostCheck::AllowsOrigin(request)) {
    return ErrorAnswer(403, "pages of other servers may not ask this one");
  }
  if (route == nullptr) {
    return ErrorAnswer(404, "there is nothing at this path: see / or docs/observability.md");
  }
  if (request.method == Method::kOther) {
    Answer answer = ErrorAnswer(405, "only GET and HEAD are understood: nothing changes here");
    answer.fields = "Allow: GET, HEAD\r\n";
    return answer;
  }
  return std::nullopt;
}

server::Next Session::Reply(Answer answer, const Request& request, server::Output* output) {
  const bool keep_alive = request.keep_alive && !shared_.stopping;
  WriteAnswer(std::move(answer),
              {.with_body = request.method != Method::kHead,
               .keep_alive = keep_alive,
               .wall_us = wall_us()},
              output);
  shared_.times.Record(RequestKind::kOther, shared_.environment.clock->NowNanos() - began_nanos_);
  return keep_alive ? server::Next::kRead : server::Next::kClose;
}

server::Next Session::BeginStream(const Request& request, server::Output* output) {
  if (shared_.events.subscribers() >= kStreamsMax) {
    Meet("streams_max", &server::ServerStats::over_connections);
    return Reply(ErrorAnswer(503, "there are streams_max, " + std::to_string(kStreamsMax) +
                                      ", event streams already; try again later"),
                 request, output);
  }
  WriteStreamHeader("text/event-stream", wall_us(), output);
  if (request.method == Method::kHead) return server::Next::kClose;
  const std::string since = !request.last_event_id.empty()
                                ? request.last_event_id
                                : Parameter(request.query, "since").value_or("");
  stream_ = std::make_unique<EventStream>(shared_.events, shared_.run, since);
  shared_.events.Subscribe(peer_.id, peer_.home);
  return Awake(output);
}

std::unique_ptr<server::Work> Session::TakeWork() {
  return std::move(work_);
}

server::Next Session::FinishWork(std::unique_ptr<server::Work> work, server::Output* output) {
  under_way_ = false;
  since_us_ = now_us();
  auto* const mine = static_cast<RouteWork*>(work.get());
  return Reply(std::move(mine->answer()), mine->request(), output);
}

server::Next Session::Awake(server::Output* output) {
  if (stream_ != nullptr) {
    shared_.events.Rearm(peer_.id);
    const std::uint64_t missed_before = stream_->missed();
    stream_->WriteTo(output, now_us());
    shared_.events_missed.fetch_add(stream_->missed() - missed_before, std::memory_order_relaxed);
    return server::Next::kRead;
  }
  if (under_way_ || !output->empty()) return server::Next::kRead;
  const std::uint64_t passed = now_us() - since_us_;
  if (parser_.begun() && passed > kRequestMicros) {
    WriteAnswer(ErrorAnswer(408, "the request didn't come in time: request_us, " +
                                     std::to_string(kRequestMicros / 1'000'000) + " s"),
                {.keep_alive = false, .wall_us = wall_us()}, output);
    Meet("request_us", &server::ServerStats::idle);
    return server::Next::kClose;
  }
  return passed > kSilentMicros ? server::Next::kClose : server::Next::kRead;
}

void Session::Refuse(std::string_view reason, server::Output* output) {
  if (stream_ != nullptr) return;  // It would look like an event.
  WriteAnswer(ErrorAnswer(503, reason), {.keep_alive = false, .wall_us = wall_us()}, output);
}

server::ProtocolFactory HttpFactory(Shared& shared) {
  return [&shared](const server::Peer& peer) { return std::make_unique<Session>(peer, shared); };
}

}  // namespace strata::http
