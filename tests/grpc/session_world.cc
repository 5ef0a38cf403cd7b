#include "grpc/session_world.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "server/read_only.h"
#include "testing/results.h"

namespace strata::grpc::testing {

std::string Told::Text() const {
  std::string text = end ? std::string(NameOf(end->status.code)) : "...";
  if (end && !end->status.message.empty()) text += ": " + end->status.message;
  for (const std::string& message : messages) text += " " + message;
  return text;
}

FailingStore::FailingStore() {
  environment_ = {.files = faults_.get(),
                  .clock = &clock_,
                  .executor = executor_.get(),
                  .entropy = SeededEntropy(1)};
  Options options;
  options.environment = &environment_;
  db_ = strata::testing::Must(DB::Open(options, "db"));
}

FailingStore::~FailingStore() = default;

SessionWorld::SessionWorld(const Methods& methods, const server::Limits& limits,
                           server::OnWritten on_written)
    : limits_(limits),
      on_written_(std::move(on_written)),
      poller_(strata::testing::Must(PosixNetwork().NewPoller())),
      mailbox_(std::make_unique<server::Mailbox>(*poller_)) {
  methods_ = methods(*store_, store_.environment());
  const SessionParts parts{methods_, *store_, store_.environment(), limits_, stats_};
  session_ = std::make_unique<ServerSession>(server::Peer{.id = 5, .home = mailbox_.get()}, parts);
  client_ = std::make_unique<ClientConnection>("test", ClientLimits{});
}

SessionWorld::~SessionWorld() = default;

void SessionWorld::SetAuthority(auth::Authority& authority) {
  SessionParts parts{methods_, *store_, store_.environment(), limits_, stats_};
  parts.authority = &authority;
  session_ = std::make_unique<ServerSession>(server::Peer{.id = 5, .home = mailbox_.get()}, parts);
  client_ = std::make_unique<ClientConnection>("test", ClientLimits{});
}

ClientConnection::CallId SessionWorld::Start(const std::string& path, std::string message,
                                             std::optional<std::uint64_t> timeout_us) {
  auto told = std::make_shared<ClientConnection::CallId>(0);
  // The id is known before anything comes back.
  const auto id = client_->Start(
      {.path = path, .message = std::move(message), .timeout_us = timeout_us, .headers = headers},
      {.message = [this, told](std::string_view one) { told_[*told].messages.emplace_back(one); },
       .end = [this, told](CallEnd end) { told_[*told].end = std::move(end); }});
  *told = id;
  told_[id];
  Exchange();
  return id;
}

Told SessionWorld::Call(const std::string& path, std::string message,
                        std::optional<std::uint64_t> timeout_us) {
  const auto id = Start(path, std::move(message), timeout_us);
  CarryOutAll();
  return told_[id];
}

void SessionWorld::Cancel(ClientConnection::CallId call) {
  client_->Cancel(call);
  Exchange();
}

void SessionWorld::Take(server::Next next) {
  STRATA_CHECK(next != server::Next::kWork && next != server::Next::kAgain);
  if (next == server::Next::kClose) closed_ = true;
  while (auto work = session_->TakeWork()) {
    STRATA_CHECK(next == server::Next::kWorks);
    works_.push_back(std::move(work));
  }
}

bool SessionWorld::ToServer() {
  const std::string_view pending = client_->Pending().substr(0, piece_bytes);
  if (pending.empty() || closed_) return false;
  const std::string bytes(pending);
  client_->Sent(bytes.size());
  const auto consumed = session_->Consume(bytes, &output_);
  STRATA_CHECK(consumed.bytes == bytes.size());
  Take(consumed.next);
  return true;
}

bool SessionWorld::ToClient() {
  if (!client_reads || output_.empty()) return false;
  std::array<std::string_view, 1> part;
  output_.Front(part);
  const std::string bytes(part[0].substr(0, piece_bytes));
  output_.Drop(bytes.size());
  STRATA_CHECK(client_->Feed(bytes).has_value());
  if (output_.empty()) Take(session_->Awake(&output_));
  return true;
}

void SessionWorld::Exchange() {
  while (true) {
    const bool sent = ToServer();
    const bool heard = ToClient();
    if (!sent && !heard) return;
  }
}

std::size_t SessionWorld::CarryOut() {
  auto works = std::exchange(works_, {});
  server::Draft draft(*store_, store_.clock().WallMicros(), on_written_);
  server::ReadOnly now(*store_, store_.clock().WallMicros(), server::ReadOnly::MayWait::kYes);
  std::vector<server::Draft::Place> places;
  for (const auto& work : works) {
    work->Run(work->writes() ? static_cast<server::Keyspace&>(draft) : now);
    places.push_back(draft.place());
  }
  const Status written = draft.Commit();
  for (std::size_t i = 0; i < works.size(); ++i) {
    auto& work = works[i];
    if (work->writes() && !written) {
      server::ReadOnly refusing(*store_, draft.now_us(), server::ReadOnly::MayWait::kYes);
      refusing.Refuse(written.error());
      work->Run(refusing);
    }
    if (work->writes() && written) work->OnCommitted(draft.VersionAt(places[i]));
    Take(session_->FinishWork(std::move(work), &output_));
  }
  Exchange();
  return works.size();
}

void SessionWorld::CarryOutAll() {
  while (CarryOut() > 0) {
  }
}

void SessionWorld::Tick() {
  Take(session_->Awake(&output_));
  Exchange();
}

std::string SessionWorld::TakeMet() {
  std::string text;
  for (const server::LimitMet& met : session_->TakeMet()) {
    (stats_.*met.count).fetch_add(met.times);
    text += std::string(met.limit) + " " + std::to_string(met.times) + " ";
  }
  return text;
}

void SessionWorld::WakeAll() {
  mailbox_->Take(&mail_);
  for (std::size_t i = 0; i < mail_.to_wake.size(); ++i) Tick();
  mail_.to_wake.clear();
}

std::string SessionWorld::SendRaw(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size() && !closed_; i += piece_bytes) {
    Take(session_->Consume(bytes.substr(i, piece_bytes), &output_).next);
  }
  std::string answer;
  std::array<std::string_view, 1> part;
  while (output_.Front(part) > 0) {
    answer += part[0];
    output_.Drop(part[0].size());
  }
  return answer;
}

}  // namespace strata::grpc::testing
