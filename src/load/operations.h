// What is asked of a server: kinds of operations in a mix, and the keys they are about.
//
// Source of the mixes a to f: YCSB (Cooper and others 2010, table 2;
// github.com/brianfrankcooper/YCSB). Thread safety: a KeySpace may be shared; the rest belongs to
// one thread.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "load/zipf.h"

namespace strata::load {

enum class Kind : std::uint8_t {
  kGet,
  kPut,     // Of a key that is there.
  kInsert,  // Of the next key that isn't.
  kScan,    // From a key on, 1 to 100 rows.
  kModify,  // A get, and when it is answered a put: one operation.
};
inline constexpr std::size_t kKinds = 5;
std::string_view NameOf(Kind kind);  // "get", "put", "insert", "scan", "modify".

using Mix = std::array<std::uint32_t, kKinds>;  // Shares.
// "get=80,put=20": shares of 100 or of any other sum. Errors: kInvalidArgument.
Result<Mix> ParseMix(std::string_view text);

enum class Distribution : std::uint8_t {
  kUniform,
  kZipfian,  // Some keys far more often: scattered over all that there were at the start.
  kLatest,   // Some far more often: the last ones inserted.
};

struct Workload {
  Mix mix = {};
  Distribution keys = Distribution::kUniform;

  bool Has(Kind kind) const { return mix[static_cast<std::size_t>(kind)] > 0; }
};
// One of YCSB's, 'a' to 'f'.
std::optional<Workload> YcsbWorkload(char letter);

// Which keys are there.
class KeySpace {
 public:
  // Numbers below `count` are.
  explicit KeySpace(std::uint64_t count) : next_(count), count_(count) {}

  // The number of a key that is to be inserted.
  std::uint64_t Claim() { return next_.fetch_add(1, std::memory_order_relaxed); }
  // One that was claimed is there. Inserts end in another order than they began, so a few of the
  // last numbers below count() may be missing for a moment.
  void Inserted() { count_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> next_;
  std::atomic<std::uint64_t> count_;
};

struct Operation {
  Kind kind = Kind::kGet;
  std::uint64_t key = 0;
  std::uint32_t rows = 0;  // Of a scan, at most.
};

// Draws operations.
class Operations {
 public:
  // `keys` is borrowed. REQUIRES: a share that isn't 0; keys.count() > 0.
  Operations(const Workload& workload, KeySpace& keys, Random random);

  Operation Next();

 private:
  Kind DrawKind();
  std::uint64_t DrawKey();

  const Workload workload_;
  KeySpace& keys_;
  Random random_;
  Zipf zipf_;  // Grows for kLatest only: what is wanted most mustn't change with each insert.
  std::uint64_t shares_ = 0;  // All together.
};

// "key:000000000042": as redis-benchmark -r names them.
std::string KeyOf(std::uint64_t number);

}  // namespace strata::load
