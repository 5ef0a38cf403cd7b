// What a compaction makes of entries that have expired.

#include <catch2/catch.hpp>

#include <string>

#include "base/coding.h"
#include "compaction/compaction_stream.h"
#include "compaction/small_tree.h"
#include "memtable/memtable.h"

namespace strata::compaction {
namespace {

TEST_CASE("an expired entry goes on as a delete while older data lies below, and else not at all",
          "[expiry]") {
  SmallTree tree;
  const FileNumber newer = tree.Add({0, 9}, "a@9=x d@9=x");
  tree.Add({1, 1}, "b@1=old c@2=old");
  const CompactionJob job = tree.Merge({newer}, {1, 1});
  MemTable entries(1);
  for (const std::string key : {"a", "b", "c"}) {
    std::string value;
    AppendFixed64(&value, key == "c" ? 11 : 10);
    entries.Add(9, EntryKind::kExpiringValue, key, value + "new");
  }
  CompactionStream stream(entries.NewIterator(), OlderData(job, tree.version()), {}, /*now_us=*/10);
  std::string kept;
  REQUIRE(stream.Start({}));
  while (stream.Valid()) {
    if (stream.verdict() == Verdict::kKeep) {
      const bool deletes = KindOf(stream.key()) == EntryKind::kDelete;
      CHECK(deletes == stream.value().empty());
      kept += std::string(UserKeyOf(stream.key())) + (deletes ? " deleted, " : " there, ");
    }
    REQUIRE(stream.Next());
  }
  CHECK(kept == "b deleted, c there, ");
}

}  // namespace
}  // namespace strata::compaction
