// Lesson tls-and-identities: what TLS costs. Asserted: what a client that nobody knows yet makes
// the server keep, the bytes that a record adds, and that no session is taken up again. Time is
// only shown.

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <openssl/crypto.h>
#include <string>
#include <vector>

#include "base/check.h"
#include "bench_store.h"
#include "io/memory_file_system.h"
#include "server/server.h"
#include "tls/certificates.h"
#include "tls/network.h"
#include "tls/stream.h"

namespace strata::tls {
namespace {

constexpr std::uint64_t kDay = 86'400'000'000;

// --- memory that OpenSSL holds ---

std::int64_t held = 0;

void* CountMalloc(std::size_t size, const char* /*file*/, int /*line*/) {
  auto* const block = static_cast<std::size_t*>(std::malloc(size + 16));
  *block = size;
  held += static_cast<std::int64_t>(size);
  return reinterpret_cast<char*>(block) + 16;
}
void CountFree(void* memory, const char* /*file*/, int /*line*/) {
  if (memory == nullptr) return;
  char* const block = static_cast<char*>(memory) - 16;
  held -= static_cast<std::int64_t>(*reinterpret_cast<std::size_t*>(block));
  std::free(block);
}
void* CountRealloc(void* memory, std::size_t size, const char* file, int line) {
  void* const fresh = CountMalloc(size, file, line);
  if (memory != nullptr) {
    const std::size_t before = *reinterpret_cast<std::size_t*>(static_cast<char*>(memory) - 16);
    std::copy_n(static_cast<char*>(memory), std::min(before, size), static_cast<char*>(fresh));
    CountFree(memory, file, line);
  }
  return fresh;
}
const bool is_counted = CRYPTO_set_mem_functions(CountMalloc, CountRealloc, CountFree) == 1;

// --- two ends ---

void Write(FileSystem& files, const std::string& path, const std::string& text) {
  const auto file = *files.Create(path);
  STRATA_CHECK(file->Append(text).has_value());
}

struct Papers {
  Papers() {
    const std::uint64_t now = RealClock().WallMicros();
    const Pair ca = *MakeAuthority({"ca", Use::kAuthority, {}, 1, now - kDay, now + kDay});
    const auto make = [&](const std::string& name, Use use, const std::string& known_as) {
      const Pair made = *Issue(ca, {name, use, {known_as}, 2, now - kDay, now + kDay});
      Write(*files, name + ".pem", made.certificate);
      Write(*files, name + ".key", made.key);
    };
    Write(*files, "ca.pem", ca.certificate);
    make("server", Use::kServer, "127.0.0.1");
    make("client", Use::kClient, "ada@example.com");
    server = *Context::ForServer({.certificate = "server.pem",
                                  .key = "server.key",
                                  .authorities = "ca.pem",
                                  .clients = Clients::kRequired},
                                 *files);
    client = *Context::ForClient(
        {.certificate = "client.pem", .key = "client.key", .authorities = "ca.pem"}, *files);
  }
  const std::unique_ptr<MemoryFileSystem> files = NewMemoryFileSystem();
  std::shared_ptr<const Context> server;
  std::shared_ptr<const Context> client;
};

const Papers& ThePapers() {
  static const Papers papers;
  return papers;
}

struct Ends {
  Ends()
      : server(ThePapers().server, RealClock().WallMicros(), "", ""),
        client(ThePapers().client, RealClock().WallMicros(), "127.0.0.1", "") {}
  // Bytes on the wire.
  std::size_t Carry() {
    std::size_t count = 0;
    while (!client.Pending().empty() || !server.Pending().empty()) {
      for (const auto& [from, to] : {std::pair(&client, &server), std::pair(&server, &client)}) {
        const std::string bytes(from->Pending());
        from->Sent(bytes.size());
        count += bytes.size();
        STRATA_CHECK(bytes.empty() || to->Feed(bytes).has_value());
      }
    }
    return count;
  }
  Stream server;
  Stream client;
};

void BM_Handshake(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    Ends ends;
    bytes = ends.Carry();
    if (!ends.server.established() || ends.server.names().empty()) state.SkipWithError("no names");
  }
  state.counters["wire_bytes"] = static_cast<double>(bytes);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Handshake);

void BM_Record(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  Ends ends;
  ends.Carry();
  const std::string said(size, 'x');
  std::vector<char> heard(size);
  std::size_t wire = 0;
  for (auto _ : state) {
    STRATA_CHECK(ends.client.Write(said).has_value());
    wire = ends.Carry();
    std::size_t count = 0;
    while (count < size) count += **ends.server.Read(std::span(heard).subspan(count));
  }
  const std::size_t records = (size + (16 << 10) - 1) / (16 << 10);
  state.counters["added_bytes"] = static_cast<double>(wire - size);
  state.SetBytesProcessed(state.iterations() * state.range(0));
  if (wire - size != 22 * records) state.SkipWithError("a record adds 22 bytes");
}
BENCHMARK(BM_Record)->Arg(16)->Arg(1024)->Arg(16 << 10)->Arg(256 << 10);

// What one who connects and goes no further makes the server keep: at once; after a bit of a
// greeting; after nearly all of it.
void BM_Stranger(benchmark::State& state) {
  const auto sent = static_cast<std::size_t>(state.range(0));
  std::int64_t kept = 0;
  for (auto _ : state) {
    (void)ThePapers();
    const std::int64_t before = held;
    Stream server(ThePapers().server, RealClock().WallMicros(), "", "");
    std::string hello("\x01\x00\x40\x00\x03\x03", 6);  // Of 16 KiB, the most there may be.
    hello.resize(sent, 'x');
    for (std::size_t at = 0; at < sent; at += 16'000) {
      const std::string part = hello.substr(at, 16'000);
      const char head[] = {0x16, 3, 1, static_cast<char>(part.size() >> 8),
                           static_cast<char>(part.size() & 0xff)};
      if (!server.Feed(std::string(head, sizeof(head)) + part)) break;
      kept = std::max(kept, held - before);
    }
    kept = std::max(kept, held - before);
  }
  state.counters["kept_bytes"] = static_cast<double>(kept);
  if (!is_counted) state.SkipWithError("nobody counts");
  if (kept > 64 << 10) state.SkipWithError("a stranger has 64 KiB kept at most");
}
BENCHMARK(BM_Stranger)->Arg(0)->Arg(200)->Arg(16'000);

// --- a server on loopback ---

class EchoProtocol final : public server::Protocol {
 public:
  server::Consumed Consume(std::string_view input, server::Output* output) override {
    output->Append(input);
    return {.bytes = input.size(), .next = server::Next::kRead};
  }
  std::unique_ptr<server::Work> TakeWork() override { return nullptr; }
  server::Next FinishWork(std::unique_ptr<server::Work> /*work*/,
                          server::Output* /*output*/) override {
    return server::Next::kRead;
  }
  void Refuse(std::string_view reason, server::Output* output) override { output->Append(reason); }
};

// A question and its answer, of 100 bytes.
void BM_Request(benchmark::State& state) {
  const bool by_tls = state.range(0) == 1;
  const std::unique_ptr<MemoryFileSystem> files = NewMemoryFileSystem();
  Environment environment = RealEnvironment();
  environment.files = files.get();
  TlsNetwork network(PosixNetwork(), RealClock(), ThePapers().server, {});
  TlsNetwork calling(PosixNetwork(), RealClock(), ThePapers().client, {});
  strata::Options options;
  options.environment = &environment;
  const auto db = testing::MustOpen(options, "db");
  if (by_tls) environment.network = &network;
  server::ServerStats stats;
  const server::Front front{
      .name = "echo", .endpoint = {.host = "127.0.0.1"}, .factory = [](const server::Peer&) {
        return std::make_unique<EchoProtocol>();
      }};
  const auto serving = *server::Server::Start({.fronts = {front}}, *db, environment, stats);
  Network& mine = by_tls ? static_cast<Network&>(calling) : PosixNetwork();
  const auto poller = *mine.NewPoller();
  const auto socket = *mine.Connect(serving->endpoints().front());
  STRATA_CHECK(poller->Add(*socket, 1, {.write = true}).has_value());
  while (poller->Wait(std::nullopt).empty()) {
  }
  STRATA_CHECK(poller->Change(*socket, 1, {.read = true}).has_value());
  const std::string said(100, 'x');
  const std::string_view part = said;
  std::array<char, 4096> heard;
  for (auto _ : state) {
    STRATA_CHECK(*socket->Write({&part, 1}) == said.size());
    std::size_t count = 0;
    while (count < said.size()) {
      const auto got = socket->Read(heard);
      STRATA_CHECK(got.has_value());
      if (*got) count += **got;
      if (!*got) poller->Wait(std::nullopt);
    }
  }
  poller->Remove(*socket);
  state.counters["handshakes"] = static_cast<double>(network.counts().made);
  if (by_tls && network.counts().made != 1) state.SkipWithError("one connection, one handshake");
}
BENCHMARK(BM_Request)->ArgName("tls")->Arg(0)->Arg(1)->UseRealTime();

}  // namespace
}  // namespace strata::tls
