// What sealing costs: bytes a second by the size of a block, and what stands on the disk. Asserted:
// no byte of a value is found there, and a sealed block is 24 bytes longer.

#include <benchmark/benchmark.h>

#include <string>

#include "base/check.h"
#include "crypto/secret.h"
#include "io/memory_file_system.h"
#include "keyring/keyring.h"
#include "seal/gcm_file_cipher.h"
#include "sst/block_io.h"

namespace strata {
namespace {

seal::GcmFileCipher NewCipher(seal::GcmFileCipher::For use) {
  return {crypto::Secret(std::string(32, 'k')), crypto::Salt{}, 1, use};
}

void BM_Seal(benchmark::State& state) {
  const auto cipher = NewCipher(seal::GcmFileCipher::For::kWriting);
  const auto size = static_cast<std::size_t>(state.range(0));
  std::string block(size + FileCipher::kOverhead, 'v');
  for (auto _ : state) {
    cipher.Seal({SealedPart::kBlock, 0, "xx"}, {block.data(), size}, block.data());
    benchmark::DoNotOptimize(block.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Seal)->Arg(256)->Arg(4096)->Arg(65536)->Arg(1 << 20);

void BM_Open(benchmark::State& state) {
  const auto writer = NewCipher(seal::GcmFileCipher::For::kWriting);
  const auto reader = NewCipher(seal::GcmFileCipher::For::kReading);
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::string text(size, 'v');
  std::string sealed(size + FileCipher::kOverhead, '\0');
  std::string opened(size, '\0');
  writer.Seal({SealedPart::kBlock, 0, "xx"}, text, sealed.data());
  for (auto _ : state) {
    const Status status = reader.Open({SealedPart::kBlock, 0, "xx"}, sealed, opened.data());
    STRATA_CHECK(status.has_value());
    benchmark::DoNotOptimize(opened.data());
  }
  STRATA_CHECK(opened == text);
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Open)->Arg(256)->Arg(4096)->Arg(65536)->Arg(1 << 20);

// A block with its trailer, sealed and in the clear.
void BM_Block(benchmark::State& state) {
  const auto cipher = NewCipher(seal::GcmFileCipher::For::kWriting);
  const bool seals = state.range(0) != 0;
  sst::BlockCodec codec;
  codec.cipher = seals ? &cipher : nullptr;
  const std::string block(4096, 'v');
  std::string out;
  std::uint64_t size = 0;
  for (auto _ : state) {
    out.clear();
    size = sst::AppendBlock(block, codec, {}, 0, &out).size;
  }
  STRATA_CHECK(size == 4096 + (seals ? FileCipher::kOverhead : 0));
  const bool tells = out.find("vvvvvvvv") != std::string::npos;
  STRATA_CHECK(tells != seals);
  state.counters["plaintext_bytes_on_disk"] = tells ? 4096 : 0;
  state.SetBytesProcessed(state.iterations() * 4096);
}
BENCHMARK(BM_Block)->Arg(0)->Arg(1);

}  // namespace
}  // namespace strata

