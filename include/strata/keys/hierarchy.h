// Keys as a tree: the tuple ("europe", "fr", "paris") is a child of ("europe", "fr"). Each node may
// have a value or only children.
//
// Thread safety: as DB.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strata/db.h"
#include "strata/keys/subspace.h"

namespace strata::keys {

struct Child {
  Element name;
  std::optional<std::string> value;  // Nothing: the node is there for its children only.
  bool has_children = false;
};

// The nodes directly below `parent`, in order. Costs one seek a child, however many keys lie below
// it. Of `options`, table and snapshot count. Errors: kInvalidArgument at a key that is no tuple.
Result<std::vector<Child>> ListChildren(DB& db, const Subspace& parent, ReadOptions options = {});

// Deletes `root` and all below it in one batch, and tells how many keys that were.
// Known limit: keys that others add meanwhile stay.
Result<std::uint64_t> DeleteSubtree(DB& db, const Subspace& root, TableRef table = kDefaultTable);

// How deep below `root` a key lies: 0 for `root` itself. Errors: kInvalidArgument when it doesn't.
Result<std::size_t> DepthBelow(const Subspace& root, std::string_view key);

}  // namespace strata::keys
