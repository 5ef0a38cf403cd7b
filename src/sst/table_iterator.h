// A cursor over a whole table: the index says which block, a cursor in the block which entry.
//
// Thread safety: one thread.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "iter/iterator.h"
#include "sst/block.h"
#include "sst/table_index.h"
#include "stats/counters.h"

namespace strata::sst {

// A block in use. It stays where it is for as long as its pin (or a copy of it) lives.
using BlockPin = std::shared_ptr<const Block>;

// Brings data block `i` of the index. Its errors name the file.
using BlockLoader = std::function<Result<BlockPin>(std::size_t i)>;

// `name` is the file's, for errors. It, `index` and `counters` must outlive the iterator.
std::unique_ptr<InternalIterator> NewTableIterator(const std::string& name, const TableIndex& index,
                                                   BlockLoader load, Counters& counters);

}  // namespace strata::sst
