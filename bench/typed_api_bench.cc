// Lesson typed-api: what a call costs without a network, how many commits calls that come together
// need, and what a second attempt writes. Commits, entries and bytes are asserted; time is shown.

#include <array>
#include <benchmark/benchmark.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/service.h"
#include "bench_store.h"
#include "grpc/client_connection.h"
#include "grpc/server_session.h"
#include "server/draft.h"
#include "stats/counters.h"
#include "strata/v1/strata.pb.h"

namespace strata::api {
namespace {

// A client's and the server's end of one connection; works are carried out as one draft, as in the
// committer when it finds them waiting.
class Wire {
 public:
  explicit Wire(testing::Disk disk)
      : store_({.sync = SyncMode::kAlways}, disk),
        service_(*store_.operator->(), RealEnvironment()),
        methods_(MethodsOf(service_)),
        draft_(*store_.operator->(), 0,
               [this](const WriteBatch& batch, std::uint64_t version) {
                 service_.OnWritten(batch, version);
               }),
        session_({.id = 1}, {methods_, *store_.operator->(), RealEnvironment(), limits_, stats_}),
        client_("bench", {}) {}

  void Start(const std::string& path, const std::string& message) {
    client_.Start(
        {.path = path, .message = message},
        {.message = [this](std::string_view reply) { last_reply_ = reply; },
         .end = [this](const grpc::CallEnd& end) { failed_ += end.status.ok() ? 0 : 1; }});
  }
  // Until all calls are answered.
  void Finish() {
    while (Exchange() || CarryOut()) {
    }
  }

  std::uint64_t wire_bytes() const { return wire_bytes_; }
  std::uint64_t failed() const { return failed_; }
  const std::string& last_reply() const { return last_reply_; }
  DB& db() { return *store_.operator->(); }

 private:
  bool Exchange() {
    const std::string bytes(client_.Pending());
    client_.Sent(bytes.size());
    wire_bytes_ += bytes.size();
    if (!bytes.empty()) session_.Consume(bytes, &output_);
    while (auto work = session_.TakeWork()) works_.push_back(std::move(work));
    std::array<std::string_view, 64> parts;
    const std::size_t count = output_.Front(parts);
    std::string back;
    for (std::size_t i = 0; i < count; ++i) back += parts[i];
    output_.Drop(back.size());
    wire_bytes_ += back.size();
    if (!back.empty() && !client_.Feed(back)) ++failed_;
    return !bytes.empty() || !back.empty();
  }

  bool CarryOut() {
    auto works = std::exchange(works_, {});
    draft_.BeginAnew(RealClock().WallMicros());
    std::vector<server::Draft::Place> places;
    for (const auto& work : works) {
      work->Run(draft_);
      places.push_back(draft_.place());
    }
    if (!draft_.Commit()) ++failed_;
    for (std::size_t i = 0; i < works.size(); ++i) {
      works[i]->OnCommitted(draft_.VersionAt(places[i]));
      session_.FinishWork(std::move(works[i]), &output_);
    }
    return !works.empty();
  }

  testing::BenchStore store_;
  Service service_;
  const grpc::MethodTable methods_;
  const server::Limits limits_;
  server::ServerStats stats_;
  server::Draft draft_;
  grpc::ServerSession session_;
  grpc::ClientConnection client_;
  server::Output output_;
  std::vector<std::unique_ptr<server::Work>> works_;
  std::uint64_t wire_bytes_ = 0;
  std::uint64_t failed_ = 0;
  std::string last_reply_;
};

std::string Put(const std::string& key, const std::string& write_id = "") {
  v1::PutRequest put;
  put.set_key(key);
  put.set_value(std::string(100, 'v'));
  put.set_write_id(write_id);
  return put.SerializeAsString();
}

// So many puts at once, on one connection.
void BM_PutsAtOnce(benchmark::State& state) {
  Wire wire(testing::Disk::kReal);
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      wire.Start("/strata.v1.KV/Put", Put("key" + std::to_string(i)));
    }
    wire.Finish();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  const auto commits = static_cast<double>(wire.db().counters().Get(Counter::kWrites));
  const double each = commits / static_cast<double>(state.items_processed());
  state.counters["commits_per_write"] = each;
  if (each * static_cast<double>(state.range(0)) > 1.1) state.SkipWithError("share commits");
  if (wire.failed() > 0) state.SkipWithError("a put failed");
}
BENCHMARK(BM_PutsAtOnce)->RangeMultiplier(4)->Range(1, 64)->UseRealTime();

// One read after the other. HTTP/2 sends headers that were sent before as a byte each.
void BM_Get(benchmark::State& state) {
  Wire wire(testing::Disk::kMemory);
  wire.Finish();  // The opening of the connection.
  v1::GetRequest get;
  get.set_key("key");
  const std::string request = get.SerializeAsString();
  const auto call = [&] {
    const std::uint64_t before = wire.wire_bytes();
    wire.Start("/strata.v1.KV/Get", request);
    wire.Finish();
    return wire.wire_bytes() - before;
  };
  const std::uint64_t first = call();
  std::uint64_t bytes = 0;
  for (auto _ : state) bytes += call();
  const double later = static_cast<double>(bytes) / static_cast<double>(state.iterations());
  state.counters["bytes_of_first_call"] = static_cast<double>(first);
  state.counters["bytes_per_call"] = later;
  if (later >= static_cast<double>(first)) state.SkipWithError("headers aren't compressed");
  if (wire.failed() > 0) state.SkipWithError("a get failed");
}
BENCHMARK(BM_Get);

// A write with an id, and then the same attempt again and again.
void BM_Retry(benchmark::State& state) {
  Wire wire(testing::Disk::kMemory);
  wire.Start("/strata.v1.KV/Put", Put("key", "an id"));
  wire.Finish();
  const std::uint64_t before = wire.db().GetSnapshot()->sequence();
  for (auto _ : state) {
    wire.Start("/strata.v1.KV/Put", Put("key", "an id"));
    wire.Finish();
  }
  const auto written = static_cast<double>(wire.db().GetSnapshot()->sequence() - before);
  state.counters["entries_per_retry"] = written / static_cast<double>(state.iterations());
  if (written > 0) state.SkipWithError("a second attempt must write nothing");
  if (wire.failed() > 0) state.SkipWithError("a put failed");
}
BENCHMARK(BM_Retry);

// What an id adds to a write.
void BM_PutWithId(benchmark::State& state) {
  const bool with_id = state.range(0) != 0;
  Wire wire(testing::Disk::kMemory);
  std::uint64_t count = 0;
  const std::uint64_t before = wire.db().GetSnapshot()->sequence();
  for (auto _ : state) {
    ++count;
    wire.Start("/strata.v1.KV/Put",
               Put("key" + std::to_string(count % 1000), with_id ? std::to_string(count) : ""));
    wire.Finish();
  }
  const auto written = static_cast<double>(wire.db().GetSnapshot()->sequence() - before);
  state.counters["entries_per_write"] = written / static_cast<double>(count);
  if (wire.failed() > 0) state.SkipWithError("a put failed");
}
BENCHMARK(BM_PutWithId)->Arg(0)->Arg(1);

}  // namespace
}  // namespace strata::api
