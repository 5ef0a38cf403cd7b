// The client's end of the Redis protocol, as far as SET and GET need it.

#include <charconv>
#include <deque>
#include <optional>

#include "load/speaker.h"

namespace strata::load {
namespace {

void AppendBulk(std::string* to, std::string_view bytes) {
  to->append("$").append(std::to_string(bytes.size())).append("\r\n").append(bytes).append("\r\n");
}

struct Reply {
  char type = '\0';
  std::string_view line;  // Of its first one, without the type: valid as long as the input.
  std::size_t bytes = 0;  // All of it.
};

Error NoReply(std::string_view line) {
  return Error(ErrorCode::kIo, "what answers doesn't speak the Redis protocol: '" +
                                   std::string(line.substr(0, 40)) + "'");
}

// What a line announces: elements of an array (a map has two for each entry), or bytes.
Result<std::int64_t> Length(std::string_view line) {
  std::int64_t length = 0;
  const auto [at, wrong] = std::from_chars(line.data(), line.data() + line.size(), length);
  if (wrong != std::errc() || at != line.data() + line.size()) return NoReply(line);
  return length;
}

// The reply at the front; nothing: it isn't whole yet. Replies within replies are passed over.
Result<std::optional<Reply>> ParseReply(std::string_view input) {
  Reply reply;
  for (std::int64_t left = 1; left > 0; --left) {
    const std::size_t end = input.find("\r\n", reply.bytes);
    if (end == std::string_view::npos) return std::optional<Reply>();
    const char type = input[reply.bytes];
    const std::string_view line = input.substr(reply.bytes + 1, end - reply.bytes - 1);
    if (reply.type == '\0') reply = {.type = type, .line = line};
    reply.bytes = end + 2;
    if (type == '$' || type == '*' || type == '%' || type == '~') {
      STRATA_TRY_ASSIGN(const std::int64_t length, Length(line));
      if (type == '$' && length >= 0) reply.bytes += static_cast<std::size_t>(length) + 2;
      if (type != '$' && length > 0) left += type == '%' ? 2 * length : length;
    } else if (std::string_view("+-:_,#").find(type) == std::string_view::npos) {
      return NoReply(input);
    }
    if (reply.bytes > input.size()) return std::optional<Reply>();
  }
  return std::optional(reply);
}

class RespSpeaker final : public Speaker {
 public:
  void Ask(const Request& request, std::uint32_t tag) override {
    waiting_.push_back(tag);
    if (request.verb == Request::Verb::kGet) {
      output_.append("*2\r\n$3\r\nGET\r\n");
      return AppendBulk(&output_, request.key);
    }
    output_.append("*3\r\n$3\r\nSET\r\n");
    AppendBulk(&output_, request.key);
    AppendBulk(&output_, request.value);
  }

  Status Feed(std::string_view bytes, std::vector<Answer>* answers) override {
    if (!input_.empty()) {
      input_.append(bytes);
      bytes = input_;
    }
    while (true) {
      STRATA_TRY_ASSIGN(const auto reply, ParseReply(bytes));
      if (!reply) break;
      if (waiting_.empty()) return Error(ErrorCode::kIo, "the server answered what nobody asked");
      answers->push_back(AnswerOf(*reply));
      waiting_.pop_front();
      bytes.remove_prefix(reply->bytes);
    }
    input_ = std::string(bytes);
    return {};
  }

  std::string_view Pending() override { return std::string_view(output_).substr(sent_); }

  void Sent(std::size_t count) override {
    sent_ += count;
    if (sent_ < output_.size()) return;
    output_.clear();
    sent_ = 0;
  }

 private:
  Answer AnswerOf(const Reply& reply) const {
    Answer answer{.tag = waiting_.front()};
    if (reply.type == '-') {
      answer.outcome = Answer::Outcome::kRefused;
      answer.kind = reply.line.substr(0, reply.line.find(' '));
      answer.text = reply.line;
    } else if (reply.type == '_' || (reply.type == '$' && reply.line == "-1")) {
      answer.outcome = Answer::Outcome::kMissing;
    }
    return answer;
  }

  std::deque<std::uint32_t> waiting_;
  std::string output_;
  std::size_t sent_ = 0;  // Of its front.
  std::string input_;     // A reply that isn't whole.
};

}  // namespace

std::unique_ptr<Speaker> NewRespSpeaker() {
  return std::make_unique<RespSpeaker>();
}

}  // namespace strata::load
