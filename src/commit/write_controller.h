// How long to hold a writer back. The delay grows smoothly with the work that is owed, so that
// writers settle at the speed at which flushes and compactions keep up, and nobody meets a wall.
//
// Thread safety: a pure function.

#pragma once

#include <algorithm>
#include <cstdint>

namespace strata {

struct WritePressure {
  std::uint64_t debt_bytes = 0;  // What compaction still has to write.
  std::size_t debt_runs = 0;     // Runs of level 0 past what its policy wants.
  std::uint64_t memtable_bytes = 0;
  std::uint64_t memtable_bytes_max = 0;
  std::size_t immutables = 0;  // Full memtables that wait to be written out.
  std::size_t immutables_max = 1;
  std::uint64_t stall_max_us = 0;
  std::uint64_t blob_bytes_over = 0;  // What blob files take past their bound.
  std::uint64_t blob_file_bytes = 0;  // Past it by one file, writers are held.
  double memory_over = 0;             // See MemoryBudget::over.
};

// Debt of this many memtables, and so many runs, are free: bursts are what a tree is for, and a
// merge of many runs at once rewrites less. At kDebtFull times as much the delay is the longest.
inline constexpr std::uint64_t kDebtFreeMemtables = 1024;
inline constexpr std::size_t kDebtFreeRuns = 28;
inline constexpr double kDebtFull = 4.0;
// No timer sleeps for a few microseconds: delays are saved up until they are worth a sleep.
inline constexpr std::int64_t kSleepMicrosMin = 250;

// By what a writer is held back.
enum class StallCause : std::uint8_t { kMemtables, kCompaction, kBlobs, kMemory };
struct Stall {
  std::uint64_t micros = 0;
  StallCause cause = StallCause::kMemtables;
};

// The microseconds to hold a writer back: stall_max_us times the square of the largest of
//   * debt_bytes and debt_runs, each from 0, as long as it is free, to 1 at kDebtFull times as
//   much;
//   * the share of its second half that the memtable has filled while as many wait as may: from 0
//     to a hundredth, as a flush takes well under a second.
//   * a tenth of the share of a blob file that blob files take past their bound, up to 1;
//   * how far memtables of stores that share their memory are past their half of it.
inline Stall StallWithCause(const WritePressure& pressure) {
  // From 0, as long as what is owed is free, to 1 at kDebtFull times as much.
  const auto share = [](std::uint64_t owed, std::uint64_t free) {
    if (free == 0 || owed <= free) return 0.0;
    const double times = static_cast<double>(owed) / static_cast<double>(free);
    return std::clamp((times - 1) / (kDebtFull - 1), 0.0, 1.0);
  };
  const double by_debt =
      std::max(share(pressure.debt_bytes, kDebtFreeMemtables * pressure.memtable_bytes_max),
               share(pressure.debt_runs, kDebtFreeRuns));
  // The last memtable fills while no flush has finished: slow down over its second half.
  const double fill = pressure.immutables < pressure.immutables_max
                          ? 0
                          : static_cast<double>(pressure.memtable_bytes) /
                                    static_cast<double>(pressure.memtable_bytes_max) * 2 -
                                1;
  const double by_fill = std::clamp(fill, 0.0, 1.0) / 100;  // A flush takes well under a second.
  const double over = pressure.blob_bytes_over == 0 || pressure.blob_file_bytes == 0
                          ? 0
                          : static_cast<double>(pressure.blob_bytes_over) /
                                static_cast<double>(pressure.blob_file_bytes);
  const double by_space = std::clamp(over, 0.0, 1.0);
  Stall stall;
  double level = by_fill * by_fill;
  const auto raise = [&](double to, StallCause cause) {
    if (to <= level) return;
    level = to;
    stall.cause = cause;
  };
  raise(by_debt * by_debt, StallCause::kCompaction);
  raise(by_space * by_space / 100, StallCause::kBlobs);
  raise(pressure.memory_over * pressure.memory_over, StallCause::kMemory);
  stall.micros = static_cast<std::uint64_t>(level * static_cast<double>(pressure.stall_max_us));
  return stall;
}

inline std::uint64_t StallFor(const WritePressure& pressure) {
  return StallWithCause(pressure).micros;
}

}  // namespace strata
