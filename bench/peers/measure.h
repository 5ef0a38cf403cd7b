// Timed loops, and what the process used meanwhile.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "io/clock.h"

namespace strata::peers {

// What a loop did. One operation in `kStride` (or each one, where they are slow) is timed alone.
struct Timed {
  std::uint64_t operations = 0;
  double seconds = 0;
  std::vector<std::uint32_t> nanos;  // Of the timed operations.

  double Rate() const { return static_cast<double>(operations) / std::max(seconds, 1e-9); }
  // REQUIRES: nanos isn't empty. In microseconds.
  double Percentile(double percent);
  void Merge(const Timed& other);  // Of a thread beside it: the longer time counts.
};

inline constexpr std::uint64_t kStride = 8;

// Runs `operation(i)` while `more(i, nanos since the start)` says so; it is asked before every
// `stride`th operation.
template <typename More, typename Operation>
Timed TimeLoop(std::uint64_t stride, More more, Operation operation) {
  Timed timed;
  Clock& clock = RealClock();
  const std::uint64_t start = clock.NowNanos();
  std::uint64_t i = 0;
  for (std::uint64_t now = start; more(i, now - start);) {
    operation(i++);
    const std::uint64_t after = clock.NowNanos();
    timed.nanos.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(after - now, ~0U)));
    for (std::uint64_t k = 1; k < stride; ++k) operation(i++);
    now = stride == 1 ? after : clock.NowNanos();
  }
  timed.operations = i;
  timed.seconds = static_cast<double>(clock.NowNanos() - start) / 1e9;
  return timed;
}

// `count` operations, rounded up to the stride.
template <typename Operation>
Timed TimeCount(std::uint64_t count, std::uint64_t stride, Operation operation) {
  return TimeLoop(stride, [&](std::uint64_t i, std::uint64_t) { return i < count; }, operation);
}

// As many operations as fit into `seconds`, after a quarter of that to warm up.
template <typename Operation>
Timed TimeFor(double seconds, std::uint64_t stride, Operation operation) {
  const auto until = [&](double limit) {
    return [nanos_max = static_cast<std::uint64_t>(limit * 1e9)](
               std::uint64_t, std::uint64_t nanos) { return nanos < nanos_max; };
  };
  (void)TimeLoop(stride, until(seconds / 4), operation);
  return TimeLoop(stride, until(seconds), operation);
}

// `threads` of them at once; `operation_of(thread)` makes the operation of each.
template <typename Maker>
Timed TimeThreads(int threads, double seconds, std::uint64_t stride, Maker operation_of) {
  std::vector<Timed> each(static_cast<std::size_t>(threads));
  {
    std::vector<std::jthread> running;
    for (std::size_t t = 0; t < each.size(); ++t) {
      running.emplace_back([&, t] {
        auto operation = operation_of(static_cast<int>(t));
        each[t] = TimeFor(seconds, stride, operation);
      });
    }
  }
  Timed all;
  for (const Timed& one : each) all.Merge(one);
  return all;
}

// What this process used since it began, all threads together.
struct Usage {
  std::uint64_t disk_bytes = 0;  // Sent towards the disk, by page; of /proc/self/io.
  std::uint64_t call_bytes = 0;  // Passed to write calls.
  double cpu_seconds = 0;

  static Usage Now();
  // Bytes written: those sent towards the disk, or where no disk counts them (tmpfs), those passed.
  std::uint64_t Written() const { return disk_bytes > 0 ? disk_bytes : call_bytes; }
  Usage Since(const Usage& before) const;
};

struct Memory {
  double resident_mib = 0;
  double anonymous_mib = 0;  // Without mapped files.
  static Memory Now();
};

// Blocks on the disk of all files under `directory`, in bytes.
std::uint64_t DiskBytes(const std::string& directory);

// Writes back and forgets the page cache of all files under `directory`. REQUIRES: none is mapped.
void DropPageCache(const std::string& directory);

// Writes everything back, so that the next engine doesn't pay for the last one's pages.
void WriteBack(const std::string& directory);

}  // namespace strata::peers
