// Reads that are under way at the same time: a batch of them costs about as long as the slowest,
// not the sum. io_uring where the kernel has it, threads elsewhere, one after the other in a
// simulation.
//
// Thread safety: any thread may call ReadAll.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "io/executor.h"
#include "io/file_system.h"

namespace strata {

struct ReadRequest {
  const RandomAccessFile* file = nullptr;
  std::uint64_t offset = 0;
  std::size_t size = 0;
  char* scratch = nullptr;  // REQUIRES: `size` writable bytes, distinct for each request.
  // Filled in: as RandomAccessFile::Read returns it.
  Result<std::string_view> result = std::string_view();
};

class BatchReader {
 public:
  BatchReader() = default;
  BatchReader(const BatchReader&) = delete;
  BatchReader& operator=(const BatchReader&) = delete;
  virtual ~BatchReader() = default;

  // Returns when all requests have a result. Each may fail on its own.
  virtual void ReadAll(std::span<ReadRequest> requests) = 0;

  virtual std::string_view name() const = 0;  // "io_uring", "threads", "one by one"
};

// Null when the kernel or the build has no io_uring. At most `depth` reads are under way at once.
std::unique_ptr<BatchReader> NewUringReader(unsigned depth);

// Splits a batch over the executor's threads; the caller reads too. `executor` must outlive it.
std::unique_ptr<BatchReader> NewThreadReader(Executor& executor);

// The best that there is: io_uring, or threads.
std::unique_ptr<BatchReader> NewBatchReader(Executor& executor);

}  // namespace strata
