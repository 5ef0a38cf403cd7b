#include "client/dispatcher.h"

#include <algorithm>

#include "base/check.h"
#include "base/mutant.h"

namespace strata::client {

using grpc::CallEnd;
using grpc::CallStatus;
using grpc::Code;
using grpc::Fate;

Dispatcher::Dispatcher(Loop& loop, const Environment& environment, DispatcherOptions options)
    : loop_(loop),
      environment_(environment),
      options_(std::move(options)),
      random_(environment.entropy()),
      links_(options_.endpoints.size()) {
  STRATA_CHECK(!links_.empty());
}

Dispatcher::~Dispatcher() = default;

Dispatcher::CallId Dispatcher::Start(Plan plan) {
  const CallId id = ++last_id_;
  const std::uint64_t deadline_us = plan.deadline_us;
  calls_.emplace(id, Call{.plan = std::move(plan),
                          .backoff = BackOff(options_.backoff_us, options_.backoff_max_us),
                          .deadline = loop_.At(deadline_us, [this, id] { PassDeadline(id); }),
                          .reached_us = loop_.now_us()});
  Attempt(id);
  return id;
}

void Dispatcher::Attempt(CallId id) {
  Call& call = calls_.at(id);
  call.retry.reset();
  if (closed_) {
    const Outcome outcome = call.in_doubt ? Outcome::kUnknown : Outcome::kFailed;
    return Finish(id, outcome, {Code::kCancelled, "the client is closed", ""});
  }
  ++attempts_;
  ++call.attempts;
  call.endpoint = call.plan.endpoint.value_or(current_);
  call.messages.clear();
  // The write id is what a request ends with.
  if (STRATA_MUTANT(client_retries_under_a_new_id) && call.attempts > 1) {
    ++call.plan.request.back();
  }
  call.link = LinkTo(call.endpoint);
  const std::uint64_t now = loop_.now_us();
  const std::uint64_t left = call.plan.deadline_us - std::min(now, call.plan.deadline_us);
  call.attempt =
      call.link->Start({.path = call.plan.path, .message = call.plan.request, .timeout_us = left},
                       {.message = [this, id](std::string_view message) { Receive(id, message); },
                        .end =
                            [this, id](const CallEnd& end) {
                              if (!GivesUp(id, end)) EndAttempt(id, end);
                            }});
}

bool Dispatcher::GivesUp(CallId id, const CallEnd& end) {
  Call& call = calls_.at(id);
  const std::uint64_t now = loop_.now_us();
  if (end.fate != Fate::kUntouched) call.reached_us = now;
  if (options_.unreachable_us == 0 || now - call.reached_us < options_.unreachable_us) return false;
  call.link.reset();
  Finish(
      id, call.in_doubt ? Outcome::kUnknown : Outcome::kFailed,
      {Code::kUnavailable,
       "no server can be reached (" + end.status.message + "); see that one is running there", ""});
  return true;
}

void Dispatcher::Receive(CallId id, std::string_view message) {
  Call& call = calls_.at(id);
  if (!call.plan.each) {
    call.messages.emplace_back(message);
    return;
  }
  const auto each = call.plan.each;  // It may cancel the call.
  each(message);
}

void Dispatcher::EndAttempt(CallId id, const CallEnd& end) {
  Call& call = calls_.at(id);
  call.link.reset();
  const Verdict verdict = Judge(call.plan.kind, end, call.in_doubt);
  if (end.fate == Fate::kAnswered && end.status.ok()) return Finish(id, Outcome::kDone, end.status);
  call.in_doubt = verdict.in_doubt;
  const std::uint64_t next_us = loop_.now_us() + call.backoff.Next(random_);
  const bool too_late = next_us >= call.plan.deadline_us || closed_;
  if (!verdict.again || too_late || call.attempts >= call.plan.attempts_max) {
    return Finish(id, verdict.outcome, end.status);
  }
  call.trouble = end.status.message;
  if (end.fate != Fate::kAnswered && current_ == call.endpoint) {
    current_ = (current_ + 1) % options_.endpoints.size();
  }
  call.retry = loop_.At(next_us, [this, id] { Attempt(id); });
}

void Dispatcher::PassDeadline(CallId id) {
  Call& call = calls_.at(id);
  if (call.link != nullptr && call.link->Cancel(call.attempt) != Fate::kUntouched) {
    call.in_doubt = true;
  }
  call.link.reset();
  std::string why = "no answer in time";
  if (!call.trouble.empty()) why += "; the last attempt before: " + call.trouble;
  Finish(id, call.in_doubt ? Outcome::kUnknown : Outcome::kFailed,
         {Code::kDeadlineExceeded, std::move(why), ""});
}

void Dispatcher::Finish(CallId id, Outcome outcome, CallStatus status) {
  if (STRATA_MUTANT(client_takes_silence_for_failure) && outcome == Outcome::kUnknown) {
    outcome = Outcome::kFailed;
  }
  const auto at = calls_.find(id);
  Call call = std::move(at->second);
  calls_.erase(at);
  loop_.Cancel(call.deadline);
  if (call.retry) loop_.Cancel(*call.retry);
  call.plan.done({.outcome = outcome,
                  .status = std::move(status),
                  .messages = std::move(call.messages),
                  .endpoint = call.endpoint,
                  .in_doubt = call.in_doubt});
}

void Dispatcher::Cancel(CallId id) {
  const auto at = calls_.find(id);
  if (at == calls_.end()) return;
  if (at->second.link != nullptr) at->second.link->Cancel(at->second.attempt);
  loop_.Cancel(at->second.deadline);
  if (at->second.retry) loop_.Cancel(*at->second.retry);
  calls_.erase(at);
}

void Dispatcher::Close() {
  closed_ = true;
  for (auto& links : links_) {
    for (const auto& link : links) {
      link->Flush();  // What was let go of a moment ago is told.
      link->Break("the client is closed");
    }
  }
  while (!calls_.empty()) {  // Those that wait for their next attempt.
    const Call& call = calls_.begin()->second;
    Finish(calls_.begin()->first, call.in_doubt ? Outcome::kUnknown : Outcome::kFailed,
           {Code::kCancelled, "the client is closed", ""});
  }
}

// The one with the fewest calls; another one if all have some and there may be more.
const std::shared_ptr<Link>& Dispatcher::LinkTo(std::size_t endpoint) {
  auto& links = links_[endpoint];
  const std::shared_ptr<Link>* best = nullptr;
  std::size_t usable = 0;
  for (const auto& link : links) {
    if (!link->CanStart()) continue;
    ++usable;
    if (best == nullptr || link->calls() < (*best)->calls()) best = &link;
  }
  if (best != nullptr && ((*best)->calls() == 0 || usable >= options_.links)) return *best;
  ++links_made_;
  return links.emplace_back(std::make_shared<Link>(loop_, *environment_.network,
                                                   options_.endpoints[endpoint], options_.link));
}

void Dispatcher::EndTurn() {
  for (auto& links : links_) {
    // A call that ends may begin another, and with it a connection.
    for (std::size_t i = 0; i < links.size(); ++i) {
      Link* const link = links[i].get();  // The vector may move meanwhile.
      link->Flush();
    }
    std::erase_if(links, [](const auto& link) { return link->over(); });
  }
}

}  // namespace strata::client
