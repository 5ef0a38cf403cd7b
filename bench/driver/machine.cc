#include "driver/machine.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

#include "driver/files.h"
#include "report/descriptive.h"
#include "report/units.h"

namespace strata::report {
namespace {

namespace fs = std::filesystem;

std::string FromCpuInfo(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with(key) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

std::string Output(const std::vector<std::string>& words) {
  std::string text = RunProgram(words, true).output;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// The mount that holds the folder: "ext4 on /dev/vda1 (rw,relatime)".
struct Mount {
  std::string type;
  std::string device;
  std::string options;
};
Mount MountOf(const std::string& folder) {
  std::error_code error;
  const std::string path = fs::weakly_canonical(folder, error).string();
  std::ifstream file("/proc/self/mounts");
  Mount best;
  std::size_t longest = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string point;
    Mount mount;
    words >> mount.device >> point >> mount.type >> mount.options;
    const bool inside = path.starts_with(point) &&
                        (point == "/" || path.size() == point.size() || path[point.size()] == '/');
    if (inside && point.size() >= longest) {
      longest = point.size();
      best = mount;
    }
  }
  return best;
}

std::string DiskOf(const std::string& folder) {
  struct stat about{};
  if (stat(folder.c_str(), &about) != 0) return "";
  const std::string number =
      std::to_string(major(about.st_dev)) + ":" + std::to_string(minor(about.st_dev));
  std::error_code error;
  fs::path block = fs::canonical("/sys/dev/block/" + number, error);
  if (error) return "";
  if (fs::exists(block / "partition")) block = block.parent_path();
  const std::string scheduler = FirstLine(block / "queue/scheduler");
  const auto open = scheduler.find('[');
  std::string text = block.filename().string();
  const std::string model = FirstLine(block / "device/model");
  if (!model.empty()) text += " " + model;
  text += FirstLine(block / "queue/rotational") == "1" ? ", rotating" : ", not rotating";
  if (open != std::string::npos) {
    text += ", scheduler " + scheduler.substr(open + 1, scheduler.find(']') - open - 1);
  }
  return text;
}

// The median and the slowest of 30 appends of 4 KiB, each with fdatasync.
std::string SyncLatency(const std::string& folder) {
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  const std::string path = folder + "/.sync-latency-" + std::to_string(getpid());
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return "";
  std::vector<double> nanos;
  const std::string block(4096, 'x');
  for (int i = 0; i < 30; ++i) {
    if (write(file, block.data(), block.size()) < 0) break;
    const auto before = std::chrono::steady_clock::now();
    if (fdatasync(file) != 0) break;
    nanos.push_back(
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - before)
            .count());
  }
  close(file);
  unlink(path.c_str());
  if (nanos.empty()) return "";
  return "median " + FormatTime(Median(nanos)) + ", slowest of " + std::to_string(nanos.size()) +
         " " + FormatTime(Percentile(nanos, 100));
}

std::string ContainerLimits() {
  std::string text;
  const std::string cpus = FirstLine("/sys/fs/cgroup/cpu.max");
  if (!cpus.empty() && !cpus.starts_with("max")) text = "cpu.max " + cpus;
  const std::string memory = FirstLine("/sys/fs/cgroup/memory.max");
  if (!memory.empty() && memory != "max")
    text += (text.empty() ? "" : ", ") + ("memory.max " + memory);
  if (text.empty() && fs::exists("/.dockerenv")) text = "in a container, no limits";
  return text.empty() ? "none" : text;
}

std::string Bracketed(const std::string& text) {
  const auto open = text.find('[');
  const auto close = text.find(']');
  return open == std::string::npos ? text : text.substr(open + 1, close - open - 1);
}

std::string Memory() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  double kib = 0;
  file >> name >> kib;
  char text[40];
  std::snprintf(text, sizeof(text), "%.1f GiB", kib / 1048576);
  return text;
}

void AddWarnings(const std::string& governor, double load, bool is_dirty, EnvironmentCard* card) {
  const auto processors = static_cast<double>(std::thread::hardware_concurrency());
  if (!governor.empty() && governor != "performance") {
    card->warnings.push_back("The frequency governor is \"" + governor +
                             "\": the clock rate follows the load. Set it to performance.");
  }
  if (load > 0.5 * processors) {
    char text[160];
    std::snprintf(
        text, sizeof(text),
        "The load was %.2f when the run began: other programs compete for %.0f processors, and "
        "absolute times are worth little.",
        load, processors);
    card->warnings.push_back(text);
  }
#ifndef NDEBUG
  card->warnings.push_back("Built with assertions: use ./dev bench, which builds a release.");
#endif
  if (FirstLine("/proc/sys/kernel/randomize_va_space") != "0") {
    card->warnings.push_back(
        "Addresses are random (ASLR), so each launch has another layout: more launches average it "
        "out.");
  }
  if (is_dirty) card->warnings.push_back("The work tree had changes that no commit holds.");
}

}  // namespace

EnvironmentCard DescribeMachine(const std::string& folder) {
  EnvironmentCard card;
  const auto add = [&](const char* label, const std::string& value) {
    if (!value.empty()) card.facts.push_back({label, value});
  };
  struct utsname system{};
  uname(&system);
  double load[3] = {0, 0, 0};
  if (getloadavg(load, 3) < 0) load[0] = 0;
  char loads[60];
  std::snprintf(loads, sizeof(loads), "%.2f, %.2f, %.2f", load[0], load[1], load[2]);
  const fs::path cpu0 = "/sys/devices/system/cpu/cpu0";
  const std::string governor = FirstLine(cpu0 / "cpufreq/scaling_governor");
  const std::string boost = FirstLine("/sys/devices/system/cpu/cpufreq/boost");
  const std::string dirty = Output({"git", "status", "--porcelain", "--untracked-files=no"});
  const Mount mount = MountOf(folder);

  add("CPU", FromCpuInfo("model name"));
  add("Processors", std::to_string(std::thread::hardware_concurrency()) +
                        (FirstLine("/sys/devices/system/cpu/smt/active") == "1" ? ", SMT on" : ""));
  add("NUMA nodes", FirstLine("/sys/devices/system/node/online"));
  add("Governor", governor.empty() ? "not told (a virtual machine?)" : governor);
  add("Boost", boost.empty() ? "" : boost == "1" ? "on" : "off");
  add("Virtual machine",
      FromCpuInfo("flags").find(" hypervisor") != std::string::npos ? "yes" : "no");
  add("Instance", FirstLine("/sys/devices/virtual/dmi/id/product_name"));
  add("Memory", Memory());
  add("Huge pages", Bracketed(FirstLine("/sys/kernel/mm/transparent_hugepage/enabled")));
  add("Kernel", std::string(system.sysname) + " " + system.release);
  add("File system", mount.type + " on " + mount.device + " (" + mount.options + ")");
  add("Disk", DiskOf(folder));
  add("fdatasync, 4 KiB append", SyncLatency(folder));
  add("Limits", ContainerLimits());
  add("Load at the start", loads);
  add("Compiler", STRATA_COMPILER);
  add("Flags", STRATA_FLAGS);
  add("Commit",
      Output({"git", "rev-parse", "--short=12", "HEAD"}) + (dirty.empty() ? "" : ", with changes"));
  AddWarnings(governor, load[0], !dirty.empty(), &card);
  return card;
}

std::string DateNow() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

std::string Lscpu() {
  return Output({"lscpu"});
}

}  // namespace strata::report
