// How many bytes a second the checksum of every format covers, by table and by instruction.

#include <benchmark/benchmark.h>
#include <string>

#include "base/crc32c.h"
#include "base/random.h"

namespace strata {
namespace {

template <typename Checksum>
void Run(benchmark::State& state, Checksum checksum) {
  const std::string bytes = Random(1).Bytes(static_cast<std::size_t>(state.range(0)));
  std::uint32_t crc = 0;
  for (auto _ : state) {
    crc = checksum(crc, bytes);
    benchmark::DoNotOptimize(crc);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void BM_Crc32c(benchmark::State& state) {
  Run(state, ExtendCrc32c);
}
void BM_Crc32cByTable(benchmark::State& state) {
  Run(state, internal::ExtendCrc32cByTable);
}

// A record of the log, a block of a table, a large value.
BENCHMARK(BM_Crc32c)->Arg(100)->Arg(4 << 10)->Arg(16 << 10)->Arg(1 << 20);
BENCHMARK(BM_Crc32cByTable)->Arg(100)->Arg(4 << 10)->Arg(16 << 10);

}  // namespace
}  // namespace strata
