#include "resp/resp_world.h"

#include <catch2/catch.hpp>

#include <utility>

#include "base/escape.h"
#include "server/draft.h"
#include "server/read_only.h"
#include "testing/results.h"

namespace strata::resp::testing {

std::string Readable(std::string_view replies) {
  std::string text;
  while (!replies.empty()) {
    const std::size_t end = replies.find("\r\n");
    if (end == std::string_view::npos) return text + "CUT: " + Escape(replies) + "\n";
    const std::string_view line = replies.substr(0, end);
    replies.remove_prefix(end + 2);
    text += line;
    const bool has_bytes = (line[0] == '$' || line[0] == '=') && line != "$-1";
    if (has_bytes) {
      const std::size_t size = std::stoul(std::string(line.substr(1)));
      if (replies.size() < size + 2) return text + " CUT: " + Escape(replies) + "\n";
      text += " \"" + Escape(replies.substr(0, size)) + "\"";
      replies.remove_prefix(size + 2);
    }
    text += "\n";
  }
  return text;
}

namespace {

Environment EnvironmentOf(strata::testing::TestStore& store) {
  return {.files = &store.disk(),
          .clock = &store.clock(),
          .executor = &store.executor(),
          .entropy = SeededEntropy(27)};
}

}  // namespace

RespWorld::RespWorld(const server::Limits& limits)
    : shared_(std::make_unique<Shared>(*store_, EnvironmentOf(store_), stats_, limits)),
      poller_(strata::testing::Must(PosixNetwork().NewPoller())),
      mailbox_(std::make_unique<server::Mailbox>(*poller_)) {
  AddParameters(shared_.get(), SyncMode::kAlways);
}

RespWorld::~RespWorld() = default;

void RespWorld::Reopen() {
  const server::Limits limits = shared_->limits;
  sessions_.clear();
  shared_.reset();
  store_.Reopen();
  shared_ = std::make_unique<Shared>(*store_, EnvironmentOf(store_), stats_, limits);
}

std::unique_ptr<Session> RespWorld::NewSession(int id) {
  return std::make_unique<Session>(
      server::Peer{.id = static_cast<server::ConnectionId>(id),
                   .address = {.host = "client", .port = static_cast<std::uint16_t>(id)},
                   .local = {.host = "server", .port = 6379},
                   .home = mailbox_.get(),
                   .since_us = store_.clock().WallMicros()},
      *shared_);
}

std::unique_ptr<server::Work> RespWorld::Abandon(std::string_view bytes) {
  const auto session = NewSession(99);
  server::Output output;
  REQUIRE(session->Consume(bytes, &output).next == server::Next::kWork);
  return session->TakeWork();
}

std::string RespWorld::Exchange(int id, std::string_view bytes) {
  auto& session = sessions_[id];
  if (session == nullptr) session = NewSession(id);
  std::string& input = unread_[id];
  input += bytes;
  server::Output output;
  std::string replies;
  while (!closed(id)) {
    if (output.bytes() >= shared_->limits.reply_bytes_pause) replies += TakeReplies(&output);
    const auto [consumed, next] = session->Consume(input, &output);
    input.erase(0, consumed);
    if (next == server::Next::kWork) CarryOut(id, &output);
    for (const server::LimitMet& met : session->TakeMet()) met_ += std::string(met.limit) + " ";
    if (next == server::Next::kRead) break;
    if (next == server::Next::kClose) closed_[id] = true;
  }
  return replies + TakeReplies(&output);
}

std::string RespWorld::TakeReplies(server::Output* output) {
  unread_max_ = std::max(unread_max_, output->bytes());
  std::vector<std::string_view> parts(100'000);
  parts.resize(output->Front(parts));
  std::string replies;
  for (const std::string_view part : parts) replies += part;
  output->Clear();
  return replies;
}

void RespWorld::CarryOut(int id, server::Output* output) {
  Session* const session = sessions_.at(id).get();
  ++works_;
  auto work = session->TakeWork();
  const std::uint64_t now = store_.clock().WallMicros();
  if (work->writes()) {
    server::Draft draft(*store_, now);
    work->Run(draft);
    if (const Status written = draft.Commit(); !written) {
      server::ReadOnly refusing(*store_, now, server::ReadOnly::MayWait::kYes);
      refusing.Refuse(written.error());
      work->Run(refusing);
    }
  } else {
    server::ReadOnly reading(*store_, now, server::ReadOnly::MayWait::kYes);
    work->Run(reading);
  }
  if (session->FinishWork(std::move(work), output) == server::Next::kClose) closed_[id] = true;
}

std::string RespWorld::Ask(int id, const std::vector<std::string>& words) {
  std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words) {
    bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  }
  return Readable(Exchange(id, bytes));
}

std::string RespWorld::TakePushes(int id) {
  mailbox_->Take(&mail_);
  for (const server::Push& push : mail_.pushes) pushes_[static_cast<int>(push.to)] += push.bytes;
  for (const server::ConnectionId closed : mail_.to_close) {
    sessions_.erase(static_cast<int>(closed));
    closed_[static_cast<int>(closed)] = true;
  }
  mail_.pushes.clear();
  mail_.to_close.clear();
  return std::exchange(pushes_[id], "");
}

}  // namespace strata::resp::testing
