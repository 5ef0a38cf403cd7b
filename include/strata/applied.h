// Where a replicated table (TableOptions::replicated) stands in the log that brings its entries.
//
// Thread safety: values.

#pragma once

#include <cstdint>

namespace strata {

// An entry of that log: its index, from 1 on, and its clock in microseconds, which every replica
// judges expiry by.
struct Applied {
  std::uint64_t index = 0;
  std::uint64_t now_us = 0;

  bool operator==(const Applied&) const = default;
};

// How far a table has come. After a crash it is as of `durable`, and the log goes on from there.
struct AppliedIndex {
  std::uint64_t applied = 0;  // Readers see all entries up to here.
  std::uint64_t durable = 0;  // These are on the disk: the log may forget them.

  bool operator==(const AppliedIndex&) const = default;
};

}  // namespace strata
