#include "load/operations.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace strata::load {
namespace {

constexpr std::uint64_t kScanRowsMax = 100;
constexpr std::array<std::string_view, kKinds> kNames{"get", "put", "insert", "scan", "modify"};

// FNV-1a over the eight bytes, as YCSB scatters ranks.
std::uint64_t Scatter(std::uint64_t rank) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (int shift = 0; shift < 64; shift += 8) {
    hash = (hash ^ ((rank >> shift) & 0xff)) * 0x100000001b3;
  }
  return hash;
}

Error BadMix(std::string_view part) {
  return InvalidArgument("'" + std::string(part) +
                         "' is no share: write get=80,put=20 (get, put, insert, scan, modify)");
}

}  // namespace

std::string_view NameOf(Kind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Mix> ParseMix(std::string_view text) {
  Mix mix{};
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    const std::size_t equals = part.find('=');
    const auto name = std::find(kNames.begin(), kNames.end(), part.substr(0, equals));
    if (equals == std::string_view::npos || name == kNames.end()) return BadMix(part);
    std::uint32_t& share = mix[static_cast<std::size_t>(name - kNames.begin())];
    const char* const end = part.data() + part.size();
    const auto [at, wrong] = std::from_chars(part.data() + equals + 1, end, share);
    if (wrong != std::errc() || at != end || share > 1'000'000) return BadMix(part);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  if (mix == Mix{}) return InvalidArgument("a mix needs a share that isn't 0");
  return mix;
}

std::optional<Workload> YcsbWorkload(char letter) {
  using enum Distribution;
  switch (letter) {  // Shares: get, put, insert, scan, modify.
    case 'a':
      return Workload{{50, 50, 0, 0, 0}, kZipfian};
    case 'b':
      return Workload{{95, 5, 0, 0, 0}, kZipfian};
    case 'c':
      return Workload{{100, 0, 0, 0, 0}, kZipfian};
    case 'd':
      return Workload{{95, 0, 5, 0, 0}, kLatest};
    case 'e':
      return Workload{{0, 0, 5, 95, 0}, kZipfian};
    case 'f':
      return Workload{{50, 0, 0, 0, 50}, kZipfian};
    default:
      return std::nullopt;
  }
}

Operations::Operations(const Workload& workload, KeySpace& keys, Random random)
    : workload_(workload),
      keys_(keys),
      random_(random),
      zipf_(keys.count()),
      shares_(std::accumulate(workload.mix.begin(), workload.mix.end(), std::uint64_t{0})) {}

Operation Operations::Next() {
  Operation operation{.kind = DrawKind()};
  operation.key = operation.kind == Kind::kInsert ? keys_.Claim() : DrawKey();
  if (operation.kind == Kind::kScan) {
    operation.rows = static_cast<std::uint32_t>(random_.Between(1, kScanRowsMax));
  }
  return operation;
}

Kind Operations::DrawKind() {
  std::uint64_t at = random_.Uniform(shares_);
  std::size_t kind = 0;
  while (at >= workload_.mix[kind]) at -= workload_.mix[kind++];
  return static_cast<Kind>(kind);
}

std::uint64_t Operations::DrawKey() {
  if (workload_.keys == Distribution::kUniform) return random_.Uniform(keys_.count());
  if (workload_.keys == Distribution::kZipfian) {
    return Scatter(zipf_.Next(&random_)) % zipf_.count();
  }
  const std::uint64_t count = keys_.count();
  if (zipf_.count() != count) zipf_.Grow(count);
  return count - 1 - zipf_.Next(&random_);
}

std::string KeyOf(std::uint64_t number) {
  std::string key = "key:000000000000";
  for (std::size_t at = key.size(); number > 0 && at > 4; number /= 10) {
    key[--at] = static_cast<char>('0' + number % 10);
  }
  return key;
}

}  // namespace strata::load
