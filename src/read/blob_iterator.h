// A cursor that shows values wherever they live. As it goes on in one direction it looks further
// and further ahead and reads the values of a whole window of entries at the same time.
//
// Thread safety: one thread.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blob/value_file.h"
#include "io/batch_reader.h"
#include "iter/visible_iterator.h"
#include "read/read_state.h"
#include "stats/counters.h"

namespace strata {

// `entries` shows pointers as they are. `state`, which has their blobs, `reader` and `counters`
// must outlive the cursor.
std::unique_ptr<Iterator> NewBlobIterator(std::unique_ptr<VisibleEntries> entries,
                                          const ReadState& state, BatchReader& reader,
                                          Counters& counters);

// Values that pointers mean, read at the same time as far as they fit into 32 MiB together.
class BlobReads {
 public:
  explicit BlobReads(const ReadState& state) : state_(state) {}

  // `value` is a pointer, and `kind` says so; both are replaced when ReadAll returns, or `status`
  // tells why not. REQUIRES: they stay where they are until then.
  void Add(EntryKind* kind, std::string* value, Status* status);
  void ReadAll(BatchReader& reader, Counters& counters);

 private:
  struct Read {
    EntryKind* kind;
    std::string* value;
    Status* status;
    BlobPointer pointer;
    const blob::ValueFile* blob = nullptr;
    sst::BlockHandle place;
  };
  void ReadTogether(std::span<const Read> reads, BatchReader& reader, Counters& counters);

  const ReadState& state_;
  std::vector<Read> reads_;
};

}  // namespace strata
