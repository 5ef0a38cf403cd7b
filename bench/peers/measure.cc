#include "peers/measure.h"

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace strata::peers {
namespace {

// The number after `name` in a file of "name: number" lines; 0 when it isn't there.
std::uint64_t NumberIn(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    std::uint64_t number = 0;
    if (word == name && file >> number) return number;
  }
  return 0;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

template <typename Visit>
void ForEachFile(const std::string& directory, Visit visit) {
  std::error_code error;  // Files may go while we look.
  for (std::filesystem::recursive_directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_regular_file(error)) visit(it->path().string());
  }
}

}  // namespace

double Timed::Percentile(double percent) {
  const auto rank = static_cast<std::size_t>(percent / 100 * static_cast<double>(nanos.size()));
  const auto at = nanos.begin() + static_cast<std::ptrdiff_t>(std::min(rank, nanos.size() - 1));
  std::nth_element(nanos.begin(), at, nanos.end());
  return *at / 1e3;
}

void Timed::Merge(const Timed& other) {
  operations += other.operations;
  seconds = std::max(seconds, other.seconds);
  nanos.insert(nanos.end(), other.nanos.begin(), other.nanos.end());
}

Usage Usage::Now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {.disk_bytes = NumberIn("/proc/self/io", "write_bytes:"),
          .call_bytes = NumberIn("/proc/self/io", "wchar:"),
          .cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime)};
}

Usage Usage::Since(const Usage& before) const {
  return {.disk_bytes = disk_bytes - before.disk_bytes,
          .call_bytes = call_bytes - before.call_bytes,
          .cpu_seconds = cpu_seconds - before.cpu_seconds};
}

Memory Memory::Now() {
  return {.resident_mib = static_cast<double>(NumberIn("/proc/self/status", "VmRSS:")) / 1024,
          .anonymous_mib = static_cast<double>(NumberIn("/proc/self/status", "RssAnon:")) / 1024};
}

std::uint64_t DiskBytes(const std::string& directory) {
  std::uint64_t bytes = 0;
  ForEachFile(directory, [&](const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) == 0) {
      bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
  });
  return bytes;
}

void DropPageCache(const std::string& directory) {
  WriteBack(directory);
  ForEachFile(directory, [](const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
  });
}

void WriteBack(const std::string& directory) {
  const int folder = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  (void)syncfs(folder);
  close(folder);
}

}  // namespace strata::peers
