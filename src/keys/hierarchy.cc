#include "strata/keys/hierarchy.h"

#include <utility>

namespace strata::keys {

Result<std::vector<Child>> ListChildren(DB& db, const Subspace& parent, ReadOptions options) {
  const KeyRange range = parent.Range();
  options.lower = range.lower;
  options.upper = range.upper;
  STRATA_TRY_ASSIGN(const auto cursor, db.NewIterator(options));
  std::vector<Child> children;
  STRATA_TRY(cursor->SeekToFirst());
  while (cursor->Valid()) {
    std::string_view rest = cursor->key().substr(parent.prefix().size());
    Child child;
    STRATA_TRY_ASSIGN(child.name, TakeElement(&rest));
    const Subspace subtree = parent.Inside({child.name});
    if (rest.empty()) {
      child.value = cursor->value();
      STRATA_TRY(cursor->Next());
    }
    child.has_children = cursor->Valid() && subtree.Contains(cursor->key());
    children.push_back(std::move(child));
    if (children.back().has_children) STRATA_TRY(cursor->Seek(subtree.Range().upper));
  }
  return children;
}

Result<std::uint64_t> DeleteSubtree(DB& db, const Subspace& root, TableRef table) {
  ReadOptions options;
  options.table = table;
  options.lower = root.prefix();
  options.upper = root.Range().upper;
  STRATA_TRY_ASSIGN(const auto cursor, db.NewIterator(options));
  WriteBatch batch;
  STRATA_TRY(cursor->SeekToFirst());
  for (; cursor->Valid();) {
    batch.Delete(cursor->key(), {.table = table});
    STRATA_TRY(cursor->Next());
  }
  const std::uint64_t count = batch.count();
  if (count > 0) STRATA_TRY(db.Write(batch));
  return count;
}

Result<std::size_t> DepthBelow(const Subspace& root, std::string_view key) {
  STRATA_TRY_ASSIGN(const Tuple tuple, root.Unpack(key));
  return tuple.size();
}

}  // namespace strata::keys
