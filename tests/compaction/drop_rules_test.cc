#include "compaction/drop_rules.h"

#include <catch2/catch.hpp>

namespace strata::compaction {
namespace {

using Sequence = std::optional<SequenceNumber>;

std::string Name(Verdict verdict) {
  if (verdict == Verdict::kKeep) return "keep";
  return verdict == Verdict::kShadowed ? "shadowed" : "tombstone";
}

std::string Put(SequenceNumber sequence, Sequence newer, const Snapshots& snapshots) {
  VersionFacts version;
  version.sequence = sequence;
  version.newer = newer;
  return Name(Judge(version, snapshots));
}

std::string Delete(SequenceNumber sequence, Sequence newer, bool older_below,
                   const Snapshots& snapshots) {
  VersionFacts version;
  version.sequence = sequence;
  version.kind = EntryKind::kDelete;
  version.newer = newer;
  version.older_below = older_below;
  return Name(Judge(version, snapshots));
}

}  // namespace

TEST_CASE("the newest version stays and what it shadows goes", "[leveled-compaction]") {
  CHECK(Put(5, {}, {}) == "keep");
  CHECK(Put(5, 9, {}) == "shadowed");
}

TEST_CASE("a snapshot keeps the version that it sees and no other", "[leveled-compaction]") {
  // Versions 9, 5 and 3 of a key.
  CHECK(Put(5, 9, {5}) == "keep");  // A snapshot at 5 sees what was written at 5.
  CHECK(Put(5, 9, {8}) == "keep");
  CHECK(Put(5, 9, {9}) == "shadowed");  // It sees 9.
  CHECK(Put(5, 9, {4}) == "shadowed");  // It sees 3.
  CHECK(Put(3, 5, {4}) == "keep");
  CHECK(Put(3, 5, {1, 2, 5, 6, 100}) == "shadowed");
  CHECK(Put(3, 5, {1, 2, 3, 6, 100}) == "keep");
}

TEST_CASE("a tombstone goes once it hides nothing", "[leveled-compaction]") {
  CHECK(Delete(5, {}, /*older_below=*/false, {}) == "tombstone");
  CHECK(Delete(5, {}, /*older_below=*/true, {}) == "keep");
  CHECK(Delete(5, 9, /*older_below=*/true, {}) == "shadowed");
  CHECK(Delete(5, 9, /*older_below=*/false, {}) == "shadowed");
}

TEST_CASE("a tombstone stays while an older snapshot may keep what it hides",
          "[leveled-compaction]") {
  CHECK(Delete(5, {}, /*older_below=*/false, {4}) == "keep");
  CHECK(Delete(5, {}, /*older_below=*/false, {4, 7}) == "keep");
  CHECK(Delete(5, {}, /*older_below=*/false, {0}) == "keep");  // Of the empty store.
  // Snapshots that see the tombstone see nothing just as well without it.
  CHECK(Delete(5, {}, /*older_below=*/false, {5}) == "tombstone");
  CHECK(Delete(5, 9, /*older_below=*/false, {7}) == "tombstone");
  CHECK(Delete(5, 9, /*older_below=*/true, {7}) == "keep");
}

TEST_CASE("kinds of later lessons are versions like any other", "[leveled-compaction]") {
  VersionFacts version;
  version.sequence = 5;
  version.kind = EntryKind::kBlobPointer;
  version.older_below = false;
  CHECK(Name(Judge(version, {})) == "keep");
  version.newer = 9;
  CHECK(Name(Judge(version, {})) == "shadowed");
}

}  // namespace strata::compaction
