// Lesson event-loop: a server on loopback. Asserted: clients that write at the same time share a
// commit, idle connections keep no buffers, and many replies leave in few parts. Time is only
// shown.

#include <array>
#include <benchmark/benchmark.h>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "bench_store.h"
#include "io/forwarding_file_system.h"
#include "server/server.h"

namespace strata::server {
namespace {

constexpr std::uint64_t kSyncMicros = 200;

// Files in memory; a sync takes as long as that of a good disk.
class SlowDisk final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    STRATA_TRY_ASSIGN(auto file, below().Create(path, options));
    return std::unique_ptr<WritableFile>(std::make_unique<File>(std::move(file)));
  }

 private:
  class File final : public WritableFile {
   public:
    explicit File(std::unique_ptr<WritableFile> below) : below_(std::move(below)) {}

    Status Append(std::string_view data) override { return below_->Append(data); }
    Status Sync() override {
      RealClock().SleepMicros(kSyncMicros);
      return below_->Sync();
    }
    Status Close() override { return below_->Close(); }
    std::uint64_t size() const override { return below_->size(); }

   private:
    const std::unique_ptr<WritableFile> below_;
  };
};

// Each byte that a client sends adds one to a counter; a byte comes back for it.
class AddOnes final : public Work {
 public:
  void Run(Keyspace& keyspace) override {
    replies.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const auto entry = keyspace.Get(kDefaultTable, "n");
      const auto sum = 1 + (entry && *entry ? std::stoull((*entry)->value) : 0);
      replies += keyspace.Put(kDefaultTable, "n", std::to_string(sum), 0) ? '+' : '-';
    }
  }
  bool writes() const override { return true; }

  std::size_t count = 0;
  std::string replies;
};

class AddProtocol final : public Protocol {
 public:
  explicit AddProtocol(ConnectionId id) : id_(id) {}

  Consumed Consume(std::string_view input, Output* /*output*/) override {
    count_ = input.size();
    return {.bytes = count_, .next = count_ == 0 ? Next::kRead : Next::kWork};
  }
  std::unique_ptr<Work> TakeWork() override {
    auto work = std::make_unique<AddOnes>();
    work->connection = id_;
    work->count = count_;
    return work;
  }
  Next FinishWork(std::unique_ptr<Work> work, Output* output) override {
    output->Append(std::move(static_cast<AddOnes&>(*work).replies));
    return Next::kRead;
  }
  void Refuse(std::string_view reason, Output* output) override { output->Append(reason); }

 private:
  const ConnectionId id_;
  std::size_t count_ = 0;
};

// A server, and clients that all live in one thread.
struct World {
  explicit World(std::size_t clients) : environment(RealEnvironment()) {
    environment.files = &files;
    Options options;
    options.environment = &environment;
    db = testing::MustOpen(options, "db");
    const auto factory = [](const Peer& peer) { return std::make_unique<AddProtocol>(peer.id); };
    const Front front{.name = "adds", .endpoint = {.host = "127.0.0.1"}, .factory = factory};
    auto started = Server::Start({.fronts = {front}}, *db, environment, stats);
    STRATA_CHECK(started.has_value());
    server = *std::move(started);
    poller = *PosixNetwork().NewPoller();
    for (std::size_t i = 0; i < clients; ++i) {
      sockets.push_back(*PosixNetwork().Connect(server->endpoints().front()));
      STRATA_CHECK(poller->Add(*sockets.back(), i, {.write = true}).has_value());
      while (poller->Wait(std::nullopt).empty()) {
      }
      STRATA_CHECK(poller->Change(*sockets.back(), i, {.read = true}).has_value());
    }
  }
  ~World() {
    for (auto& socket : sockets) poller->Remove(*socket);
  }

  // Each adds one, and waits for its reply.
  void AddAll() {
    constexpr std::string_view kOne = "1";
    for (auto& socket : sockets) STRATA_CHECK(*socket->Write({&kOne, 1}) == 1);
    std::array<char, 64> reply;
    for (std::size_t replies = 0; replies < sockets.size();) {
      for (const Ready& ready : poller->Wait(std::nullopt)) {
        const auto got = sockets[ready.token]->Read(reply);
        STRATA_CHECK(got && *got && **got == 1 && reply[0] == '+');
        ++replies;
      }
    }
  }

  const std::unique_ptr<MemoryFileSystem> memory = NewMemoryFileSystem();
  SlowDisk files{*memory};
  Environment environment;
  ServerStats stats;
  std::unique_ptr<DB> db;
  std::unique_ptr<Server> server;
  std::unique_ptr<Poller> poller;
  std::vector<std::unique_ptr<Socket>> sockets;
};

void BM_Commits(benchmark::State& state) {
  const auto clients = static_cast<std::size_t>(state.range(0));
  World world(clients);
  for (auto _ : state) world.AddAll();
  const auto writes = static_cast<double>(state.iterations()) * static_cast<double>(clients);
  const double per_write = static_cast<double>(world.stats.commits) / writes;
  state.counters["commits_per_write"] = per_write;
  state.SetItemsProcessed(static_cast<std::int64_t>(writes));
  if (per_write > 1) state.SkipWithError("a write takes one commit at most");
  if (clients >= 16 && per_write > 0.5) state.SkipWithError("clients must share their commits");
}
BENCHMARK(BM_Commits)->RangeMultiplier(4)->Range(1, 64)->UseRealTime();

void BM_IdleConnections(benchmark::State& state) {
  World world(100);
  for (auto _ : state) {
    world.AddAll();
    state.counters["bytes_before"] = static_cast<double>(world.stats.buffer_bytes);
    for (int i = 0; i < 500 && world.stats.buffer_bytes > 0; ++i) RealClock().SleepMicros(10'000);
  }
  const std::uint64_t bytes = world.stats.buffer_bytes;
  state.counters["bytes_after"] = static_cast<double>(bytes);
  if (bytes != 0) state.SkipWithError("a connection that waits for nothing must keep no buffer");
}
BENCHMARK(BM_IdleConnections)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Output(benchmark::State& state) {
  constexpr std::size_t kReplies = 1'000;
  const std::string reply(100, 'x');
  Output output;
  std::array<std::string_view, 64> parts;
  std::size_t count = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kReplies; ++i) output.Append(std::string_view(reply));
    count = output.Front(parts);
    output.Drop(output.bytes());
  }
  state.counters["parts_per_reply"] = static_cast<double>(count) / kReplies;
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kReplies));
  if (count > kReplies / 100) state.SkipWithError("short replies must be gathered");
}
BENCHMARK(BM_Output);

}  // namespace
}  // namespace strata::server
