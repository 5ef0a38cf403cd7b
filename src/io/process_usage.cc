#include "io/process_usage.h"

#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>

namespace strata {

ProcessUsage UsageOfThisProcess() {
  ProcessUsage usage;
  struct rusage times{};
  if (getrusage(RUSAGE_SELF, &times) == 0) {
    const auto micros = [](const timeval& time) {
      return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
             static_cast<std::uint64_t>(time.tv_usec);
    };
    usage.cpu_micros = micros(times.ru_utime) + micros(times.ru_stime);
  }
  if (std::FILE* const file = std::fopen("/proc/self/statm", "re"); file != nullptr) {
    unsigned long long total = 0;
    unsigned long long resident = 0;
    if (std::fscanf(file, "%llu %llu", &total, &resident) == 2) {
      usage.resident_bytes = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    }
    std::fclose(file);
  }
  return usage;
}

void RaiseDescriptorLimit() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit) == 0);  // Less will do, too.
}

}  // namespace strata
