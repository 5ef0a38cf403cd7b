// What a randomized test did, in numbers: counted, printed as one line and compared with the least
// that makes the test worth having. A test that ran nothing must not pass.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace strata::testing {

// How much more than usual randomized tests shall do: the environment's STRATA_TEST_SCALE, else 1,
// or 0.1 under a sanitizer. Where less is done, Shortfall() asks for less too.
double TestScale();
std::uint64_t Scaled(std::uint64_t count);
// For sweeps: so many rounds, at least one, each of which tries one place in Stride().
std::uint64_t ScaledRounds();
std::uint64_t ScaledStride();

// The environment's STRATA_SIM_SEED: run this seed and no other. Nothing: `otherwise`.
bool HasOnlySeed();
std::uint64_t OnlySeed();

class Ledger {
 public:
  explicit Ledger(std::string test) : test_(std::move(test)) {}
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  // Prints "ledger: test name=1 other=2", and appends it to the file that STRATA_LEDGER names.
  ~Ledger();

  void Add(std::string_view name, std::uint64_t count = 1);
  std::uint64_t Get(std::string_view name) const;
  void AddAll(const std::map<std::string, std::uint64_t>& counts);

  // Nothing ("") when `name` reached Scaled(minimum), or a single seed is replayed; otherwise what
  // is missing.
  std::string Shortfall(std::string_view name, std::uint64_t minimum) const;

 private:
  const std::string test_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace strata::testing
