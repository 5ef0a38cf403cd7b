#include "resp/request_work.h"

#include "base/check.h"
#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {

void RequestWork::Add(const Asked& asked) {
  if (requests_.empty()) began_nanos_ = shared_.environment.clock->NowNanos();
  requests_.push_back({asked.command, asked.container, words_.size(), asked.words.size()});
  for (const std::string_view word : asked.words) {
    words_.push_back({bytes_.size(), word.size()});
    bytes_.append(word);
  }
}

void RequestWork::Run(server::Keyspace& keyspace) {
  if (ran_) *client_ = before_;
  if (!ran_) before_ = *client_;
  ran_ = true;
  replies_.Clear();
  for (done_ = first_; done_ < requests_.size(); ++done_) {
    if (client_->closing || replies_.bytes() >= shared_.limits.reply_bytes_pause) return;
    const Request& request = requests_[done_];
    views_.clear();
    for (std::size_t i = request.first; i < request.first + request.count; ++i) {
      views_.push_back(std::string_view(bytes_).substr(words_[i].begin, words_[i].size));
    }
    const Status performed = Perform({request.command, request.container, views_}, keyspace,
                                     *client_, shared_, &replies_);
    STRATA_CHECK(performed.has_value());  // Here it may wait.
    ExplainIfSlow(request);
  }
}

// A slow lookup is made once more, to see where it has to look; what it found is in caches by now.
void RequestWork::ExplainIfSlow(const Request& request) {
  const bool lookup = !writes_ && client_->db == 0 && request.count == 2 &&
                      request.command != nullptr && request.command->name == "get";
  if (!lookup || client_->took_nanos == 0) return;
  if (!shared_.slow_log.Wants(client_->took_nanos / 1'000)) return;
  ReadTrace trace(*shared_.environment.clock);
  std::string value;
  if (!shared_.db.TraceGet(views_[1], &value, &trace)) return;
  shared_.slow_log.AddTrace(client_->slow_id, trace.steps());
}

void RequestWork::RecordTimes(std::uint64_t now_nanos) {
  for (std::size_t i = first_; i < done_; ++i) {
    shared_.times.Record(KindOf(requests_[i].command), now_nanos - began_nanos_);
  }
}

RequestKind KindOf(const Command* command) {
  const std::uint32_t flags = command == nullptr ? 0 : command->flags;
  if ((flags & kWrite) != 0) return RequestKind::kWrite;
  if ((flags & kSlow) != 0) return RequestKind::kScan;
  return (flags & kRead) != 0 ? RequestKind::kRead : RequestKind::kOther;
}

bool RequestWork::GoOn() {
  first_ = done_;
  ran_ = false;
  replies_.Clear();
  return first_ < requests_.size() && !client_->closing;
}

void RequestWork::Clear() {
  constexpr std::size_t kKeptBytes = 1 << 10;
  if (bytes_.capacity() > kKeptBytes) std::string().swap(bytes_);
  bytes_.clear();
  words_.clear();
  requests_.clear();
  first_ = done_ = 0;
  replies_.Clear();
  ran_ = false;
}

// A client may have chosen not to be answered.
Status Perform(const Asked& asked, server::Keyspace& keyspace, Client& client, Shared& shared,
               server::Output* replies) {
  const auto& [command, container, words] = asked;
  client.took_nanos = 0;
  const std::size_t mark = replies->Mark();
  const ReplyMode mode = client.replies;
  const std::size_t bytes_max = shared.limits.reply_bytes_max;
  Reply reply(replies, client.version, bytes_max);
  Status performed;
  const bool known = command != nullptr && command->function != nullptr;
  if (known && FitsArity(*command, words.size())) {
    Call call{*command, words, keyspace, client, shared, reply};
    if (const auto allowed = Allow(call)) performed = CarryOut(*allowed);
  } else {
    ReplyUnknown(words, container, known || container != nullptr ? command : nullptr, &client,
                 &shared, &reply);
  }
  if (!performed) {
    replies->GoBackTo(mark);
    return performed;
  }
  if (reply.is_cut()) {
    replies->GoBackTo(mark);
    client.limit_met = "reply_bytes_max";
    reply.Error("ERR it was carried out, but its reply is larger than reply_bytes_max, " +
                std::to_string(bytes_max) + " bytes");
  }
  shared.errors.fetch_add(reply.errors(), std::memory_order_relaxed);
  const bool skipped = mode == ReplyMode::kSkip && client.replies == ReplyMode::kSkip;
  if (skipped) client.replies = ReplyMode::kOn;
  const bool silent =
      skipped || client.replies == ReplyMode::kOff || client.replies == ReplyMode::kSkipNext;
  if (client.replies == ReplyMode::kSkipNext) client.replies = ReplyMode::kSkip;
  if (silent) replies->GoBackTo(mark);
  return {};
}

}  // namespace strata::resp
