#include "client/watch.h"

#include "base/mutant.h"
#include "client/calls.h"
#include "client/held.h"

namespace strata::client {
namespace {

// A stream is asked for anew after so long, as no call is without a deadline.
constexpr std::uint64_t kStreamUs = 3'600'000'000;

// Nothing that another attempt could change: the request is wrong, or its table is gone.
bool IsFinal(grpc::Code code) {
  switch (code) {
    case grpc::Code::kInvalidArgument:
    case grpc::Code::kNotFound:
    case grpc::Code::kPermissionDenied:
    case grpc::Code::kOutOfRange:
    case grpc::Code::kUnimplemented:
    case grpc::Code::kUnauthenticated:
      return true;
    default:
      return false;
  }
}

std::uint64_t Behind(std::uint64_t sequence) {
  return sequence + (STRATA_MUTANT(client_watch_skips_one) ? 3 : 1);  // A write and its id.
}

// Lives on the loop. Where it stands is known at every moment: `next_`.
class Watcher {
 public:
  Watcher(Core& core, v1::WatchRequest request, Client::Then<WatchNews> tell)
      : core_(core),
        request_(std::move(request)),
        next_(request_.from_sequence()),
        tell_(std::move(tell)),
        random_(core.environment().entropy()),
        backoff_(NewBackOff()) {}

  void Open() {
    retry_.reset();
    request_.set_from_sequence(next_);
    call_ = core_.dispatcher().Start({.path = "/strata.v1.Watch/Watch",
                                      .request = request_.SerializeAsString(),
                                      .deadline_us = core_.DeadlineOf(kStreamUs),
                                      .attempts_max = 1,
                                      .each = [this](std::string_view bytes) { Receive(bytes); },
                                      .done = [this](const Answer& answer) { End(answer); }});
  }

  void Stop() {
    if (call_) core_.dispatcher().Cancel(*call_);
    if (retry_) core_.loop().Cancel(*retry_);
  }

 private:
  BackOff NewBackOff() const {
    return {core_.options().backoff_us, core_.options().backoff_max_us};
  }

  void Receive(std::string_view bytes) {
    auto response = Parsed<v1::WatchResponse>(bytes);
    if (!response) {
      if (call_) core_.dispatcher().Cancel(*std::exchange(call_, std::nullopt));
      return tell_({.events = {}, .sequence = next_ - 1, .ended = response.error()});
    }
    backoff_.emplace(NewBackOff());
    WatchNews news{.events = {}, .sequence = response->sequence(), .ended = {}};
    for (v1::WatchResponse::Event& event : *response->mutable_events()) {
      if (event.sequence() < next_) continue;  // Told before.
      v1::Change& change = *event.mutable_change();
      news.events.push_back({std::move(*change.mutable_key()), {}, event.sequence()});
      if (change.has_value()) news.events.back().value = std::move(*change.mutable_value());
    }
    if (response->sequence() < next_) return;
    next_ = Behind(response->sequence());
    tell_(std::move(news));
  }

  // A stream has no end of its own: whatever ended it, the next one goes on where it stood.
  void End(const Answer& answer) {
    call_.reset();
    const grpc::Code code = answer.status.code;
    if (IsFinal(code)) {
      Error error = ErrorOf(answer);
      if (code == grpc::Code::kOutOfRange) error = {ErrorCode::kNotFound, error.message()};
      return tell_({.events = {}, .sequence = next_ - 1, .ended = std::move(error)});
    }
    if (code == grpc::Code::kCancelled) {
      return tell_({.events = {}, .sequence = next_ - 1, .ended = ErrorOf(answer)});
    }
    const std::uint64_t wait = backoff_->Next(random_);
    retry_ = core_.loop().At(core_.loop().now_us() + wait, [this] { Open(); });
  }

  Core& core_;
  v1::WatchRequest request_;
  std::uint64_t next_;  // The first sequence that hasn't been told.
  const Client::Then<WatchNews> tell_;
  Random random_;
  std::optional<BackOff> backoff_;
  std::optional<Dispatcher::CallId> call_;
  std::optional<Loop::TimerId> retry_;
};

class LoopWatch final : public ClientWatch {
 public:
  LoopWatch(std::shared_ptr<Core> core, v1::WatchRequest request, Client::Then<WatchNews> tell)
      : core_(std::move(core)), watcher_(*core_, std::move(request), std::move(tell)) {
    core_->loop().Post([this] { watcher_.Open(); });
  }
  ~LoopWatch() override {
    core_->RunOnLoop([this] { watcher_.Stop(); });
  }

 private:
  const std::shared_ptr<Core> core_;
  Watcher watcher_;
};

}  // namespace

Result<std::unique_ptr<ClientWatch>> NewWatch(const std::shared_ptr<Core>& core,
                                              const ClientWatchOptions& options,
                                              Client::Then<WatchNews> tell) {
  v1::WatchRequest request;
  request.set_table(options.table);
  request.set_prefix(options.range.prefix);
  if (options.range.lower) request.set_lower(*options.range.lower);
  if (options.range.upper) request.set_upper(*options.range.upper);
  std::uint64_t from = options.from.value_or(0);
  if (!options.from) {  // Where "now" is must outlast a connection that breaks at once.
    STRATA_TRY_ASSIGN(const auto now, OpenSnapshot(core));
    from = now->sequence() + 1;
  }
  request.set_from_sequence(std::max<std::uint64_t>(1, from));
  return std::unique_ptr<ClientWatch>(
      std::make_unique<LoopWatch>(core, std::move(request), std::move(tell)));
}

}  // namespace strata::client
