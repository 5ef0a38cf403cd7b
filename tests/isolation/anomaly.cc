#include "isolation/anomaly.h"

#include <algorithm>

namespace strata::isolation {
namespace {

constexpr std::uint64_t kExamplesPerKind = 3;

constexpr std::string_view kNames[] = {
    "garbage read",           "duplicate append",
    "incompatible order",     "internal inconsistency",
    "G1a (aborted read)",     "G1b (intermediate read)",
    "dirty update",           "lost update",
    "G0 (dirty write)",       "G1c (circular information flow)",
    "G-single (read skew)",   "G-nonadjacent (long fork)",
    "G2-item (write skew)",   "stale snapshot",
    "session order violated", "real-time order violated",
};
static_assert(std::size(kNames) == kAnomalyKinds);

// Wrong at every level: nothing that could be called a transaction does it.
bool IsElementary(AnomalyKind kind) {
  return kind <= AnomalyKind::kDirtyUpdate || kind == AnomalyKind::kG0 || kind == AnomalyKind::kG1c;
}

bool SnapshotForbids(AnomalyKind kind) {
  return IsElementary(kind) || kind == AnomalyKind::kLostUpdate || kind == AnomalyKind::kGSingle ||
         kind == AnomalyKind::kGNonadjacent;
}

}  // namespace

std::string_view AnomalyName(AnomalyKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view LevelName(Level level) {
  constexpr std::string_view kLevelNames[] = {"read committed", "snapshot isolation",
                                              "strong snapshot isolation", "serializable",
                                              "strict serializable"};
  return kLevelNames[static_cast<std::size_t>(level)];
}

bool Forbids(Level level, AnomalyKind kind) {
  switch (level) {
    case Level::kReadCommitted:
      return IsElementary(kind);
    case Level::kSnapshot:
      return SnapshotForbids(kind);
    case Level::kStrongSnapshot:
      return SnapshotForbids(kind) || kind == AnomalyKind::kStaleSnapshot;
    case Level::kSerializable:
      return SnapshotForbids(kind) || kind == AnomalyKind::kG2Item;
    case Level::kStrictSerializable:
      return true;
  }
  return true;
}

void Report::Add(AnomalyKind kind, std::string words) {
  if (++counts[kind] <= kExamplesPerKind) anomalies.push_back({kind, std::move(words)});
}

bool Report::Holds(Level level) const {
  return std::none_of(counts.begin(), counts.end(),
                      [&](const auto& count) { return Forbids(level, count.first); });
}

std::string Report::Violations(Level level) const {
  std::string text;
  for (const Anomaly& anomaly : anomalies) {
    if (!Forbids(level, anomaly.kind)) continue;
    text += std::string(AnomalyName(anomaly.kind)) + ": " + anomaly.words + "\n";
  }
  return text;
}

std::string Report::Names() const {
  std::string names;
  for (const auto& [kind, count] : counts) {
    names += (names.empty() ? "" : ", ") + std::string(AnomalyName(kind));
  }
  return names;
}

}  // namespace strata::isolation
