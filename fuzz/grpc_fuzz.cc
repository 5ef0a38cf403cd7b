// Any bytes as what a gRPC client sends, after the opening of the connection: in one piece and in
// many, they must be the same calls; nothing is kept for a length that was only announced.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "grpc/code.h"
#include "grpc/error_details.h"
#include "grpc/framing.h"
#include "grpc/server_session.h"
#include "io/environment.h"
#include "io/memory_file_system.h"
#include "strata/db.h"

namespace {

using strata::grpc::Call;
using strata::grpc::MethodTable;

constexpr std::string_view kOpening("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
constexpr std::size_t kMessageMax = 1 << 16;

// One store for all inputs: the methods don't use it.
struct World {
  World() {
    environment = {.files = disk.get(), .clock = &clock, .executor = executor.get()};
    strata::Options options;
    options.environment = &environment;
    db = *strata::DB::Open(options, "db");
    limits.argument_bytes_max = kMessageMax;
    for (const char* const path : {"/t", "/strata.v1.KV/Get"}) {
      methods[path] = {.access = strata::grpc::Access::AnyUser(),
                       .function = [this](Call& call) -> strata::Status {
                         calls += std::string(call.request) + ";";
                         return {};
                       }};
    }
  }

  strata::ManualClock clock;
  std::unique_ptr<strata::MemoryFileSystem> disk = strata::NewMemoryFileSystem();
  std::unique_ptr<strata::SimExecutor> executor = strata::NewSimExecutor(1, clock);
  strata::Environment environment;
  std::unique_ptr<strata::DB> db;
  strata::server::Limits limits;
  strata::server::ServerStats stats;
  MethodTable methods;
  std::string calls;
};

// The calls that reached a method.
std::string CallsOf(World& world, std::string_view bytes, std::size_t piece) {
  world.calls.clear();
  strata::grpc::ServerSession session(
      {.id = 1}, {world.methods, *world.db, world.environment, world.limits, world.stats});
  strata::server::Output output;
  auto next = session.Consume(kOpening, &output).next;
  for (std::size_t at = 0; at < bytes.size() && next != strata::server::Next::kClose; at += piece) {
    next = session.Consume(bytes.substr(at, piece), &output).next;
    output.Clear();
  }
  STRATA_CHECK(session.bytes_kept() <= 4 * (bytes.size() + kMessageMax));
  return world.calls;
}

void Framing(std::string_view bytes) {
  strata::grpc::MessageReader reader(kMessageMax);
  reader.Append(bytes);
  std::string again;
  while (true) {
    const auto message = reader.Next();
    if (!message || !*message) break;
    strata::grpc::AppendMessage(&again, **message);
  }
  STRATA_CHECK(bytes.starts_with(again));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto* const world = new World();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = CallsOf(*world, bytes, std::max<std::size_t>(size, 1));
  STRATA_CHECK(CallsOf(*world, bytes, 1) == whole);
  Framing(bytes);
  const std::string text(bytes);
  STRATA_CHECK(strata::grpc::DecodeMessage(strata::grpc::EncodeMessage(text)) == text);
  STRATA_CHECK(*strata::grpc::DecodeBinary(strata::grpc::EncodeBinary(text)) == text);
  static_cast<void>(strata::grpc::ParseTimeout(bytes));
  static_cast<void>(strata::grpc::DecodeBinary(bytes));
  static_cast<void>(strata::grpc::ErrorOf({strata::grpc::Code::kUnknown, "", text}));
  return 0;
}
