// Batches of reads through io_uring: all are handed to the kernel with one system call, which
// returns when they are done. See "Efficient IO with io_uring" (Axboe, 2019).

#include "io/batch_reader.h"

#if defined(STRATA_HAVE_URING)

#include <liburing.h>
#include <vector>

#include "io/mutex.h"
#include "io/standard_streams.h"

namespace strata {
namespace {

// Files whose descriptors stay open while reads are under way.
class OpenFiles {
 public:
  OpenFiles() = default;
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;
  ~OpenFiles() {
    for (const RandomAccessFile* file : files_) file->ReleaseDescriptor();
  }

  int Add(const RandomAccessFile& file) {
    const int fd = file.AcquireDescriptor();
    if (fd >= 0) files_.push_back(&file);
    return fd;
  }

 private:
  std::vector<const RandomAccessFile*> files_;
};

class UringReader final : public BatchReader {
 public:
  explicit UringReader(unsigned depth) : depth_(depth) {}

  ~UringReader() override {
    for (io_uring* ring : idle_) Destroy(ring);
  }

  // True when the kernel lets us make a ring.
  bool Works() {
    io_uring* ring = Take();
    if (ring == nullptr) return false;
    Put(ring);
    return true;
  }

  void ReadAll(std::span<ReadRequest> requests) override {
    io_uring* ring = Take();
    std::size_t next = 0;
    std::vector<ReadRequest*> plainly;
    while (ring != nullptr && next < requests.size()) {
      const std::size_t count = std::min<std::size_t>(requests.size() - next, depth_);
      if (!ReadSome(*ring, requests.subspan(next, count), &plainly)) {
        Destroy(ring);
        ring = nullptr;
        break;
      }
      next += count;
    }
    if (ring != nullptr) Put(ring);
    for (ReadRequest* request : plainly) ReadPlainly(*request);
    for (; next < requests.size(); ++next) ReadPlainly(requests[next]);
  }

  std::string_view name() const override { return "io_uring"; }

 private:
  static void ReadPlainly(ReadRequest& request) {
    request.result = request.file->Read(request.offset, request.size, request.scratch);
  }

  // Those without a descriptor are added to `plainly`. False when the ring itself failed; then no
  // request has a result and none is under way.
  bool ReadSome(io_uring& ring, std::span<ReadRequest> requests,
                std::vector<ReadRequest*>* plainly) {
    unsigned submitted = 0;
    OpenFiles open;
    for (ReadRequest& request : requests) {
      const int fd = open.Add(*request.file);
      if (fd < 0) {  // Mapped, or too many are open already.
        plainly->push_back(&request);
        continue;
      }
      io_uring_sqe* entry = io_uring_get_sqe(&ring);
      io_uring_prep_read(entry, fd, request.scratch, static_cast<unsigned>(request.size),
                         request.offset);
      io_uring_sqe_set_data(entry, &request);
      ++submitted;
    }
    if (submitted == 0) return true;
    const int taken = io_uring_submit_and_wait(&ring, submitted);
    if (taken < 0) return false;
    for (unsigned i = 0; i < static_cast<unsigned>(taken); ++i) {
      io_uring_cqe* completion = nullptr;
      int waited = io_uring_wait_cqe(&ring, &completion);
      while (waited == -EINTR) waited = io_uring_wait_cqe(&ring, &completion);
      if (waited < 0) return false;
      Complete(*static_cast<ReadRequest*>(io_uring_cqe_get_data(completion)), completion->res);
      io_uring_cqe_seen(&ring, completion);
    }
    return static_cast<unsigned>(taken) == submitted;
  }

  // A short or failed read is done again in the plain way, which knows how to say what is wrong.
  static void Complete(ReadRequest& request, int bytes) {
    if (bytes >= 0 && static_cast<std::size_t>(bytes) == request.size) {
      request.result = std::string_view(request.scratch, request.size);
    } else {
      ReadPlainly(request);
    }
  }

  // A ring belongs to one call at a time; idle ones are kept.
  io_uring* Take() {
    {
      MutexLock lock(mutex_);
      if (!idle_.empty()) {
        io_uring* ring = idle_.back();
        idle_.pop_back();
        return ring;
      }
    }
    const StandardStreamsFilled filled;
    auto ring = std::make_unique<io_uring>();
    if (io_uring_queue_init(depth_, ring.get(), 0) != 0) return nullptr;
    return ring.release();
  }

  void Put(io_uring* ring) {
    MutexLock lock(mutex_);
    idle_.push_back(ring);
  }

  static void Destroy(io_uring* ring) {
    io_uring_queue_exit(ring);
    const std::unique_ptr<io_uring> owned(ring);
  }

  const unsigned depth_;
  Mutex mutex_;
  std::vector<io_uring*> idle_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<BatchReader> NewUringReader(unsigned depth) {
  auto reader = std::make_unique<UringReader>(depth);
  if (!reader->Works()) return nullptr;
  return reader;
}

}  // namespace strata

#else

namespace strata {

std::unique_ptr<BatchReader> NewUringReader(unsigned) {
  return nullptr;
}

}  // namespace strata

#endif
