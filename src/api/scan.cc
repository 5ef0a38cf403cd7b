// KV.Scan: a stream of one moment, made by readers piece by piece, as the client takes it.

#include "api/methods.h"
#include "grpc/error_details.h"
#include "grpc/framing.h"

namespace strata::api {
namespace {

class ScanStream final : public grpc::Stream {
 public:
  ScanStream(Service& service, v1::ScanRequest scan)
      : service_(service), scan_(std::move(scan)), left_(scan_.limit()) {}

  Pulled Pull(server::Keyspace& /*keyspace*/, std::size_t bytes, std::string* out,
              grpc::CallStatus* status) override {
    v1::ScanResponse page;
    const Result<bool> more = Next(bytes, &page);
    if (!more) {
      *status = grpc::StatusOf(more.error());
      return Pulled::kEnd;
    }
    if (page.entries_size() > 0) grpc::AppendMessage(out, page.SerializeAsString());
    return *more ? Pulled::kMore : Pulled::kEnd;
  }
  bool may_wait() const override { return true; }

 private:
  // True: there is more to come.
  Result<bool> Next(std::size_t bytes, v1::ScanResponse* page) {
    if (cursor_ == nullptr) STRATA_TRY(Begin());
    STRATA_TRY_ASSIGN(const bool more, TakeEntries(scan_, cursor_.get(), bytes, &left_, page));
    return more && page->next_page_token().empty();
  }

  Status Begin() {
    STRATA_TRY_ASSIGN(ReadOptions options, ReadOptionsOf(service_, scan_));
    STRATA_TRY_ASSIGN(options.snapshot, service_.SnapshotOf(scan_.from().snapshot()));
    STRATA_TRY_ASSIGN(cursor_, service_.db().NewIterator(options));
    return scan_.reverse() ? cursor_->SeekToLast() : cursor_->SeekToFirst();
  }

  Service& service_;
  const v1::ScanRequest scan_;
  std::uint64_t left_;  // Of the limit.
  std::unique_ptr<Iterator> cursor_;
};

}  // namespace

// A page token is the last key that was told, with an 'a' in front: going on is a bound.
Result<ReadOptions> ReadOptionsOf(Service& service, const v1::ScanRequest& scan) {
  ReadOptions options;
  STRATA_TRY_ASSIGN(options.table, service.Table(scan.from().table()));
  options.fill_cache = false;
  options.prefix = scan.prefix();
  if (scan.has_lower()) options.lower = scan.lower();
  if (scan.has_upper()) options.upper = scan.upper();
  const std::string& token = scan.page_token();
  if (token.empty()) return options;
  if (token.front() != 'a') return InvalidArgument("the page_token is none that a scan answered");
  const std::string last = token.substr(1);
  if (scan.reverse()) {
    if (!options.upper || last < *options.upper) options.upper = last;
    return options;
  }
  const std::string next = last + '\0';
  if (!options.lower || next > *options.lower) options.lower = next;
  return options;
}

Result<bool> TakeEntries(const v1::ScanRequest& scan, Iterator* cursor, std::size_t bytes,
                         std::uint64_t* left, v1::ScanResponse* to) {
  for (std::size_t taken = 0; taken < bytes && cursor->Valid();) {
    v1::Entry* const entry = to->add_entries();
    entry->set_key(std::string(cursor->key()));
    if (!scan.keys_only()) entry->set_value(std::string(cursor->value()));
    taken += entry->key().size() + entry->value().size() + sizeof(v1::Entry);
    STRATA_TRY(scan.reverse() ? cursor->Prev() : cursor->Next());
    if (scan.limit() == 0 || --*left > 0) continue;
    if (cursor->Valid()) to->set_next_page_token('a' + entry->key());
    break;
  }
  return cursor->Valid();
}

void AddScanMethods(Service& service, grpc::MethodTable* methods) {
  (*methods)["/strata.v1.KV/Scan"] = {
      .access = Needing<v1::ScanRequest>(),
      .open = [&service](const auth::Authorized<std::string_view>& bytes,
                         const server::Peer& /*peer*/,
                         grpc::CallStatus* refusal) -> std::unique_ptr<grpc::Stream> {
        v1::ScanRequest scan;
        if (const Status parsed = Parse(*bytes, &scan); !parsed) {
          *refusal = grpc::StatusOf(parsed.error());
          return nullptr;
        }
        std::optional<grpc::CallStatus> behind;
        if (!service.HasReached(scan.from().min_sequence(), &behind)) {
          *refusal = *std::move(behind);
          return nullptr;
        }
        return std::make_unique<ScanStream>(service, std::move(scan));
      }};
}

}  // namespace strata::api
