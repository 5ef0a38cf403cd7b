// Watch: changes from a sequence on, without gap or duplicate.

#include "api/methods.h"
#include "grpc/error_details.h"
#include "grpc/framing.h"

namespace strata::api {
namespace {

constexpr std::uint64_t kProgressUs = 1'000'000;  // How far it is, if nothing was of interest.

class WatchStream final : public grpc::Stream {
 public:
  WatchStream(Service& service, const server::Peer& peer, TableRef table, v1::WatchRequest request)
      : service_(service),
        connection_(peer.id),
        table_(table),
        request_(std::move(request)),
        seen_(request_.has_from_sequence() ? request_.from_sequence() - 1
                                           : service.changes().last()),
        told_(request_.has_from_sequence() ? std::optional(seen_) : std::nullopt) {
    service_.changes().BeginToWake(peer.home, connection_);
  }
  ~WatchStream() override { service_.changes().StopWaking(connection_); }

  Pulled Pull(server::Keyspace& /*keyspace*/, std::size_t bytes, std::string* out,
              grpc::CallStatus* status) override {
    v1::WatchResponse page;
    std::size_t taken = 0;
    const auto seen = service_.changes().Read(seen_, [&](const FeedChange& change) {
      const bool same =
          !page.events().empty() && page.events().rbegin()->sequence() == change.sequence;
      if (taken >= bytes && !same) return false;  // A transaction's changes stay together.
      if (IsOfInterest(change)) taken += Tell(change, page.add_events());
      return true;
    });
    if (!seen) return TooOld(status);
    seen_ = *seen;
    const std::uint64_t now_us = service_.NowUs();
    const bool progress = !told_ || (seen_ != *told_ && now_us - told_at_us_ >= kProgressUs);
    if (page.events().empty() && !progress) return Pulled::kNothingYet;
    page.set_sequence(seen_);
    grpc::AppendMessage(out, page.SerializeAsString());
    told_ = seen_;
    told_at_us_ = now_us;
    return Pulled::kMore;
  }
  bool may_wait() const override { return false; }

 private:
  bool IsOfInterest(const FeedChange& change) const {
    return change.table == table_ && change.key.starts_with(request_.prefix()) &&
           (!request_.has_lower() || change.key >= request_.lower()) &&
           (!request_.has_upper() || change.key < request_.upper());
  }

  // About how many bytes it is.
  std::size_t Tell(const FeedChange& change, v1::WatchResponse::Event* event) const {
    event->set_sequence(change.sequence);
    event->mutable_change()->set_key(std::string(change.key));
    if (change.value) event->mutable_change()->set_value(std::string(*change.value));
    event->mutable_change()->set_table(request_.table());
    event->mutable_change()->set_expires_at_us(change.expires_at_us);
    return change.key.size() + (change.value ? change.value->size() : 0) + sizeof(FeedChange);
  }

  Pulled TooOld(grpc::CallStatus* status) const {
    const std::string first = std::to_string(service_.changes().floor() + 1);
    *status = grpc::StatusOf(grpc::Code::kOutOfRange,
                             "changes are remembered from sequence " + first + " on, and " +
                                 std::to_string(seen_ + 1) +
                                 " was asked for: read the keys, and watch from there",
                             "HISTORY_GONE", {{"first", first}});
    return Pulled::kEnd;
  }

  Service& service_;
  const server::ConnectionId connection_;
  const TableRef table_;
  const v1::WatchRequest request_;
  std::uint64_t seen_;  // Up to it everything was looked at,
  std::optional<std::uint64_t>
      told_;  // and the client knows up to here; nothing: not where it began.
  std::uint64_t told_at_us_ = 0;
};

std::unique_ptr<grpc::Stream> Open(Service& service, std::string_view bytes,
                                   const server::Peer& peer, grpc::CallStatus* refusal) {
  v1::WatchRequest request;
  if (const Status parsed = Parse(bytes, &request); !parsed) {
    *refusal = grpc::StatusOf(parsed.error());
    return nullptr;
  }
  const auto table = service.Table(request.table());
  if (!table) {
    *refusal = grpc::StatusOf(table.error());
    return nullptr;
  }
  if (request.has_from_sequence() && request.from_sequence() == 0) request.set_from_sequence(1);
  return std::make_unique<WatchStream>(service, peer, *table, std::move(request));
}

}  // namespace

void AddWatchMethods(Service& service, grpc::MethodTable* methods) {
  (*methods)["/strata.v1.Watch/Watch"] = {
      .access = Needing<v1::WatchRequest>(),
      .open = [&service](const auth::Authorized<std::string_view>& bytes, const server::Peer& peer,
                         grpc::CallStatus* refusal) {
        return Open(service, *bytes, peer, refusal);
      }};
}

}  // namespace strata::api
