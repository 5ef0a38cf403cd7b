// Another right answer: a call that ends is taken out of the map first, and what is told of it is
// found out afterwards, at one place.

#include "client/dispatcher.h"

#include <algorithm>
#include <iterator>

namespace strata::client {

using grpc::CallStatus;
using grpc::Code;

Dispatcher::Dispatcher(Loop& loop, const Environment& environment, DispatcherOptions options)
    : loop_(loop),
      environment_(environment),
      options_(std::move(options)),
      random_(environment.entropy()),
      links_(options_.endpoints.size()) {}

Dispatcher::~Dispatcher() = default;

Dispatcher::CallId Dispatcher::Start(Plan plan) {
  const CallId id = ++last_id_;
  const auto deadline = loop_.At(plan.deadline_us, [this, id] { PassDeadline(id); });
  calls_.insert({id, Call{.plan = std::move(plan),
                          .backoff = {options_.backoff_us, options_.backoff_max_us},
                          .deadline = deadline,
                          .reached_us = loop_.now_us()}});
  Attempt(id);
  return id;
}

void Dispatcher::Attempt(CallId id) {
  Call& call = calls_.at(id);
  call.retry = std::nullopt;
  if (closed_) {
    return Finish(id, call.in_doubt ? Outcome::kUnknown : Outcome::kFailed,
                  {Code::kCancelled, "the client was closed", ""});
  }
  call.endpoint = call.plan.endpoint ? *call.plan.endpoint : current_;
  call.messages = {};
  call.attempts += 1;
  attempts_ += 1;
  const std::uint64_t now = loop_.now_us();
  grpc::CallRequest request{.path = call.plan.path, .message = call.plan.request};
  request.timeout_us = call.plan.deadline_us > now ? call.plan.deadline_us - now : 0;
  grpc::CallHandlers handlers;
  handlers.message = [this, id](std::string_view message) { Receive(id, message); };
  handlers.end = [this, id](const grpc::CallEnd& end) { EndAttempt(id, end); };
  const std::shared_ptr<Link> link = LinkTo(call.endpoint);
  call.link = link;
  call.attempt = link->Start(request, std::move(handlers));
}

void Dispatcher::Receive(CallId id, std::string_view message) {
  Call& call = calls_.at(id);
  if (const auto each = call.plan.each) return each(message);  // A copy: the call may be cancelled.
  call.messages.push_back(std::string(message));
}

void Dispatcher::EndAttempt(CallId id, const grpc::CallEnd& end) {
  Call& call = calls_.at(id);
  call.link = nullptr;
  if (GivesUp(id, end)) {
    const Outcome outcome = call.in_doubt ? Outcome::kUnknown : Outcome::kFailed;
    return Finish(id, outcome,
                  {Code::kUnavailable, "no server can be reached: " + end.status.message, ""});
  }
  const Verdict verdict = Judge(call.plan.kind, end, call.in_doubt);
  if (verdict.outcome != Outcome::kDone) call.in_doubt = verdict.in_doubt;
  bool again = verdict.again && !closed_ && call.attempts < call.plan.attempts_max;
  std::uint64_t when_us = 0;
  if (again) {
    when_us = loop_.now_us() + call.backoff.Next(random_);
    again = when_us < call.plan.deadline_us;
  }
  if (!again) return Finish(id, verdict.outcome, end.status);
  call.trouble = end.status.message;
  const bool silent = end.fate != grpc::Fate::kAnswered;
  if (silent && call.endpoint == current_ && ++current_ == options_.endpoints.size()) current_ = 0;
  call.retry = loop_.At(when_us, [this, id] { Attempt(id); });
}

bool Dispatcher::GivesUp(CallId id, const grpc::CallEnd& end) {
  Call& call = calls_.at(id);
  const std::uint64_t now = loop_.now_us();
  if (end.fate != grpc::Fate::kUntouched) call.reached_us = now;
  const std::uint64_t patience = options_.unreachable_us;
  return patience > 0 && now >= call.reached_us + patience;
}

void Dispatcher::PassDeadline(CallId id) {
  Call& call = calls_.at(id);
  if (call.link != nullptr) {
    const grpc::Fate fate = call.link->Cancel(call.attempt);
    call.in_doubt = call.in_doubt || fate != grpc::Fate::kUntouched;
    call.link = nullptr;
  }
  const std::string before =
      call.trouble.empty() ? "" : "; the last attempt before: " + call.trouble;
  Finish(id, call.in_doubt ? Outcome::kUnknown : Outcome::kFailed,
         {Code::kDeadlineExceeded, "no answer in time" + before, ""});
}

void Dispatcher::Finish(CallId id, Outcome outcome, CallStatus status) {
  auto node = calls_.extract(id);
  Call& call = node.mapped();
  if (call.retry) loop_.Cancel(*call.retry);
  loop_.Cancel(call.deadline);
  Answer answer;
  answer.outcome = outcome;
  answer.status = std::move(status);
  answer.messages = std::move(call.messages);
  answer.endpoint = call.endpoint;
  answer.in_doubt = call.in_doubt;
  call.plan.done(std::move(answer));
}

void Dispatcher::Cancel(CallId id) {
  auto node = calls_.extract(id);
  if (node.empty()) return;
  Call& call = node.mapped();
  if (call.link != nullptr) (void)call.link->Cancel(call.attempt);
  if (call.retry) loop_.Cancel(*call.retry);
  loop_.Cancel(call.deadline);
}

void Dispatcher::Close() {
  closed_ = true;
  std::vector<std::shared_ptr<Link>> all;
  for (const auto& links : links_) all.insert(all.end(), links.begin(), links.end());
  for (const auto& link : all) {
    link->Flush();
    link->Break("the client was closed");
  }
  while (!calls_.empty()) {
    const auto& [id, call] = *calls_.begin();
    const Outcome outcome = call.in_doubt ? Outcome::kUnknown : Outcome::kFailed;
    Finish(CallId{id}, outcome, {Code::kCancelled, "the client was closed", ""});
  }
}

const std::shared_ptr<Link>& Dispatcher::LinkTo(std::size_t endpoint) {
  auto& links = links_[endpoint];
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (links[i]->CanStart()) usable.push_back(i);
  }
  const auto idlest = std::min_element(usable.begin(), usable.end(), [&](auto a, auto b) {
    return links[a]->calls() < links[b]->calls();
  });
  const bool found = idlest != usable.end();
  if (found && (links[*idlest]->calls() == 0 || usable.size() >= options_.links)) {
    return links[*idlest];
  }
  links_made_ += 1;
  links.push_back(std::make_shared<Link>(loop_, *environment_.network, options_.endpoints[endpoint],
                                         options_.link));
  return links.back();
}

void Dispatcher::EndTurn() {
  for (auto& links : links_) {
    for (std::size_t i = 0; i < links.size(); ++i) {
      const std::shared_ptr<Link> link = links[i];  // The vector may move meanwhile.
      link->Flush();
    }
    links.erase(
        std::remove_if(links.begin(), links.end(), [](const auto& link) { return link->over(); }),
        links.end());
  }
}

}  // namespace strata::client
