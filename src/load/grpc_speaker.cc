// The client's end of gRPC: each request is a call.

#include <utility>

#include "grpc/client_connection.h"
#include "load/messages.h"
#include "load/speaker.h"

namespace strata::load {
namespace {

class GrpcSpeaker final : public Speaker {
 public:
  GrpcSpeaker(GrpcService service, std::string authority)
      : service_(service), connection_(std::move(authority), {}) {}

  void Ask(const Request& request, std::uint32_t tag) override {
    if (calls_.size() <= tag) calls_.resize(tag + 1);
    calls_[tag] = {.is_get = request.verb == Request::Verb::kGet};
    // Both fit into a std::function without an allocation.
    connection_.Start({.path = std::string(PathOf(service_, request.verb)),
                       .message = MessageOf(service_, request)},
                      {.message = [this, tag](std::string_view reply) { Hear(tag, reply); },
                       .end = [this, tag](grpc::CallEnd end) { End(tag, std::move(end)); }});
  }

  bool CanAsk() const override { return connection_.CanStart(); }

  Status Feed(std::string_view bytes, std::vector<Answer>* answers) override {
    answers_ = answers;
    return connection_.Feed(bytes);
  }

  std::string_view Pending() override { return connection_.Pending(); }
  void Sent(std::size_t count) override { connection_.Sent(count); }

 private:
  struct CallState {
    bool is_get = false;
    bool found = false;
  };

  void Hear(std::uint32_t tag, std::string_view reply) {
    if (calls_[tag].is_get && HasEntry(service_, reply)) calls_[tag].found = true;
  }

  void End(std::uint32_t tag, grpc::CallEnd end) {
    Answer answer{.tag = tag};
    if (!end.status.ok()) {
      answer.outcome = Answer::Outcome::kRefused;
      answer.kind = grpc::NameOf(end.status.code);
      answer.text = answer.kind + ": " + end.status.message;
    } else if (calls_[tag].is_get && !calls_[tag].found) {
      answer.outcome = Answer::Outcome::kMissing;
    }
    answers_->push_back(std::move(answer));
  }

  const GrpcService service_;
  std::vector<CallState> calls_;            // By tag.
  std::vector<Answer>* answers_ = nullptr;  // Of the Feed that is under way.
  grpc::ClientConnection connection_;
};

}  // namespace

std::unique_ptr<Speaker> NewGrpcSpeaker(GrpcService service, std::string authority) {
  return std::make_unique<GrpcSpeaker>(service, std::move(authority));
}

}  // namespace strata::load
