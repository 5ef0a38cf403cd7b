// Batches of reads over the executor's threads, for kernels without io_uring.

#include <atomic>

#include "io/batch_reader.h"

namespace strata {
namespace {

// One batch: callers and helpers take the next request until none is left.
struct Batch {
  explicit Batch(std::span<ReadRequest> all) : requests(all) {}

  void ReadSome() {
    for (std::size_t i = next.fetch_add(1); i < requests.size(); i = next.fetch_add(1)) {
      ReadRequest& request = requests[i];
      request.result = request.file->Read(request.offset, request.size, request.scratch);
      MutexLock lock(mutex);
      ++done;
    }
  }

  const std::span<ReadRequest> requests;
  std::atomic<std::size_t> next{0};
  Mutex mutex;
  std::size_t done STRATA_GUARDED_BY(mutex) = 0;
};

class ThreadReader final : public BatchReader {
 public:
  explicit ThreadReader(Executor& executor) : executor_(executor) {}

  void ReadAll(std::span<ReadRequest> requests) override {
    const auto batch = std::make_shared<Batch>(requests);
    const std::size_t helpers_max = static_cast<std::size_t>(executor_.concurrency()) - 1;
    for (std::size_t i = 0; i < std::min(helpers_max, requests.size() / 2); ++i) {
      // A helper that comes late finds nothing left to do; the batch outlives the call for it.
      executor_.Schedule(Priority::kHigh, [batch, &executor = executor_] {
        batch->ReadSome();
        executor.NotifyAll();
        return Step::kDone;
      });
    }
    batch->ReadSome();
    MutexLock lock(batch->mutex);
    executor_.WaitUntil(batch->mutex, [&]() STRATA_REQUIRES(batch->mutex) {
      return batch->done == requests.size();
    });
  }

  std::string_view name() const override { return "threads"; }

 private:
  Executor& executor_;
};

}  // namespace

std::unique_ptr<BatchReader> NewThreadReader(Executor& executor) {
  return std::make_unique<ThreadReader>(executor);
}

std::unique_ptr<BatchReader> NewBatchReader(Executor& executor) {
  // A simulation must do the same every time: there the caller reads, in order.
  if (executor.concurrency() > 1 && !HasLockHook()) {
    if (auto uring = NewUringReader(64)) return uring;
  }
  return NewThreadReader(executor);
}

}  // namespace strata
