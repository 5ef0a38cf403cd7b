#include "iter/internal_key.h"

namespace strata {

std::string EntryKindName(EntryKind kind) {
  const auto number = std::to_string(static_cast<unsigned>(kind));
  switch (kind) {
    case EntryKind::kDelete:
      return "entry kind " + number + " (delete)";
    case EntryKind::kValue:
      return "entry kind " + number + " (value)";
    case EntryKind::kBlobPointer:
      return "entry kind " + number + " (blob pointer)";
    case EntryKind::kExpiringValue:
      return "entry kind " + number + " (expiring value)";
    case EntryKind::kExpiringBlobPointer:
      return "entry kind " + number + " (expiring blob pointer)";
  }
  return "entry kind " + number + " (unknown)";
}

}  // namespace strata
