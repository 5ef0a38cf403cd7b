// What was written to a store lately, in the order of its sequences, for those who watch.
//
// It remembers the last `bytes_max` bytes of changes, and the last batch in any case. Writers add,
// and are never held up; a watcher comes by with its place and takes what is new. Thread safety:
// any thread.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/mutex.h"
#include "server/mailbox.h"
#include "server/work.h"
#include "strata/table_ref.h"
#include "strata/write_batch.h"

namespace strata::api {

struct FeedChange {
  TableRef table;
  std::string_view key;
  std::optional<std::string_view> value;  // Nothing: deleted.
  std::uint64_t expires_at_us = 0;
  std::uint64_t sequence = 0;
};

class ChangeFeed {
 public:
  // `last`: the sequence of the store's last write before.
  ChangeFeed(std::size_t bytes_max, std::uint64_t last)
      : bytes_max_(bytes_max), floor_(last), last_(last) {}
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;
  ~ChangeFeed() = default;

  enum class Sequences : std::uint8_t {
    kEach,      // Each entry has its own, and the last one `version`.
    kTogether,  // All have `version`: they are one change for those who watch.
  };
  // A batch that is in the store. In their order.
  void Add(const WriteBatch& batch, std::uint64_t version, Sequences sequences = Sequences::kEach);

  // All changes after `after` go by `take`, in order, until it returns false. The sequence up to
  // which everything was seen. Nothing: it doesn't remember so far back.
  std::optional<std::uint64_t> Read(std::uint64_t after,
                                    const std::function<bool(const FeedChange&)>& take) const;
  // Everything after it is remembered.
  std::uint64_t floor() const;
  std::uint64_t last() const { return last_.load(std::memory_order_acquire); }

  // Whoever is named is woken (Mailbox::PutAwake) when something is added. Counted: as often as it
  // is told to begin.
  void BeginToWake(server::Mailbox* home, server::ConnectionId id);
  void StopWaking(server::ConnectionId id);

 private:
  // A batch as the log has it: most are never looked at again.
  struct Batch {
    std::string encoded;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    Sequences sequences = Sequences::kEach;
  };
  struct Sleeper {
    server::Mailbox* home = nullptr;
    std::size_t count = 0;
  };

  // Gives `take` what comes after `*after`, which is moved past what was taken. False: `take` wants
  // no more.
  static bool Pass(const Batch& batch, std::uint64_t* after,
                   const std::function<bool(const FeedChange&)>& take);
  static std::size_t SizeOf(const Batch& batch) { return sizeof(Batch) + batch.encoded.size(); }

  const std::size_t bytes_max_;
  mutable Mutex mutex_;
  std::deque<Batch> batches_ STRATA_GUARDED_BY(mutex_);
  std::size_t bytes_ STRATA_GUARDED_BY(mutex_) = 0;
  std::uint64_t floor_ STRATA_GUARDED_BY(mutex_);
  std::atomic<std::uint64_t> last_;  // Changed under mutex_; read without it by every get.
  std::map<server::ConnectionId, Sleeper> sleepers_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::api
