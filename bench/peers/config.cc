#include "peers/config.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include "peers/groups.h"

namespace strata::peers {
namespace {

constexpr const char* kUsage =
    R"(usage: peers_bench [--quick] [ARGS]            Strata beside its peers, one table
       peers_bench --growth [--sizes 1G,4G,16G] [ARGS]   the same costs as data grows

  --quick          120,000 entries, three launches, under five minutes
  --num N          entries of the main workloads (default 3M); all other sizes follow, and below
                   3M the memory budgets shrink with them, so that trees keep their shape
  --value-size N   bytes of a value of the main workloads (default 100; growth: 1000)
  --launches N     at most so many processes of each engine (default 5)
  --minutes N      no launch begins that would end later (default 55; quick: 4.5)
  --seconds S      how long each read is timed (default 2)
  --only A,B       only these workloads or groups (see --list)
  --engines A,B    only these engines
  --dir DIR        where the stores are made (default: /var/tmp)
  --json FILE      the rows as JSON; "-" is standard output
  --markdown FILE  the table as Markdown; "-" is standard output
  --html FILE      a page; with --growth, of charts
  --seed N         of the choice of keys
  --list           workloads and engines of this build
)";

[[noreturn]] void Wrong(const std::string& why) {
  std::fprintf(stderr, "peers_bench: %s\n%s", why.c_str(), kUsage);
  std::exit(2);
}

std::vector<std::string> Words(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t comma = std::min(list.find(',', from), list.size());
    words.push_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return words;
}

// "3M", "1G", "200": thousands for k, M and G of counts, powers of 1024 for sizes.
std::uint64_t Number(const std::string& text, std::uint64_t kilo) {
  char* end = nullptr;
  double number = std::strtod(text.c_str(), &end);
  const std::string unit = end;
  const auto scale = static_cast<double>(kilo);
  if (unit == "G") {
    number *= scale * scale * scale;
  } else if (unit == "M") {
    number *= scale * scale;
  } else if (unit == "k") {
    number *= scale;
  } else if (!unit.empty() || text.empty()) {
    Wrong("not a number: " + text);
  }
  if (number < 0 || number > 1e15) Wrong("out of range: " + text);
  return static_cast<std::uint64_t>(number);
}

void SetValue(Config* config, const std::string& flag, const std::string& value) {
  if (flag == "--num") {
    config->num = Number(value, 1000);
  } else if (flag == "--value-size") {
    config->value_size = Number(value, 1024);
  } else if (flag == "--launches") {
    config->launches = static_cast<int>(Number(value, 1000));
  } else if (flag == "--minutes") {
    config->run_seconds = std::atof(value.c_str()) * 60;
  } else if (flag == "--seconds") {
    config->seconds = std::atof(value.c_str());
  } else if (flag == "--only") {
    config->only = Words(value);
  } else if (flag == "--engines") {
    config->engines = Words(value);
  } else if (flag == "--dir") {
    config->directory = value;
  } else if (flag == "--json") {
    config->json = value;
  } else if (flag == "--markdown") {
    config->markdown = value;
  } else if (flag == "--html") {
    config->html = value;
  } else if (flag == "--seed") {
    config->seed = Number(value, 1000);
  } else if (flag == "--sizes") {
    for (const std::string& size : Words(value)) config->sizes.push_back(Number(size, 1024));
  } else {
    Wrong("unknown option " + flag);
  }
}

bool IsWorkload(const std::string& name) {
  return std::any_of(Groups().begin(), Groups().end(), [&](const Group& group) {
    return group.name == name ||
           std::find(group.workloads.begin(), group.workloads.end(), name) != group.workloads.end();
  });
}

void Check(const Config& config) {
  if (config.num < 1'000) Wrong("--num must be 1000 or more");
  if (config.launches < 1) Wrong("--launches must be 1 or more");
  if (config.value_size > (1U << 20)) Wrong("--value-size must be 1 MiB or less");
  if (!(config.seconds > 0)) Wrong("--seconds must be more than 0");
  for (const std::string& wanted : config.only) {
    if (!IsWorkload(wanted)) Wrong("no workload or group " + wanted + " (--list)");
  }
  std::vector<std::string> known;
  for (const Engine& engine : Engines()) known.push_back(engine.name);
  for (const std::string& name : config.engines) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      Wrong("no engine " + name + " in this build (--list)");
    }
  }
}

void List() {
  for (const Group& group : Groups()) {
    std::printf("%-8s", group.name.c_str());
    for (const std::string& workload : group.workloads) std::printf(" %s", workload.c_str());
    std::printf("\n");
  }
  std::printf("\n");
  for (const Engine& engine : Engines()) {
    std::printf("%-13s %-8s assertions %-8s crc %-9s checksums: %s\n", engine.name.c_str(),
                engine.version.c_str(), engine.assertions.c_str(), engine.crc.c_str(),
                engine.checksums.c_str());
  }
}

}  // namespace

std::uint64_t Config::Scaled(std::uint64_t full, std::uint64_t least) const {
  const double part = static_cast<double>(num) / static_cast<double>(kFullNum);
  return std::max(least, static_cast<std::uint64_t>(static_cast<double>(full) * part));
}

Budget Config::budget() const {
  const Budget full;
  Budget budget;
  budget.memtable_bytes = std::min(full.memtable_bytes, Scaled(full.memtable_bytes, 1U << 20));
  budget.table_bytes = budget.memtable_bytes;
  budget.level1_bytes = budget.memtable_bytes * 4;
  budget.cache_bytes = std::min(full.cache_bytes, Scaled(full.cache_bytes, 4U << 20));
  return budget;
}

bool Config::Wants(std::string_view group, std::string_view workload) const {
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& wanted) {
           return wanted == group || wanted == workload;
         });
}

Config ParseArguments(int argc, char** argv) {
  Config config;
  std::error_code error;
  config.directory = access("/var/tmp", W_OK) == 0
                         ? "/var/tmp"
                         : std::filesystem::temp_directory_path(error).string();
  bool value_size_given = false;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--help" || flag == "-h") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    }
    if (flag == "--list") {
      List();
      std::exit(0);
    }
    if (flag == "--quick") {
      config.num = 120'000;
      config.launches = 3;
      config.seconds = 0.3;
      config.run_seconds = 4.5 * 60;
    } else if (flag == "--growth") {
      config.growth = true;
    } else {
      if (i + 1 == argc) Wrong(flag + " needs a value, or isn't an option");
      value_size_given = value_size_given || flag == "--value-size";
      SetValue(&config, flag, argv[++i]);
    }
  }
  if (config.growth && !value_size_given) config.value_size = 1000;
  if (config.growth && config.sizes.empty()) config.sizes = {1ULL << 30, 4ULL << 30, 16ULL << 30};
  Check(config);
  return config;
}

}  // namespace strata::peers
