// What this process takes of the machine: processor time and memory.
//
// Thread safety: any thread may ask.

#pragma once

#include <cstdint>

namespace strata {

struct ProcessUsage {
  std::uint64_t cpu_micros = 0;      // Of all threads, in user and kernel mode, since the start.
  std::uint64_t resident_bytes = 0;  // 0 where the system doesn't tell.
};

ProcessUsage UsageOfThisProcess();

// Lets this process have as many descriptors as the system allows it (its hard limit). For the
// beginning of a program; a library leaves the limit to its host.
void RaiseDescriptorLimit();

}  // namespace strata
