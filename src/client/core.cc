#include "client/core.h"

#include <algorithm>
#include <limits>

#include "base/base64.h"
#include "base/coding.h"
#include "client/waiting.h"
#include "grpc/error_details.h"

namespace strata::client {
namespace {

// The server knows a write's id for fifteen minutes.
constexpr std::uint64_t kWriteMicrosMax = 600'000'000;

// Of a token, or "USER:PASSWORD"; of nothing, nothing.
std::string AuthorizationOf(const std::string& credentials) {
  if (credentials.empty()) return {};
  if (credentials.find(':') == std::string::npos) return "Bearer " + credentials;
  return "Basic " + EncodeBase64(credentials);
}

}  // namespace

Result<std::shared_ptr<Core>> Core::Start(const ClientOptions& options) {
  DispatcherOptions dispatcher;
  for (const std::string& text : options.endpoints) {
    STRATA_TRY_ASSIGN(Endpoint endpoint, ParseEndpoint(text));
    dispatcher.endpoints.push_back(std::move(endpoint));
  }
  if (dispatcher.endpoints.empty()) return InvalidArgument("a client needs an endpoint at least");
  if (options.connections < 1) return InvalidArgument("a client needs a connection at least");
  dispatcher.links = static_cast<std::size_t>(options.connections);
  dispatcher.backoff_us = options.backoff_us;
  dispatcher.backoff_max_us = options.backoff_max_us;
  dispatcher.unreachable_us = options.unreachable_us;
  dispatcher.link.connect_us = options.connect_us;
  dispatcher.link.keepalive_us = options.keepalive_us;
  dispatcher.link.authorization = AuthorizationOf(options.credentials);
  dispatcher.link.answer_us = options.connect_us;
  const Environment& environment =
      options.environment != nullptr ? *options.environment : RealEnvironment();
  std::shared_ptr<Core> core = std::unique_ptr<Core>(new Core(options, environment));
  STRATA_TRY_ASSIGN(core->loop_, Loop::Make(environment));
  core->client_id_ = environment.entropy();
  core->dispatcher_ =
      std::make_unique<Dispatcher>(*core->loop_, environment, std::move(dispatcher));
  core->loop_->Start([dispatching = core->dispatcher_.get()] { dispatching->EndTurn(); });
  return core;
}

Core::~Core() {
  Close();
}

void Core::Close() {
  if (loop_ == nullptr || std::exchange(closed_, true)) return;
  if (dispatcher_ == nullptr) return;
  loop_->Stop([this] { dispatcher_->Close(); });
}

std::uint64_t Core::DeadlineOf(std::uint64_t timeout_us) const {
  const std::uint64_t now = environment_.clock->NowMicros();
  const std::uint64_t timeout = timeout_us != 0 ? timeout_us : options_.timeout_us;
  return timeout < std::numeric_limits<std::uint64_t>::max() - now ? now + timeout : timeout;
}

void Core::Send(Question question, std::function<void(Answer)> done) {
  calls_.fetch_add(1, std::memory_order_relaxed);
  const auto shared = std::make_shared<std::function<void(Answer)>>(std::move(done));
  std::uint64_t deadline_us = DeadlineOf(question.timeout_us);
  if (question.kind == CallKind::kWrite) {
    deadline_us = std::min(deadline_us, DeadlineOf(kWriteMicrosMax));
  }
  Plan plan{.path = std::string(question.path),
            .request = std::move(question.message),
            .kind = question.kind,
            .deadline_us = deadline_us,
            .endpoint = question.endpoint,
            .attempts_max = question.attempts_max,
            .done = [shared](Answer answer) { (*shared)(std::move(answer)); }};
  const bool posted = loop_->Post(
      [this, plan = std::move(plan)]() mutable { dispatcher_->Start(std::move(plan)); });
  if (posted) return;
  (*shared)({.outcome = Outcome::kFailed,
             .status = {grpc::Code::kCancelled, "the client is closed", ""}});
}

Answer Core::Ask(Question question) {
  Waiting<Answer> waiting(environment_);
  Send(std::move(question), waiting.Teller());
  return waiting.Wait();
}

bool Core::RunOnLoop(const std::function<void()>& task) {
  Waiting<bool> waiting(environment_);
  const bool posted = loop_->Post([&task, tell = waiting.Teller()] {
    task();
    tell(true);
  });
  return posted && waiting.Wait();
}

std::string Core::NewWriteId() {
  std::string id;
  AppendFixed64(&id, client_id_);
  AppendFixed64(&id, writes_.fetch_add(1, std::memory_order_relaxed) + 1);
  return id;
}

std::uint64_t Core::min_sequence() const {
  return options_.read_your_writes ? seen_.load(std::memory_order_relaxed) : 0;
}

void Core::Saw(std::uint64_t sequence) {
  std::uint64_t seen = seen_.load(std::memory_order_relaxed);
  while (seen < sequence &&
         !seen_.compare_exchange_weak(seen, sequence, std::memory_order_relaxed)) {
  }
}

ClientStats Core::stats() {
  ClientStats stats{.calls = calls_.load(std::memory_order_relaxed)};
  RunOnLoop([&] {
    stats.attempts = dispatcher_->attempts();
    stats.connections = dispatcher_->links_made();
  });
  return stats;
}

Error ErrorOf(const Answer& answer) {
  if (answer.status.code == grpc::Code::kDeadlineExceeded && answer.status.details.empty()) {
    return Error(ErrorCode::kUnavailable, answer.status.message);
  }
  return grpc::ErrorOf(answer.status).error;
}

}  // namespace strata::client
