#include "testing/ledger.h"

#include <cstdio>
#include <cstdlib>

namespace strata::testing {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kUsualScale = 0.1;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr double kUsualScale = 0.1;
#else
constexpr double kUsualScale = 1;
#endif
#else
constexpr double kUsualScale = 1;
#endif

}  // namespace

double TestScale() {
  const char* text = std::getenv("STRATA_TEST_SCALE");
  const double scale = text == nullptr ? kUsualScale : std::strtod(text, nullptr);
  return scale > 0 ? scale : kUsualScale;
}

std::uint64_t ScaledRounds() {
  return TestScale() < 1 ? 1 : Scaled(1);
}

std::uint64_t ScaledStride() {
  return TestScale() >= 1 ? 1 : static_cast<std::uint64_t>(1 / TestScale());
}

std::uint64_t Scaled(std::uint64_t count) {
  return static_cast<std::uint64_t>(static_cast<double>(count) * TestScale());
}

bool HasOnlySeed() {
  return std::getenv("STRATA_SIM_SEED") != nullptr;
}

std::uint64_t OnlySeed() {
  const char* text = std::getenv("STRATA_SIM_SEED");
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

Ledger::~Ledger() {
  std::string line = "ledger: " + test_;
  for (const auto& [name, count] : counts_) line += " " + name + "=" + std::to_string(count);
  line += "\n";
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
  const char* path = std::getenv("STRATA_LEDGER");
  if (path == nullptr) return;
  if (std::FILE* file = std::fopen(path, "a"); file != nullptr) {
    std::fputs(line.c_str(), file);
    std::fclose(file);
  }
}

void Ledger::Add(std::string_view name, std::uint64_t count) {
  counts_.try_emplace(std::string(name), 0).first->second += count;
}

std::uint64_t Ledger::Get(std::string_view name) const {
  const auto found = counts_.find(name);
  return found == counts_.end() ? 0 : found->second;
}

void Ledger::AddAll(const std::map<std::string, std::uint64_t>& counts) {
  for (const auto& [name, count] : counts) Add(name, count);
}

std::string Ledger::Shortfall(std::string_view name, std::uint64_t minimum) const {
  if (HasOnlySeed() || Get(name) >= Scaled(minimum)) return "";
  return std::string(name) + " is " + std::to_string(Get(name)) + ", expected at least " +
         std::to_string(Scaled(minimum));
}

}  // namespace strata::testing
