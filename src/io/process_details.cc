#include "io/process_details.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

namespace strata {
namespace {

std::uint64_t OpenDescriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::uint64_t count = 0;
  while (const dirent* const entry = ::readdir(folder)) count += entry->d_name[0] != '.' ? 1 : 0;
  ::closedir(folder);
  return count - 1;  // Without the one that looked.
}

// The seconds since 1970 at which the machine started.
double BootTime() {
  double seconds = 0;
  std::FILE* const file = std::fopen("/proc/stat", "re");
  if (file == nullptr) return 0;
  std::array<char, 256> line;
  while (std::fgets(line.data(), static_cast<int>(line.size()), file) != nullptr) {
    if (std::strncmp(line.data(), "btime ", 6) == 0)
      seconds = std::strtod(line.data() + 6, nullptr);
  }
  std::fclose(file);
  return seconds;
}

// Of the fields of /proc/self/stat behind the name: threads, ticks from boot to start, memory.
void ReadStat(ProcessDetails* details) {
  std::array<char, 1024> text{};
  std::FILE* const file = std::fopen("/proc/self/stat", "re");
  if (file == nullptr) return;
  const std::size_t size = std::fread(text.data(), 1, text.size() - 1, file);
  std::fclose(file);
  text[size] = '\0';
  const char* const behind_name = std::strrchr(text.data(), ')');
  unsigned long long threads = 0;
  unsigned long long start = 0;
  unsigned long long memory = 0;
  if (behind_name == nullptr ||
      std::sscanf(behind_name + 1,
                  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %llu %*d "
                  "%llu %llu",
                  &threads, &start, &memory) != 3) {
    return;
  }
  details->threads = threads;
  details->virtual_bytes = memory;
  const double boot = BootTime();
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  if (boot > 0) details->started_at_s = boot + static_cast<double>(start) / ticks;
}

}  // namespace

ProcessDetails DetailsOfThisProcess() {
  ProcessDetails details;
  ReadStat(&details);
  details.descriptors = OpenDescriptors();
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) details.descriptors_max = limit.rlim_cur;
  return details;
}

}  // namespace strata
