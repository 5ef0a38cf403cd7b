// The requests that took longest of late: SLOWLOG.
//
// Thread safety: any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/mutex.h"
#include "stats/read_trace.h"

namespace strata::resp {

class SlowLog {
 public:
  struct Entry {
    std::uint64_t id = 0;
    std::uint64_t at_us = 0;  // Wall clock.
    std::uint64_t micros = 0;
    std::string command;
    std::vector<std::string> words;  // Shortened: 32 words, 128 bytes each.
    std::string peer;
    std::string client;
    std::vector<ReadTrace::Step> trace;  // Of the lookup made once more; not of all requests.
  };

  // Requests from here on are noted; negative: none.
  std::atomic<std::int64_t> slower_than_us{10'000};
  std::atomic<std::size_t> entries_max{128};

  bool Wants(std::uint64_t micros) const {
    const std::int64_t limit = slower_than_us.load(std::memory_order_relaxed);
    return limit >= 0 && micros >= static_cast<std::uint64_t>(limit);
  }
  // Its id.
  std::uint64_t Note(Entry entry, std::span<const std::string_view> words);
  // Nothing happens if the entry has given way to others.
  void AddTrace(std::uint64_t id, std::vector<ReadTrace::Step> trace);
  std::vector<Entry> Newest(std::size_t count) const;
  std::size_t size() const;
  std::uint64_t noted() const;  // Ever.
  void Reset();

 private:
  mutable Mutex mutex_;
  std::deque<Entry> entries_ STRATA_GUARDED_BY(mutex_);  // Newest first.
  std::uint64_t next_id_ STRATA_GUARDED_BY(mutex_) = 0;
};

}  // namespace strata::resp
