// A cursor over a snapshot with a transaction's own writes laid over it, which notes what it walks
// over: the range between where it was set down and the farthest it went, gaps included. So
// somebody who puts a new key into a gap is noticed.
//
// Thread safety: one thread.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/iterator.h"
#include "txn/read_set.h"
#include "txn/write_set.h"

namespace strata {

struct TransactionIteratorOptions {
  std::optional<std::string> lower;  // Inclusive.
  std::optional<std::string> upper;  // Exclusive.
  std::shared_ptr<ReadSet> reads;    // Null: nothing is noted.
  SequenceNumber sequence = 0;       // Of the snapshot.
};

// `below` has the same bounds. The writes are copied.
std::unique_ptr<Iterator> NewTransactionIterator(std::unique_ptr<Iterator> below,
                                                 const WriteSet& writes,
                                                 TransactionIteratorOptions options);

}  // namespace strata
